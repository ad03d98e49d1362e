import { describe, expect, test } from 'vitest'
import { blank, block, GiB, inNodeRig, newDisk, publishContext, SharedFacts, staging, target, volumeId, writer, type NodeRig } from '../../test/node-rig.ts'

const grpc = { ok: 0, invalid: 3, notFound: 5, exists: 6, precondition: 9, busy: 10, unavailable: 14 }
const other = '/var/lib/kubelet/pods/p2/volumes/kubernetes.io~csi/pvc-1/mount'
const ok = { code: 0, message: '' }
const mountinfo = (rig: NodeRig, machine = rig.machine): Promise<string> => machine.files.readText('/proc/self/mountinfo')

async function published(rig: NodeRig, size = GiB) {
  const disk = newDisk(size)
  await rig.plug(rig.machine, disk)
  const driver = rig.start(rig.machine)
  expect(await driver.stage({ publishContext: publishContext(size) })).toMatchObject(ok)
  expect(await driver.publish({ publishContext: publishContext(size) })).toMatchObject(ok)
  return { disk, driver }
}

describe('the life of a volume', () => {
  test('a blank disk is formatted, mounted and written; moved to another node it still holds the file', () =>
    inNodeRig(async (rig) => {
      const { disk, driver } = await published(rig)
      await rig.machine.files.writeAtomic(`${target}/hello`, 'across nodes')
      expect(await driver.unpublish()).toMatchObject(ok)
      expect(await driver.unstage()).toMatchObject(ok)
      expect(await rig.machine.hardware.unplug('scsi1')).toBe('released')
      await rig.plug(rig.other, disk, 'scsi7')
      const there = rig.start(rig.other)
      expect(await there.stage()).toMatchObject(ok)
      expect(await there.publish()).toMatchObject(ok)
      expect(await rig.other.files.readText(`${target}/hello`)).toBe('across nodes')
    }))

  test('each call ten times over changes nothing more', () =>
    inNodeRig(async (rig) => {
      const { driver } = await published(rig)
      await rig.machine.files.writeAtomic(`${target}/hello`, 'once')
      const before = await mountinfo(rig)
      for (let again = 0; again < 10; again += 1) {
        expect(await driver.stage()).toMatchObject(ok)
        expect(await driver.publish()).toMatchObject(ok)
      }
      expect(await mountinfo(rig)).toBe(before)
      for (let again = 0; again < 10; again += 1) expect(await driver.unpublish()).toMatchObject(ok)
      for (let again = 0; again < 10; again += 1) expect(await driver.unstage()).toMatchObject(ok)
      expect(await mountinfo(rig)).not.toContain('/dev/sda')
      expect(await rig.machine.files.stat(target)).toBeUndefined()
      expect(driver.locks.held).toBe(0)
    }))

  test('the class decides filesystem and options: xfs, noatime on solid-state disks, what mountOptions say', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      const volumeCapability = { mount: { fsType: 'xfs', mountFlags: ['nosuid'] }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
      const volumeContext = { 'stowage.dev/origin': 'blank', ssd: 'true', blockSize: '4096', inodeSize: '512' }
      expect(await driver.stage({ volumeCapability, volumeContext })).toMatchObject(ok)
      expect(await mountinfo(rig)).toMatch(/globalmount rw,nosuid,noatime.* - xfs \/dev\/sda/)
    }))

  test('a read-only publish is read-only, and the writable one beside it is not', () =>
    inNodeRig(async (rig) => {
      const { driver } = await published(rig)
      expect(await driver.publish({ targetPath: other, readonly: true })).toMatchObject(ok)
      await expect(rig.machine.files.writeAtomic(`${other}/x`, '')).rejects.toMatchObject({ code: 'EROFS' })
      await rig.machine.files.writeAtomic(`${target}/x`, '')
      expect(await driver.publish({ targetPath: other, readonly: false })).toMatchObject({ code: grpc.exists })
    }))

  test('a raw block device is bound onto a file and tells its total only', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      const file = '/var/lib/kubelet/plugins/kubernetes.io/csi/volumeDevices/publish/pvc-1/pod'
      expect(await driver.stage({ volumeCapability: block })).toMatchObject(ok)
      for (let again = 0; again < 3; again += 1) expect(await driver.publish({ volumeCapability: block, targetPath: file })).toMatchObject(ok)
      expect((await rig.machine.files.statFollowing(file))?.kind).toBe('block')
      const stats = await driver.call('/csi.v1.Node/NodeGetVolumeStats', { volumeId, volumePath: file })
      expect(stats.value).toEqual({ usage: [{ unit: 'BYTES', total: GiB, available: 0, used: 0 }] })
      expect(await driver.publish({ volumeCapability: block, targetPath: other, readonly: true })).toMatchObject({ code: grpc.invalid })
      expect(await driver.unpublish(file)).toMatchObject(ok)
      expect(await rig.machine.files.stat(file)).toBeUndefined()
      expect(await driver.unstage()).toMatchObject(ok)
    }))

  for (const fsType of ['ext4', 'xfs']) {
    test(`${fsType} grows while it is mounted, and at the next stage after it grew detached`, () =>
      inNodeRig(async (rig) => {
        const disk = newDisk()
        await rig.plug(rig.machine, disk)
        const driver = rig.start(rig.machine)
        const volumeCapability = { mount: { fsType }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
        await driver.stage({ volumeCapability })
        await driver.publish({ volumeCapability })
        disk.resize(2 * GiB)
        rig.machine.hardware.resized('scsi1')
        const expanded = await driver.call('/csi.v1.Node/NodeExpandVolume', { volumeId, volumePath: target, stagingTargetPath: staging, capacityRange: { requiredBytes: 2 * GiB }, volumeCapability })
        expect(expanded).toMatchObject({ code: 0, value: { capacityBytes: 2 * GiB } })
        expect((await rig.machine.files.filesystem(target)).totalBytes).toBeGreaterThan(1.8 * GiB)
        await driver.unpublish()
        await driver.unstage()
        await rig.machine.hardware.unplug('scsi1')
        disk.resize(4 * GiB)
        await rig.plug(rig.machine, disk)
        expect(await driver.stage({ volumeCapability, publishContext: publishContext(4 * GiB) })).toMatchObject(ok)
        expect((await rig.machine.files.filesystem(staging)).totalBytes).toBeGreaterThan(3.8 * GiB)
      }))
  }

  test('an expansion whose resize never reaches the guest is not answered with success', () =>
    inNodeRig(async (rig) => {
      const { driver } = await published(rig)
      const answer = await driver.call('/csi.v1.Node/NodeExpandVolume', { volumeId, volumePath: target, capacityRange: { requiredBytes: 2 * GiB } })
      expect(answer.code).toBe(grpc.unavailable)
      expect(answer.message).toMatch(/still has 1073741824 bytes/)
    }))

  test('statistics tell bytes and inodes, and an unknown path is NOT_FOUND', () =>
    inNodeRig(async (rig) => {
      const { driver } = await published(rig)
      const { value } = await driver.call('/csi.v1.Node/NodeGetVolumeStats', { volumeId, volumePath: target })
      const [bytes, inodes] = value?.usage ?? []
      expect([bytes?.unit, inodes?.unit]).toEqual(['BYTES', 'INODES'])
      expect((bytes?.available ?? 0) + (bytes?.used ?? 0)).toBeLessThanOrEqual(bytes?.total ?? 0)
      expect(inodes?.used).toBe((inodes?.total ?? 0) - (inodes?.available ?? 0))
      expect(await driver.call('/csi.v1.Node/NodeGetVolumeStats', { volumeId, volumePath: '/some/path' })).toMatchObject({ code: grpc.notFound })
      expect(await driver.call('/csi.v1.Node/NodeExpandVolume', { volumeId, volumePath: '/some/path' })).toMatchObject({ code: grpc.notFound })
    }))
})

describe('what may never happen: a device formatted that held anything', () => {
  test('data that blkid does not know is not formatted, and stays', () =>
    inNodeRig(async (rig) => {
      for (const offset of [4096, GiB - 10]) {
        const disk = newDisk()
        disk.write(offset, new TextEncoder().encode('precious'))
        await rig.plug(rig.machine, disk)
        const answer = await rig.start(rig.machine).stage()
        expect(answer).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/holds data/) })
        expect(new TextDecoder().decode(disk.read(offset, 8))).toBe('precious')
        expect(disk.allocated).toBe(64 * 1024)
        await rig.machine.hardware.unplug('scsi1')
      }
    }))

  test('a device that cannot be read is not formatted', () =>
    inNodeRig(async (rig) => {
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      await rig.effects.clock.sleep(1000)
      rig.machine.failDevice('scsi1', (operation) => operation === 'read')
      expect(await rig.start(rig.machine).stage()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/cannot be read/) })
      rig.machine.failDevice('scsi1', undefined)
      expect(disk.allocated).toBe(0)
    }))

  test.each([
    [{}, /did not say/],
    [{ 'stowage.dev/origin': 'snapshot' }, /formatted before, or is a copy/],
  ])('a volume that was not made blank (%j) is not formatted', (volumeContext, doubt) =>
    inNodeRig(async (rig) => {
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      expect(await rig.start(rig.machine).stage({ volumeContext })).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(doubt) })
      expect(disk.allocated).toBe(0)
    }),
  )

  test('a volume that lost its filesystem is not formatted a second time, on this node or on another', () =>
    inNodeRig(async (rig) => {
      const formattedFacts = new SharedFacts()
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      const driver = rig.start(rig.machine, { formattedFacts })
      await driver.stage()
      await driver.unstage()
      disk.discard(0, GiB)
      expect(await driver.stage()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/on record/) })
      await rig.machine.hardware.unplug('scsi1')
      await rig.plug(rig.other, disk)
      expect(await rig.start(rig.other, { formattedFacts }).stage()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/on record/) })
      expect(disk.allocated).toBe(0)
    }))

  test('the record outlives the driver, and a node that cannot ask the cluster does not format', () =>
    inNodeRig(async (rig) => {
      const formattedFacts = new SharedFacts()
      formattedFacts.reachable = false
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      expect((await rig.start(rig.machine, { formattedFacts }).stage()).code).not.toBe(0)
      expect(disk.allocated).toBe(0)
      expect(await rig.start(rig.machine).stage()).toMatchObject(ok)
      await rig.start(rig.machine).unstage()
      disk.discard(0, GiB)
      expect(await rig.start(rig.machine).stage()).toMatchObject({ code: grpc.precondition })
    }))

  test('a filesystem of another type is neither formatted nor mounted', () =>
    inNodeRig(async (rig) => {
      await published(rig)
      const driver = rig.start(rig.machine)
      await driver.unpublish()
      await driver.unstage()
      const volumeCapability = { mount: { fsType: 'xfs' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
      expect(await driver.stage({ volumeCapability })).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/holds ext4, but xfs was asked for/) })
    }))

  test('a mkfs that fails leaves nothing mounted, and the next attempt succeeds', () =>
    inNodeRig(async (rig) => {
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      rig.machine.faults.program = ({ program }) => (program === 'mkfs.ext4' ? { kind: 'fail', exitCode: 1, stderr: 'mkfs.ext4: Device or resource busy' } : undefined)
      const driver = rig.start(rig.machine)
      expect((await driver.stage()).message).toMatch(/Device or resource busy/)
      expect(await mountinfo(rig)).not.toContain('globalmount')
      rig.machine.faults.program = undefined
      expect(await driver.stage()).toMatchObject(ok)
    }))
})

describe('the right disk', () => {
  test('a disk in the promised slot with another serial is not taken', () =>
    inNodeRig(async (rig) => {
      await rig.machine.hardware.plug('scsi1', { disk: newDisk(), serial: 'drive-scsi1', vendor: 'QEMU', product: 'QEMU HARDDISK', readOnly: false, discard: true, rotational: false })
      expect(await rig.start(rig.machine, { findTimeoutMs: 2000 }).stage()).toMatchObject({ code: grpc.unavailable, message: expect.stringMatching(/attached at scsi1: .*did not appear/) })
    }))

  test('a disk that is smaller than promised is not formatted', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk(GiB))
      expect(await rig.start(rig.machine).stage({ publishContext: publishContext(2 * GiB) })).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/it has 1Gi, not 2Gi/) })
    }))

  test('free slots are those that others do not hold', () =>
    inNodeRig(async (rig) => {
      const boot = { disk: newDisk(), serial: 'drive-scsi0', vendor: 'QEMU', product: 'QEMU HARDDISK', readOnly: false, discard: true, rotational: false }
      await rig.machine.hardware.plug('scsi0', boot)
      await rig.machine.hardware.plug('scsi5', { ...boot, disk: newDisk(), serial: 'drive-scsi5' })
      await rig.plug(rig.machine, newDisk())
      await rig.effects.clock.sleep(1000)
      const { value } = await rig.start(rig.machine).call('/csi.v1.Node/NodeGetInfo', {})
      expect(value).toEqual({ nodeId: 'k1', maxVolumesPerNode: 29, accessibleTopology: { segments: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve1' } } })
    }))

  test('a node without a place asks to be asked again, and one with labels tells them', () =>
    inNodeRig(async (rig) => {
      const without = rig.start(rig.machine, { place: {} })
      expect(await without.call('/csi.v1.Node/NodeGetInfo', {})).toMatchObject({ code: grpc.unavailable, message: expect.stringMatching(/kubectl label node k1/) })
      const labels = { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': 'pve2' }
      const directory = { find: (name: string) => Promise.resolve({ name, labels, annotations: {} }), list: () => Promise.resolve([]) }
      const labelled = rig.start(rig.machine, { place: {}, directory })
      expect((await labelled.call('/csi.v1.Node/NodeGetInfo', {})).value?.accessibleTopology?.segments).toEqual(labels)
    }))
})

describe('what is in the way', () => {
  test('something else at the staging or target path is told and left alone', () =>
    inNodeRig(async (rig) => {
      await rig.machine.files.makeDirectory(staging)
      await rig.machine.programs.run({ program: 'mount', args: ['-t', 'tmpfs', 'tmpfs', staging], timeoutMs: 1000 })
      await rig.plug(rig.machine, newDisk())
      expect(await rig.start(rig.machine).stage()).toMatchObject({ code: grpc.exists, message: expect.stringMatching(/it holds tmpfs/) })
      expect(await mountinfo(rig)).toContain('tmpfs')
    }))

  test('what a pod wrote into an unmounted target is not deleted', () =>
    inNodeRig(async (rig) => {
      await rig.machine.files.makeDirectory(target)
      await rig.machine.files.writeAtomic(`${target}/left`, 'data')
      expect(await rig.start(rig.machine).unpublish()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/is not empty after the unmount/) })
      expect(await rig.machine.files.readText(`${target}/left`)).toBe('data')
    }))

  test('a volume that is still published is not unstaged', () =>
    inNodeRig(async (rig) => {
      const { driver } = await published(rig)
      expect(await driver.unstage()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/still mounted at .*pods\/p1/) })
      expect(await mountinfo(rig)).toContain('globalmount')
    }))

  test('ReadWriteOncePod: a second target is refused, the first again is fine', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      const volumeCapability = { mount: {}, accessMode: { mode: 'SINGLE_NODE_SINGLE_WRITER' } } as const
      await driver.stage({ volumeCapability })
      expect(await driver.publish({ volumeCapability })).toMatchObject(ok)
      expect(await driver.publish({ volumeCapability })).toMatchObject(ok)
      expect(await driver.publish({ volumeCapability, targetPath: other })).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/for one pod only/) })
    }))

  test('a disk that was pulled from under its mount is unstaged, and works again when it is back', () =>
    inNodeRig(async (rig) => {
      const { disk, driver } = await published(rig)
      rig.machine.pull('scsi1')
      expect(await driver.unpublish()).toMatchObject(ok)
      expect(await driver.unstage()).toMatchObject(ok)
      await rig.plug(rig.machine, disk)
      expect(await driver.stage()).toMatchObject(ok)
      expect(await driver.publish()).toMatchObject(ok)
      await rig.machine.files.writeAtomic(`${target}/alive`, '')
    }))

  test('a class with an encryption secret is refused and not stored in clear', () =>
    inNodeRig(async (rig) => {
      const disk = newDisk()
      await rig.plug(rig.machine, disk)
      const driver = rig.start(rig.machine)
      const answer = await driver.stage({ secrets: { 'encryption-passphrase': 'hunter2' } })
      expect(answer.code).toBe(grpc.invalid)
      expect(`${answer.message} ${driver.logged.join()}`).not.toContain('hunter2')
      expect(disk.allocated).toBe(0)
    }))
})

describe('the contract', () => {
  const stageRequest = { volumeId, stagingTargetPath: staging, volumeCapability: writer }
  test.each([
    ['NodeStageVolume', { ...stageRequest, volumeId: '' }],
    ['NodeStageVolume', { ...stageRequest, stagingTargetPath: '' }],
    ['NodeStageVolume', { ...stageRequest, stagingTargetPath: '/a/../b' }],
    ['NodeStageVolume', { ...stageRequest, stagingTargetPath: 'relative' }],
    ['NodeStageVolume', { volumeId, stagingTargetPath: staging }],
    ['NodeStageVolume', { ...stageRequest, publishContext: {} }],
    ['NodeStageVolume', { ...stageRequest, publishContext: publishContext(GiB), volumeCapability: { mount: { fsType: 'btrfs' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } }],
    ['NodeUnstageVolume', { volumeId: '', stagingTargetPath: staging }],
    ['NodeUnstageVolume', { volumeId, stagingTargetPath: '' }],
    ['NodePublishVolume', { ...stageRequest, targetPath: '' }],
    ['NodePublishVolume', { ...stageRequest, targetPath: target, volumeId: '' }],
    ['NodePublishVolume', { volumeId, stagingTargetPath: staging, targetPath: target }],
    ['NodeUnpublishVolume', { volumeId: '', targetPath: target }],
    ['NodeUnpublishVolume', { volumeId, targetPath: '' }],
    ['NodeGetVolumeStats', { volumeId: '', volumePath: target }],
    ['NodeGetVolumeStats', { volumeId, volumePath: '' }],
    ['NodeExpandVolume', { volumeId: '', volumePath: target }],
    ['NodeExpandVolume', { volumeId, volumePath: '' }],
  ] as const)('%s refuses %j as invalid', (method, request) =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      expect(await rig.start(rig.machine).call(`/csi.v1.Node/${method}`, request as never)).toMatchObject({ code: grpc.invalid })
    }),
  )

  test('what is advertised is what is there', () =>
    inNodeRig(async (rig) => {
      const { value } = await rig.start(rig.machine).call('/csi.v1.Node/NodeGetCapabilities', {})
      expect(value?.capabilities.map(({ rpc }) => rpc?.type)).toEqual(['STAGE_UNSTAGE_VOLUME', 'GET_VOLUME_STATS', 'EXPAND_VOLUME', 'SINGLE_NODE_MULTI_WRITER'])
    }))

  test('publishing what is not staged, or no volume of ours, is refused', () =>
    inNodeRig(async (rig) => {
      const driver = rig.start(rig.machine)
      expect(await driver.publish()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/not staged/) })
      expect(await driver.publish({ volumeId: 'nonsense' })).toMatchObject({ code: grpc.notFound })
    }))

  test('two calls at once: one works, the other is told that it is pending', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      const driver = rig.start(rig.machine)
      const [first, second] = await Promise.all([driver.stage(), driver.stage()])
      expect([first.code, second.code]).toEqual([grpc.ok, grpc.busy])
      expect(driver.locks.held).toBe(0)
    }))

  test('a deadline ends the answer, not the mkfs: the lock is held until it has ended, and the next call finds what it did', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      rig.machine.faults.program = ({ program }) => (program === 'mkfs.ext4' ? { kind: 'hang', after: true } : undefined)
      const driver = rig.start(rig.machine)
      const request = { volumeId, stagingTargetPath: staging, volumeCapability: writer, publishContext: publishContext(GiB), volumeContext: blank }
      expect((await driver.call('/csi.v1.Node/NodeStageVolume', request, 5000)).code).toBe(grpc.busy)
      expect(driver.locks.held).toBe(1)
      expect((await driver.stage()).code).toBe(grpc.busy)
      await rig.effects.clock.sleep(16 * 60_000)
      expect(driver.locks.held).toBe(0)
      rig.machine.faults.program = undefined
      expect(await driver.stage()).toMatchObject(ok)
      expect(await mountinfo(rig)).toContain('globalmount')
    }))

  test('a mkfs that could not be killed may still run: nothing formats there again before the machine has been restarted', () =>
    inNodeRig(async (rig) => {
      await rig.plug(rig.machine, newDisk())
      rig.machine.faults.program = ({ program }) => (program === 'mkfs.ext4' ? { kind: 'stuck' } : undefined)
      await rig.start(rig.machine).stage()
      await rig.effects.clock.sleep(20 * 60_000)
      rig.machine.faults.program = undefined
      expect(await rig.start(rig.machine).stage()).toMatchObject({ code: grpc.precondition, message: expect.stringMatching(/whose end is not known/) })
      rig.machine.crash()
      rig.machine.boot()
      expect(await rig.start(rig.machine).stage()).toMatchObject(ok)
    }))
})

describe('a driver that dies', () => {
  test('at any moment of a first stage leaves a volume that the next driver can use, and what was written stays', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      await inNodeRig(async (rig) => {
        await rig.plug(rig.machine, newDisk())
        await rig.effects.clock.sleep(500)
        const first = rig.start(rig.machine)
        void first.stage()
        await rig.effects.clock.sleep(rig.effects.random.fork('death').next() * 400)
        first.kill()
        // A container's programs die with it; what they had begun has ended by then, one way or the other.
        await rig.effects.clock.sleep(1000)
        const second = rig.start(rig.machine)
        expect(await second.stage(), `seed ${seed}`).toMatchObject(ok)
        expect(await second.publish()).toMatchObject(ok)
        await rig.machine.files.writeAtomic(`${target}/hello`, 'kept')
        await second.unpublish()
        second.kill()
        const third = rig.start(rig.machine)
        expect(await third.stage()).toMatchObject(ok)
        expect(await third.publish()).toMatchObject(ok)
        expect(await rig.machine.files.readText(`${target}/hello`)).toBe('kept')
      }, seed)
    }
  })

  test('with its machine, at any moment, leaves a volume that another node can use', async () => {
    for (let seed = 1; seed <= 40; seed += 1) {
      await inNodeRig(async (rig) => {
        const disk = newDisk()
        await rig.plug(rig.machine, disk)
        await rig.effects.clock.sleep(500)
        const first = rig.start(rig.machine)
        void first.stage()
        await rig.effects.clock.sleep(rig.effects.random.fork('death').next() * 400)
        rig.machine.crash()
        first.kill()
        await rig.plug(rig.other, disk)
        const second = rig.start(rig.other)
        expect(await second.stage(), `seed ${seed}`).toMatchObject(ok)
      }, seed)
    }
  })
})

describe('a program that fails', () => {
  const cycle = async (driver: ReturnType<NodeRig['start']>, volumeCapability: { readonly mount: { readonly fsType: string }; readonly accessMode: { readonly mode: 'SINGLE_NODE_WRITER' } }) => {
    const outcomes = [await driver.stage({ volumeCapability }), await driver.publish({ volumeCapability }), await driver.publish({ volumeCapability, targetPath: other, readonly: true })]
    outcomes.push(await driver.unpublish(other), await driver.unpublish(), await driver.unstage())
    return outcomes
  }

  for (const fsType of ['ext4', 'xfs'] as const) {
    test(`on ${fsType}, any one of them, before or after its effect, is told and repaired by the next attempt`, async () => {
      const volumeCapability = { mount: { fsType }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
      let failed = 0
      for (const after of [false, true]) {
        for (let turn = 1; turn <= 14; turn += 1) {
          await inNodeRig(async (rig) => {
            const disk = newDisk()
            await rig.plug(rig.machine, disk)
            const driver = rig.start(rig.machine)
            let count = 0
            rig.machine.faults.program = () => ((count += 1) === turn ? { kind: 'fail', exitCode: 32, stderr: 'it failed', after } : undefined)
            const first = await cycle(driver, volumeCapability)
            rig.machine.faults.program = undefined
            if (count >= turn) failed += 1
            if (count >= turn && !after) expect(first.some(({ code }) => code !== 0), `turn ${turn} was answered with success`).toBe(true)
            await driver.unpublish(other)
            await driver.unpublish()
            await driver.unstage()
            expect(await driver.stage({ volumeCapability }), `turn ${turn}, after ${after}`).toMatchObject(ok)
            expect(await driver.publish({ volumeCapability })).toMatchObject(ok)
            await rig.machine.files.writeAtomic(`${target}/hello`, 'kept')
            expect(await driver.unpublish()).toMatchObject(ok)
            expect(await driver.unstage()).toMatchObject(ok)
            expect(await rig.machine.hardware.unplug('scsi1')).toBe('released')
            expect(driver.locks.held).toBe(0)
          })
        }
      }
      expect(failed).toBeGreaterThan(15)
    })
  }
})
