/** Attempts to make a node format, mount or delete what it must not. */
import { localBackend, rpcFailureOf, VolumeLocks, type Handlers } from '@stowage/driver'
import { directoryOfVolume } from '@stowage/driver/backends/local/local-volume-id'
import { parseConfig } from '@stowage/driver/config/parse-config'
import { localNode } from '@stowage/driver/node/local-node'
import { nodeHandlers } from '@stowage/driver/node/node-service'
import { controllerHandlers } from '@stowage/driver/volume/controller-service'
import { silentLog, Size } from '@stowage/core'
import { decode, encode, methods, type Encodable, type Method, type RequestOf } from '@stowage/wire/csi'
import { describe, expect, test } from 'vitest'
import { blank, block, GiB, inNodeRig, newDisk, pluggedDisk, publishContext, SharedFacts, staging, target, volumeId, writer, type NodeRig } from '../../driver/test/node-rig.ts'

const MiB = 1024 ** 2
const written = new TextEncoder().encode('rows of a database')

describe('a raw block volume that is then asked for with a filesystem', () => {
  test('is not formatted on the node that had it, wherever on it the data lies', () =>
    inNodeRig(async (rig) => {
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      const driver = rig.start(rig.machine)
      expect(await driver.stage({ volumeCapability: block })).toMatchObject({ code: 0 })
      expect(await driver.publish({ volumeCapability: block })).toMatchObject({ code: 0 })
      disk.write(300 * MiB, written)
      await driver.unpublish()
      await driver.unstage()
      expect((await driver.stage()).code).toBe(9)
      expect(disk.read(300 * MiB, written.length)).toEqual(written)
    }))

  test('is not formatted on another node either, where the cluster can be told', () =>
    inNodeRig(async (rig) => {
      const formattedFacts = new SharedFacts()
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      const driver = rig.start(rig.machine, { formattedFacts })
      await driver.stage({ volumeCapability: block })
      await driver.publish({ volumeCapability: block })
      disk.write(300 * MiB, written)
      await driver.unpublish()
      await rig.machine.hardware.unplug('scsi1')
      await rig.plug(rig.other, disk)
      expect((await rig.start(rig.other, { formattedFacts }).stage()).code).toBe(9)
      expect(disk.read(300 * MiB, written.length)).toEqual(written)
    }))

  test('is not formatted or mounted while a pod has the device', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      await driver.stage({ volumeCapability: block })
      await driver.publish({ volumeCapability: block })
      expect((await driver.stage()).code).toBe(9)
      expect(await rig.machine.files.readText('/proc/self/mountinfo')).not.toContain(staging)
    }))

  test('the other way round: a device whose filesystem is mounted is not given out raw', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      expect(await driver.stage()).toMatchObject({ code: 0 })
      expect((await driver.publish({ volumeCapability: block })).code).toBe(9)
    }))
})

describe('two disks that say the same of themselves', () => {
  test.each(['scsi1', 'scsi2'])('are both left alone, whichever udev names (%s plugged last)', (last) =>
    inNodeRig(async (rig) => {
      const [first, second] = [newDisk(), newDisk()]
      for (const [disk, slot] of last === 'scsi2' ? ([[first, 'scsi1'], [second, 'scsi2']] as const) : ([[second, 'scsi2'], [first, 'scsi1']] as const)) await rig.plug(rig.machine, disk, slot)
      const { code, message } = await rig.start(rig.machine).stage()
      expect(code, message).toBe(9)
      for (const disk of [first, second]) expect(disk.read(0, MiB).every((byte) => byte === 0)).toBe(true)
    }))
})

test('after a restart of the machine with its disks in another order, each volume is its own disk', () =>
  inNodeRig(async (rig) => {
    const otherId = 'home/pve1/local-zfs/vm-9999-pvc-2'
    const [mine, theirs] = [newDisk(), newDisk()]
    const formattedFacts = new SharedFacts()
    await rig.machine.hardware.plug('scsi1', pluggedDisk(mine))
    await rig.machine.hardware.plug('scsi2', pluggedDisk(theirs, otherId))
    const before = rig.start(rig.machine, { formattedFacts })
    await before.stage()
    await before.publish()
    await rig.machine.files.writeAtomic(`${target}/whose`, 'mine')
    rig.machine.shutdown()
    await rig.machine.hardware.unplug('scsi1')
    await rig.machine.hardware.unplug('scsi2')
    await rig.machine.hardware.plug('scsi5', pluggedDisk(mine))
    await rig.machine.hardware.plug('scsi0', pluggedDisk(theirs, otherId))
    rig.machine.boot()
    const after = rig.start(rig.machine, { formattedFacts })
    expect(await after.stage()).toMatchObject({ code: 0 })
    expect(await after.publish()).toMatchObject({ code: 0 })
    expect(await rig.machine.files.readText(`${target}/whose`)).toBe('mine')
    expect(theirs.read(0, MiB).every((byte) => byte === 0)).toBe(true)
  }))

const root = '/var/lib/stowage'

interface LocalScene extends NodeRig {
  call<M extends Method>(method: M, request: Encodable<RequestOf<M>>): Promise<{ readonly code: number; readonly message: string }>
  publish(path: string, at?: string): Promise<{ readonly code: number; readonly message: string }>
  create(name: string): Promise<{ readonly code: number; readonly message: string }>
  remove(path: string): Promise<{ readonly code: number; readonly message: string }>
}

/** A node's local driver, maker and mounter in one, as it is served. */
function inLocalScene(scenario: (scene: LocalScene) => Promise<void>): Promise<void> {
  return inNodeRig(async (rig) => {
    const host = { ...rig.effects, files: rig.machine.files, programs: rig.machine.programs }
    const locks = new VolumeLocks()
    const backend = localNode({ host, log: silentLog, nodeId: 'k1', root, directoryOf: (id) => directoryOfVolume('k1', root, id) })
    const maker = localBackend({ node: 'k1', path: root, host, log: silentLog })
    const handlers: Handlers = { ...nodeHandlers({ nodeId: 'k1', backend, locks, log: silentLog }), ...controllerHandlers({ backend: maker, locks, log: silentLog }) }
    const call: LocalScene['call'] = async (method, request) => {
      try {
        await handlers[method]?.(decode(methods[method].request, encode(methods[method].request, request)) as RequestOf<typeof method>, { signal: new AbortController().signal })
        return { code: 0, message: '' }
      } catch (error) {
        return rpcFailureOf(error)
      }
    }
    await scenario({
      ...rig,
      call,
      publish: (path, at = target) => call('/csi.v1.Node/NodePublishVolume', { volumeId: `k1${path}`, targetPath: at, volumeCapability: writer }),
      create: (name) => call('/csi.v1.Controller/CreateVolume', { name, volumeCapabilities: [writer], capacityRange: { requiredBytes: MiB } }),
      remove: (path) => call('/csi.v1.Controller/DeleteVolume', { volumeId: `k1${path}` }),
    })
  })
}

describe('local volumes', () => {
  test('a link within a volume leads nowhere outside the root', () =>
    inLocalScene(async ({ machine: { files }, create, publish }) => {
      await create('pvc-1')
      await files.makeDirectory('/etc/secret')
      await files.symlink('/etc', `${root}/pvc-1/data/sub`)
      for (const path of [`${root}/pvc-1/data/sub`, `${root}/pvc-1/data/sub/secret`]) expect((await publish(path)).code, path).not.toBe(0)
      expect(await files.readText('/proc/self/mountinfo')).not.toContain(target)
    }))

  test.each([`${root}/../../etc`, '/etc', '/', `${root}`, `${root}/`, `${root}//etc`, `${root}/./pvc-1`, `${root}x/pvc-1`])('the path %s is mounted nowhere and deletes nothing', (path) =>
    inLocalScene(async ({ machine: { files }, create, publish, remove }) => {
      await create('pvc-1')
      expect((await publish(path)).code).not.toBe(0)
      await remove(path)
      expect((await files.stat('/etc'))?.kind).toBe('directory')
      expect((await files.stat(`${root}/pvc-1/data`))?.kind).toBe('directory')
    }))

  test('what is mounted inside a volume is not deleted with it, be it of the same filesystem', () =>
    inLocalScene(async ({ machine: { files, programs }, create, remove }) => {
      await create('pvc-1')
      await create('pvc-2')
      await files.writeAtomic(`${root}/pvc-2/data/file`, 'of another')
      await files.makeDirectory(`${root}/pvc-1/data/inside`)
      await programs.run({ program: 'mount', args: ['--bind', `${root}/pvc-2/data`, `${root}/pvc-1/data/inside`], timeoutMs: 1000 })
      expect((await remove(`${root}/pvc-1/data`)).code).toBe(9)
      expect(await files.readText(`${root}/pvc-2/data/file`)).toBe('of another')
    }))

  test('a volume of which a part is mounted as a static volume is not deleted', () =>
    inLocalScene(async ({ machine: { files }, create, publish, remove }) => {
      await create('pvc-1')
      await files.makeDirectory(`${root}/pvc-1/data/part`)
      await files.writeAtomic(`${root}/pvc-1/data/part/file`, 'in use')
      expect(await publish(`${root}/pvc-1/data/part`)).toMatchObject({ code: 0 })
      expect((await remove(`${root}/pvc-1/data`)).code).toBe(9)
      expect(await files.readText(`${target}/file`)).toBe('in use')
    }))

  test('a directory that stays is not answered as deleted', () =>
    inLocalScene(async ({ machine: { files }, remove }) => {
      for (const path of [`${root}/photos`, `${root}/a/b`, '/srv/photos']) {
        await files.makeDirectory(path)
        expect((await remove(path)).code, path).toBe(9)
        expect((await files.stat(path))?.kind, path).toBe('directory')
      }
      expect(await remove(`${root}/gone/data`)).toMatchObject({ code: 0 })
    }))

  test.each(['/var/lib/../../etc', '/var//lib/stowage', '/var/lib/./stowage', '/..', 'var/lib'])('the configuration refuses %s as their root', (path) => {
    const { config, findings } = parseConfig(`drivers: [{ name: local.csi.stowage.dev, backend: local }]\nlocal: { path: ${path} }\n`, 'config.yaml')
    expect(config).toBeUndefined()
    expect(findings).toMatchObject([{ severity: 'error', path: ['local', 'path'] }])
  })

  test.each(['../../etc', '..', '.', 'a/b', `${'x'.repeat(128)}`, 'ä'.repeat(64), '.new-pvc-1', '.gone-pvc-1', 'volume.json'])('the name %s makes a directory in the root, and no other', (name) =>
    inLocalScene(async ({ machine: { files }, create, call }) => {
      await create('pvc-1')
      const made = await create(name)
      expect(made.code, made.message).toBe(0)
      expect((await files.list(root)).filter((entry) => !entry.startsWith('.'))).toHaveLength(2)
      expect(await files.list(`${root}/pvc-1`)).toEqual(expect.arrayContaining(['data', 'volume.json']))
      expect(await call('/csi.v1.Controller/ListVolumes', {})).toMatchObject({ code: 0 })
    }))
})

test('sizes beyond what a double counts exactly are refused before anything is done', () =>
  inLocalScene(async ({ machine: { files }, call }) => {
    expect(() => encode('CreateVolumeRequest', { name: 'pvc-1', capacityRange: { requiredBytes: 2 ** 60 } })).toThrow()
    for (const capacityRange of [{ requiredBytes: -1 }, { limitBytes: -1 }, { requiredBytes: 2, limitBytes: 1 }, { requiredBytes: Number.MAX_SAFE_INTEGER }]) {
      expect((await call('/csi.v1.Controller/CreateVolume', { name: 'pvc-1', volumeCapabilities: [writer], capacityRange })).code).not.toBe(0)
    }
    expect(await files.stat(`${root}/pvc-1`)).toBeUndefined()
    expect(Size.bytes(Number.MAX_SAFE_INTEGER).toNumber()).toBe(Number.MAX_SAFE_INTEGER)
  }))

test('a stage with the promise of another size, or of none, formats nothing', () =>
  inNodeRig(async (rig) => {
    const disk = newDisk()
    await rig.plug(rig.machine, disk)
    const driver = rig.start(rig.machine)
    for (const context of [publishContext(2 * GiB), { ...publishContext(GiB), size: '0' }, { ...publishContext(GiB), size: '-1' }, { ...publishContext(GiB), serial: '' }, {}]) {
      expect((await driver.stage({ publishContext: context })).code).not.toBe(0)
    }
    expect((await driver.stage({ volumeContext: { ...blank, 'stowage.dev/origin': 'copy' } })).code).toBe(9)
    expect(disk.read(0, MiB).every((byte) => byte === 0)).toBe(true)
    expect(volumeId).toContain('pvc-1')
  }))
