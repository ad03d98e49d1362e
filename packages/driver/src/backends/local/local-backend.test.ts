import { Size, silentLog } from '@stowage/core'
import type { ProgramRun } from '@stowage/effects'
import { VirtualWorld, type VirtualProcess } from '@stowage/effects/virtual'
import type { VolumeCapability } from '@stowage/wire/csi'
import { describe, expect, test } from 'vitest'
import type { VolumeBackend, VolumeWish } from '../../volume/backend.ts'
import { localBackend, localController, rememberSize } from './backend.ts'
import { directoryOfVolume, parseLocalVolumeId } from './local-volume-id.ts'

const root = '/var/lib/stowage'
const plainMounts = '21 1 8:1 / / rw,relatime shared:1 - ext4 /dev/sda1 rw\n'
const quotaMounts = `${plainMounts}30 21 8:16 / /var/lib/stowage rw,relatime shared:2 - xfs /dev/sdb rw,attr2,prjquota\n`
const writer: VolumeCapability = { mount: { fsType: '', mountFlags: [], volumeMountGroup: '' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } }
const wish = (change: Partial<VolumeWish> = {}): VolumeWish => ({ name: 'pvc-1', required: Size.gib(1), capabilities: [writer], parameters: {}, topologies: [], ...change })
const id = 'node1/var/lib/stowage/pvc-1/data'

interface Scene {
  readonly backend: Required<Pick<VolumeBackend, 'create' | 'delete' | 'get' | 'list' | 'capacity' | 'expand'>>
  readonly files: VirtualProcess['effects']['files']
  readonly runs: ProgramRun[]
}

function onNode<T>(play: (scene: Scene) => Promise<T>, mountinfo = plainMounts): Promise<T> {
  const world = new VirtualWorld({ seed: 1 })
  const runs: ProgramRun[] = []
  const quota = (run: ProgramRun) => {
    runs.push(run)
    return Promise.resolve({ exitCode: 0, signal: null, stdout: '', stderr: '' })
  }
  const { effects } = world.process('node', {}, { programs: { xfs_quota: quota } })
  return world.run(async () => {
    await effects.files.makeDirectory('/proc/self')
    await effects.files.writeAtomic('/proc/self/mountinfo', mountinfo)
    await effects.files.makeDirectory(root)
    const { create, delete: remove, get, list, capacity, expand } = localBackend({ node: 'node1', path: root, host: effects, log: silentLog })
    if (!create || !remove || !get || !list || !capacity || !expand) throw new Error('a member is missing')
    return play({ backend: { create, delete: remove, get, list, capacity, expand }, files: effects.files, runs })
  })
}

test('a volume is a directory with its proof beside it, on this node only', async () => {
  await onNode(async ({ backend, files }) => {
    const made = await backend.create(wish())
    expect(made).toEqual({ id, size: Size.gib(1), context: { path: `${root}/pvc-1/data`, sizeEnforced: 'false' }, topologies: [{ 'topology.local.csi.stowage.dev/node': 'node1' }] })
    expect(await files.list(`${root}/pvc-1`)).toEqual(expect.arrayContaining(['data', 'volume.json']))
    expect(await files.list(`${root}/pvc-1/data`)).toEqual([])
    expect(await files.list(root)).toEqual(['pvc-1'])
    expect(await backend.create(wish())).toEqual(made)
    expect((await backend.get(id)).size).toEqual(Size.gib(1))
    expect((await backend.list()).map(({ volume }) => volume.id)).toEqual([id])
  })
})

test('deleting takes the data along, and asked again is done already', async () => {
  await onNode(async ({ backend, files }) => {
    await backend.create(wish())
    await files.writeAtomic(`${root}/pvc-1/data/file`, 'x')
    await backend.delete(id)
    expect(await files.list(root)).toEqual([])
    await backend.delete(id)
    await backend.delete('nonsense')
  })
})

test('the same name with another size exists already', async () => {
  await onNode(async ({ backend }) => {
    await backend.create(wish())
    await expect(backend.create(wish({ required: Size.gib(2) }))).rejects.toMatchObject({ kind: 'exists' })
    await expect(backend.create(wish({ required: Size.mib(1) }))).rejects.toMatchObject({ kind: 'exists' })
  })
})

test('what an interrupted call left half-made is made anew; what it left half-deleted goes', async () => {
  await onNode(async ({ backend, files }) => {
    await files.makeDirectory(`${root}/.new-pvc-1/data`)
    await files.writeAtomic(`${root}/.new-pvc-1/data/rest`, 'x')
    await backend.create(wish())
    expect(await files.list(`${root}/pvc-1/data`)).toEqual([])
    await files.rename(`${root}/pvc-1`, `${root}/.gone-pvc-1`)
    expect(await backend.list()).toEqual([])
    await backend.delete(id)
    expect(await files.list(root)).toEqual([])
  })
})

describe('what is not ours is never touched', () => {
  test('a directory without the proof', async () => {
    await onNode(async ({ backend, files }) => {
      await files.makeDirectory(`${root}/pvc-1/data`)
      await files.writeAtomic(`${root}/pvc-1/data/precious`, 'x')
      await expect(backend.create(wish())).rejects.toMatchObject({ kind: 'precondition', message: expect.stringContaining('no volume.json') })
      await expect(backend.delete(id)).rejects.toMatchObject({ kind: 'precondition' })
      expect(await files.readText(`${root}/pvc-1/data/precious`)).toBe('x')
    })
  })

  test('a link that leads out of the directory', async () => {
    await onNode(async ({ backend, files }) => {
      await backend.create(wish({ name: 'pvc-2' }))
      await files.makeDirectory('/home/precious')
      await files.symlink('/home/precious', `${root}/pvc-1`)
      await expect(backend.delete(id)).rejects.toMatchObject({ kind: 'precondition' })
      expect(await files.stat('/home/precious')).toBeDefined()
    })
  })

  test.each(['node1/var/lib/stowage/../precious/data', 'node1/etc/data', 'node1/var/lib/stowage/pvc-1', 'node1/var/lib/stowage/a/b/data', 'node1/var/lib/stowage/.gone-x/data'])('%s is no volume of ours', async (other) => {
    await onNode(async ({ backend, files }) => {
      await backend.create(wish())
      await files.makeDirectory('/var/lib/precious/data')
      // What is there and stays is not answered as deleted.
      if (other === `node1${root}/pvc-1`) await expect(backend.delete(other)).rejects.toMatchObject({ kind: 'precondition' })
      else await backend.delete(other)
      await expect(backend.get(other)).rejects.toMatchObject({ kind: 'not-found' })
      expect(await files.stat('/var/lib/precious/data')).toBeDefined()
      expect(await files.stat(`${root}/pvc-1/volume.json`)).toBeDefined()
    })
  })

  test("another node's volume", async () => {
    await onNode(async ({ backend }) => {
      await expect(backend.delete('node2/var/lib/stowage/pvc-1/data')).rejects.toMatchObject({ kind: 'precondition' })
      await expect(backend.create(wish({ topologies: [{ 'topology.local.csi.stowage.dev/node': 'node2' }] }))).rejects.toMatchObject({ kind: 'exhausted' })
    })
  })

  test('a volume that is mounted somewhere', async () => {
    const mounted = `${plainMounts}40 21 8:1 /var/lib/stowage/pvc-1/data /var/lib/kubelet/pods/1/mount rw,relatime shared:1 - ext4 /dev/sda1 rw\n`
    await onNode(async ({ backend, files }) => {
      await backend.create(wish())
      await expect(backend.delete(id)).rejects.toMatchObject({ kind: 'precondition', message: expect.stringContaining('/var/lib/kubelet/pods/1/mount') })
      expect(await files.stat(`${root}/pvc-1/data`)).toBeDefined()
    }, mounted)
  })
})

describe('sizes', () => {
  test('are enforced where the filesystem can, and grow', async () => {
    await onNode(async ({ backend, runs }) => {
      expect((await backend.create(wish())).context['sizeEnforced']).toBe('true')
      expect(runs.map(({ args }) => args[2])).toEqual([expect.stringMatching(/^project -s -p \/var\/lib\/stowage\/\.new-pvc-1\/data \d+$/), expect.stringMatching(/^limit -p bhard=1073741824 \d+$/)])
      expect(await backend.expand({ volumeId: id, required: Size.gib(2) })).toEqual({ size: Size.gib(2), nodeExpansionRequired: false })
      expect(runs.at(-1)?.args[2]).toMatch(/bhard=2147483648/)
      expect((await backend.get(id)).size).toEqual(Size.gib(2))
      expect((await backend.expand({ volumeId: id, required: Size.gib(1) })).size).toEqual(Size.gib(2))
    }, quotaMounts)
  })

  test('that must be enforced and cannot be are refused, and nothing is left', async () => {
    await onNode(async ({ backend, files }) => {
      await expect(backend.create(wish({ parameters: { quota: 'required' } }))).rejects.toMatchObject({ kind: 'precondition', message: expect.stringContaining('prjquota') })
      expect(await backend.list()).toEqual([])
      expect(await files.stat(`${root}/pvc-1`)).toBeUndefined()
    })
  })

  test('that the filesystem does not have are RESOURCE_EXHAUSTED', async () => {
    await onNode(async ({ backend }) => {
      await expect(backend.create(wish({ required: Size.tib(1_000_000) }))).rejects.toMatchObject({ kind: 'exhausted' })
    })
  })

  test('a volume that its node has grown is known with its new size', async () => {
    await onNode(async ({ backend, files }) => {
      await backend.create(wish())
      await rememberSize(files, root, id, 3 * 1024 ** 3)
      await rememberSize(files, root, 'node1/var/lib/stowage/static', 3 * 1024 ** 3)
      expect((await backend.get(id)).size).toEqual(Size.gib(3))
    })
  })
})

test('an unknown parameter names the nearest known one', async () => {
  await onNode(async ({ backend }) => {
    await expect(backend.create(wish({ parameters: { qouta: 'off' } }))).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('did you mean "quota"?') })
  })
})

test('capacity is what the filesystem has left, here and nowhere else', async () => {
  await onNode(async ({ backend }) => {
    expect((await backend.capacity({ parameters: {}, topology: undefined })).available.bytes).toBeGreaterThan(0n)
    expect((await backend.capacity({ parameters: {}, topology: { 'topology.local.csi.stowage.dev/node': 'node2' } })).available.isZero()).toBe(true)
  })
})

test('the controller leaves growing to the node, and can do nothing else', async () => {
  const controller = localController()
  expect(await controller.expand?.({ volumeId: id, required: Size.gib(2) })).toEqual({ size: Size.gib(2), nodeExpansionRequired: true })
  expect(controller.create).toBeUndefined()
  expect(controller.capabilityFault([{ block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } }])).toMatch(/directory/)
  expect(controller.capabilityFault([{ accessMode: { mode: 'MULTI_NODE_MULTI_WRITER' } }])).toMatch(/nfs/)
})

test.each([
  ['node1/srv/data', { node: 'node1', path: '/srv/data' }],
  ['node1/srv//data', undefined],
  ['node1/', undefined],
  ['/srv/data', undefined],
  ['NODE/srv', undefined],
])('%s as an id', (text, parsed) => {
  expect(parseLocalVolumeId(text)).toEqual(parsed)
})

test('a directory outside the root is never mounted', () => {
  expect(directoryOfVolume('node1', root, id)).toBe(`${root}/pvc-1/data`)
  expect(() => directoryOfVolume('node1', root, 'node1/etc/shadow')).toThrow(/outside/)
  expect(() => directoryOfVolume('node1', root, 'node2/var/lib/stowage/x')).toThrow(/node2/)
})
