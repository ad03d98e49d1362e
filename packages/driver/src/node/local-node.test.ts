import { createLog } from '@stowage/core'
import type { Host } from '@stowage/host'
import { parseMountinfo } from '@stowage/host'
import { expect, test } from 'vitest'
import { GiB, inNodeRig, type NodeRig } from '../../test/node-rig.ts'
import { directoryOfVolume } from '../backends/local/local-volume-id.ts'
import { VolumeLocks } from '../volume/locks.ts'
import { bindsOf, enforceSize, localNode } from './local-node.ts'
import { nodeHandlers } from './node-service.ts'

const root = '/var/lib/stowage'
const volumeId = `k1${root}/pvc-1/data`
const target = '/var/lib/kubelet/pods/p1/volumes/kubernetes.io~csi/pvc-1/mount'
const other = '/var/lib/kubelet/pods/p2/volumes/kubernetes.io~csi/pvc-1/mount'
const writer = { mount: { fsType: '', mountFlags: [], volumeMountGroup: '' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
const request = { volumeId, targetPath: target, volumeCapability: writer, publishContext: {}, volumeContext: {}, stagingTargetPath: '', readonly: false, secrets: {} }
const context = { signal: new AbortController().signal }

async function inLocalRig(scenario: (rig: NodeRig & { readonly handlers: Required<ReturnType<typeof nodeHandlers>>; readonly logged: string[]; readonly host: Host }) => Promise<void>): Promise<void> {
  await inNodeRig(async (rig) => {
    const logged: string[] = []
    const log = createLog(({ message, fields }) => void logged.push(`${message} ${JSON.stringify(fields)}`))
    const host = { ...rig.effects, files: rig.machine.files, programs: rig.machine.programs }
    const backend = localNode({ host, log, nodeId: 'k1', root, directoryOf: (id) => directoryOfVolume('k1', root, id) })
    const handlers = nodeHandlers({ nodeId: 'k1', backend, locks: new VolumeLocks(), log }) as Required<ReturnType<typeof nodeHandlers>>
    await rig.machine.files.makeDirectory(`${root}/pvc-1/data`)
    await scenario({ ...rig, handlers, logged, host })
  })
}

test('a directory is bound where the pod wants it, as often as asked, and what is written stays in it', () =>
  inLocalRig(async ({ machine, handlers }) => {
    for (let again = 0; again < 3; again += 1) await handlers['/csi.v1.Node/NodePublishVolume'](request, context)
    await machine.files.writeAtomic(`${target}/hello`, 'here')
    const mounts = parseMountinfo(await machine.files.readText('/proc/self/mountinfo'))
    expect(bindsOf(mounts, `${root}/pvc-1/data`).map(({ mountPoint }) => mountPoint)).toEqual([target])
    for (let again = 0; again < 3; again += 1) await handlers['/csi.v1.Node/NodeUnpublishVolume']({ volumeId, targetPath: target }, context)
    expect(await machine.files.stat(target)).toBeUndefined()
    expect(await machine.files.readText(`${root}/pvc-1/data/hello`)).toBe('here')
  }))

test('read-only is read-only', () =>
  inLocalRig(async ({ machine, handlers }) => {
    await handlers['/csi.v1.Node/NodePublishVolume']({ ...request, readonly: true }, context)
    await expect(machine.files.writeAtomic(`${target}/x`, '')).rejects.toMatchObject({ code: 'EROFS' })
    await expect(handlers['/csi.v1.Node/NodePublishVolume'](request, context)).rejects.toMatchObject({ kind: 'exists' })
  }))

test('a second target for a ReadWriteOncePod volume is refused', () =>
  inLocalRig(async ({ handlers }) => {
    const volumeCapability = { ...writer, accessMode: { mode: 'SINGLE_NODE_SINGLE_WRITER' } } as const
    await handlers['/csi.v1.Node/NodePublishVolume']({ ...request, volumeCapability }, context)
    await expect(handlers['/csi.v1.Node/NodePublishVolume']({ ...request, volumeCapability, targetPath: other }, context)).rejects.toMatchObject({ kind: 'precondition' })
  }))

test.each(['nonsense', `k2${root}/pvc-1/data`, 'k1/etc', `k1${root}/../../etc`, `k1${root}/gone/data`])('nothing is mounted for %s', (id) =>
  inLocalRig(async ({ handlers, machine }) => {
    await expect(handlers['/csi.v1.Node/NodePublishVolume']({ ...request, volumeId: id }, context)).rejects.toMatchObject({ kind: 'not-found' })
    expect(await machine.files.readText('/proc/self/mountinfo')).not.toContain(target)
  }),
)

test('a raw block volume is refused in a sentence', () =>
  inLocalRig(async ({ handlers }) => {
    const volumeCapability = { block: {}, accessMode: writer.accessMode }
    await expect(handlers['/csi.v1.Node/NodePublishVolume']({ ...request, volumeCapability }, context)).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('volumeMode Filesystem') })
  }))

test('expanding enforces the new size where the filesystem can, and says it where it cannot', () =>
  inLocalRig(async ({ handlers, logged }) => {
    await handlers['/csi.v1.Node/NodePublishVolume'](request, context)
    const expand = { volumeId, volumePath: target, capacityRange: { requiredBytes: 2 * GiB, limitBytes: 0 }, stagingTargetPath: '', secrets: {} }
    expect(await handlers['/csi.v1.Node/NodeExpandVolume'](expand, context)).toEqual({ capacityBytes: 2 * GiB })
    expect(logged.join()).toContain('the size of a local volume is not enforced')
    await expect(handlers['/csi.v1.Node/NodeExpandVolume']({ ...expand, volumePath: '/nowhere' }, context)).rejects.toMatchObject({ kind: 'not-found' })
  }))

test('nothing is staged, and the node is its own place', () =>
  inLocalRig(async ({ handlers }) => {
    expect(handlers['/csi.v1.Node/NodeStageVolume']).toBeUndefined()
    expect(await handlers['/csi.v1.Node/NodeGetInfo']({}, context)).toEqual({ nodeId: 'k1', accessibleTopology: { segments: { 'topology.local.csi.stowage.dev/node': 'k1' } } })
    const { capabilities } = await handlers['/csi.v1.Node/NodeGetCapabilities']({}, context)
    expect(capabilities?.map(({ rpc }) => rpc?.type)).not.toContain('STAGE_UNSTAGE_VOLUME')
  }))

test('a size that cannot be enforced is said, and refused where it must be', () =>
  inLocalRig(async ({ host, logged }) => {
    const log = createLog(({ message, fields }) => void logged.push(`${message} ${JSON.stringify(fields)}`))
    const wish = { volumeId, directory: `${root}/pvc-1/data`, size: GiB }
    expect(await enforceSize(host, log, { ...wish, mode: 'auto' })).toBe(false)
    expect(logged.join()).toContain('mounted without prjquota')
    await expect(enforceSize(host, log, { ...wish, mode: 'required' })).rejects.toMatchObject({ kind: 'precondition' })
    expect(await enforceSize(host, log, { ...wish, mode: 'off' })).toBe(false)
  }))

test('where the filesystem has project quotas, the directory becomes a project of its own with a hard limit', () =>
  inLocalRig(async ({ host, machine }) => {
    const calls: string[] = []
    const files = { ...host.files, readText: async () => '1 0 8:1 / / rw - ext4 /dev/sda rw,prjquota\n', stat: machine.files.stat }
    const programs = { run: async ({ program, args }: { readonly program: string; readonly args: readonly string[] }) => (calls.push([program, ...args].join(' ')), { exitCode: 0, signal: null, stdout: '', stderr: '' }) }
    const log = createLog(() => {})
    expect(await enforceSize({ ...host, files, programs }, log, { volumeId, directory: `${root}/pvc-1/data`, size: GiB, mode: 'required' })).toBe(true)
    const inode = (await machine.files.stat(`${root}/pvc-1/data`))?.inode ?? 0
    expect(calls).toEqual([`chattr -R -p ${inode + 1} +P ${root}/pvc-1/data`, `setquota -P ${inode + 1} 0 ${GiB / 1024} 0 0 /`])
  }))
