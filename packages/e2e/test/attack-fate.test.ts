/** Attempts with servers that die, processes that end in the middle, and tasks that go on without them. */
import { describe, expect, test } from 'vitest'
import { createRequest, GiB, holders, inRig, ownVolumes, writer, type Controller, type Rig } from './driver-rig.ts'

const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
const volid = 'local-zfs:vm-9999-pvc-1'
const asShared = 'home//nas/9999/vm-9999-pvc-1.raw'
const onNas = 'nas:9999/vm-9999-pvc-1.raw'

const create = (driver: Controller, ...request: Parameters<typeof createRequest>) => driver.call('/csi.v1.Controller/CreateVolume', createRequest(...request))
const attach = (driver: Controller, nodeId = 'k1', id = volumeId, timeoutMs = 600_000) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId: id, nodeId, volumeCapability: writer }, timeoutMs)
const detach = (driver: Controller, nodeId = 'k1', id = volumeId) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId: id, nodeId })
const remove = (driver: Controller, id = volumeId) => driver.call('/csi.v1.Controller/DeleteVolume', { volumeId: id })
const expand = (driver: Controller, gib: number, id = volumeId) => driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId: id, capacityRange: { requiredBytes: gib * GiB }, volumeCapability: writer })

function watch(rig: Rig): string[] {
  const broken: string[] = []
  rig.proxmox.world.history.onEvent(({ kind }) => {
    for (const name of [volid, onNas]) if (holders(rig, name).length > 1) broken.push(`${kind}: ${holders(rig, name).join(' and ')}`)
  })
  return broken
}

function killAt({ proxmox }: Rig, victim: Controller, number: number): void {
  let seen = 0
  proxmox.faults.onCall(() => {
    if (seen++ === number) victim.process.kill()
    return undefined
  })
}

test('a disk that a dead process is still having deleted is not given out as a new volume', async () => {
  await inRig(async (rig) => {
    const first = rig.start()
    await create(first, 'pvc-1')
    await first.effects.clock.sleep(20_000)
    const release = await rig.proxmox.holdStorage('local-zfs', 'pve1')
    void remove(first)
    await rig.start().effects.clock.sleep(3_000)
    first.process.kill()
    expect(rig.proxmox.world.tasks.filter(({ type, exitstatus }) => type === 'imgdel' && exitstatus === undefined)).toHaveLength(1)
    const second = rig.start()
    const asked = create(second, 'pvc-1')
    await second.effects.clock.sleep(5_000)
    release()
    let { code } = await asked
    for (let tries = 0; code !== 0 && tries < 5; tries++) code = (await create(second, 'pvc-1')).code
    await second.effects.clock.sleep(60_000)
    expect(code).toBe(0)
    expect(ownVolumes(rig)).toEqual([volid])
  })
})

describe.each(['detach', 'delete', 'expand', 'create'] as const)('killed in the middle of: %s', (step) => {
  test.each(Array.from({ length: 10 }, (_, number) => number))('at call %i, the next process finishes it, and nothing is lost or held twice', async (number) => {
    await inRig(
      async (rig) => {
        const broken = watch(rig)
        const first = rig.start()
        if (step !== 'create') await create(first, 'pvc-1')
        if (step === 'detach' || step === 'expand') await attach(first)
        await first.effects.clock.sleep(20_000)
        killAt(rig, first, number)
        void { detach, delete: remove, expand: () => expand(first, 3), create: () => create(first, 'pvc-1') }[step](first)
        const second = rig.start()
        await second.effects.clock.sleep(number * 60)
        first.process.kill()
        const again = async (): Promise<number> => {
          if (step === 'create') return (await create(second, 'pvc-1')).code
          if (step === 'detach') return (await detach(second)).code
          return step === 'delete' ? (await remove(second)).code : (await expand(second, 3)).code
        }
        let code = -1
        for (let tries = 0; tries < 5 && code !== 0; tries++) code = await again()
        expect(code).toBe(0)
        await second.effects.clock.sleep(120_000)
        expect(ownVolumes(rig)).toEqual(step === 'delete' ? [] : [volid])
        expect(holders(rig, volid)).toEqual(step === 'expand' ? [101] : [])
        if (step === 'expand') expect(rig.proxmox.world.volumes().find((volume) => volume.volid === volid)?.size).toBe(3 * GiB)
        expect(broken).toEqual([])
      },
      { seed: `${step}/${number}` },
    )
  })
})

test('a task that died with its node holds up neither the VM, which runs elsewhere by now, nor the volume', async () => {
  await inRig(async (rig) => {
    const broken = watch(rig)
    const driver = rig.start()
    await create(driver, 'pvc-1', { storage: 'nas' })
    await create(driver, 'pvc-2', { storage: 'nas' })
    const guest = rig.guests.get(101)
    if (guest !== undefined) guest.plug = () => driver.effects.clock.sleep(3_600_000)
    void attach(driver, 'k1', asShared)
    await driver.effects.clock.sleep(15_000)
    rig.proxmox.setNode('pve1', 'down')
    await driver.effects.clock.sleep(120_000)
    for (const vmid of [101, 102]) rig.proxmox.recoverVm(vmid, 'pve2')
    if (guest !== undefined) guest.plug = () => Promise.resolve()
    await driver.effects.clock.sleep(300_000)
    const other = await attach(driver, 'k1', 'home//nas/9999/vm-9999-pvc-2.raw')
    expect(other.message).toBe('')
    const same = await attach(driver, 'k1', asShared)
    expect(same.message).toBe('')
    expect(driver.locks.held).toBe(0)
    expect(broken).toEqual([])
  })
})

test('while a node is down, what does not concern it goes on, and what does ends with a reason within minutes', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    await create(driver, 'pvc-1')
    await create(driver, 'pvc-2', { storage: 'local-zfs' }, 1, 'pve2')
    await driver.effects.clock.sleep(60_000)
    rig.proxmox.setNode('pve2', 'down')
    expect(await attach(driver)).toMatchObject({ code: 0 })
    expect(await detach(driver)).toMatchObject({ code: 0 })
    const started = driver.effects.clock.monotonic()
    expect((await attach(driver, 'k3', 'home/pve2/local-zfs/vm-9999-pvc-2')).code).toBe(14)
    expect((await remove(driver, 'home/pve2/local-zfs/vm-9999-pvc-2')).code).toBe(14)
    expect(driver.effects.clock.monotonic() - started).toBeLessThan(120_000)
    expect(await remove(driver)).toMatchObject({ code: 0 })
    expect(driver.locks.held).toBe(0)
  })
})

describe('ids that lead elsewhere', () => {
  test.each([
    'home/../local-zfs/vm-9999-pvc-1', 'home/./local-zfs/vm-9999-pvc-1', 'home/pve1/../local-zfs/vm-9999-pvc-1', 'home/pve1/local-zfs/../vm-9999-pvc-1', 'home/pve1/local/9999/../101/vm-101-disk-0.raw',
    'home/pve1/local-zfs/vm-9999-pvc-1?purge=1', 'home/pve1/local-zfs/vm-9999-pvc-1#x', 'home/pve1/local-zfs/vm-9999-pvc-1,ro=1', 'home/pve1/local-zfs/vm-9999-pvc-1%2F..', 'home/pve1/local-zfs/vm-9999-pvc-1\n', 'home/pve1%2f../local-zfs/vm-9999-pvc-1',
    'away/pve1/local-zfs/vm-9999-pvc-1', 'Home/pve1/local-zfs/vm-9999-pvc-1', 'home/pve1/local-zfs/base-9999-pvc-1/vm-9999-pvc-1', `home/pve1/local-zfs/vm-9999-${'x'.repeat(300)}`,
  ])('%s reaches no disk', async (id) => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      const before = rig.proxmox.world.volumes().map((volume) => `${volume.volid} ${volume.size}`)
      expect((await attach(driver, 'k1', id)).code).not.toBe(0)
      expect((await expand(driver, 5, id)).code).not.toBe(0)
      await detach(driver, 'k1', id)
      await remove(driver, id)
      expect(rig.proxmox.world.volumes().map((volume) => `${volume.volid} ${volume.size}`)).toEqual(before)
      expect(holders(rig, volid)).toEqual([])
    })
  })
})

describe('sizes', () => {
  test.each([
    [{ limitBytes: GiB + 1 }, GiB],
    [{ limitBytes: 1.5 * 1024 ** 2 }, 1024 ** 2],
    [{ requiredBytes: 1, limitBytes: 1024 ** 2 }, 1024 ** 2],
    [{ requiredBytes: GiB - 1, limitBytes: GiB }, GiB],
  ])('%j is met with %i bytes', async (capacityRange, bytes) => {
    await inRig(async (rig) => {
      const outcome = await rig.start().call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), capacityRange })
      expect(outcome.message).toBe('')
      expect(outcome.value?.volume?.capacityBytes).toBe(bytes)
      expect(rig.proxmox.world.volumes().find((volume) => volume.volid === volid)?.size).toBe(bytes)
    })
  })

  test.each([{ requiredBytes: 1, limitBytes: 1 }, { limitBytes: 1023 * 1024 }, { requiredBytes: -1 }, { limitBytes: -5 }, { requiredBytes: Number.MAX_SAFE_INTEGER }, { requiredBytes: 5, limitBytes: 4 }])('%j makes nothing', async (capacityRange) => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect([3, 8, 11]).toContain((await driver.call('/csi.v1.Controller/CreateVolume', { ...createRequest('pvc-1'), capacityRange })).code)
      expect(ownVolumes(rig)).toEqual([])
    })
  })

  test.each([{ requiredBytes: Number.MAX_SAFE_INTEGER }, { requiredBytes: 3 * GiB, limitBytes: 2 * GiB }, { requiredBytes: -1 }, { requiredBytes: 2 * GiB + 1, limitBytes: 2 * GiB + 2 }, { requiredBytes: 500 * GiB }])('growing by %j grows nothing', async (capacityRange) => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1', { storage: 'local-lvm' })
      const id = 'home/pve1/local-lvm/vm-9999-pvc-1'
      await attach(driver, 'k1', id)
      const { code, message } = await driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId: id, capacityRange, volumeCapability: writer })
      expect([3, 8, 11], message).toContain(code)
      expect(rig.proxmox.world.volumes().find(({ owner }) => owner === 9999)?.size).toBe(GiB)
    })
  })
})

test('while a VM has the number that owns all volumes, none is made: its removal would take them along', async () => {
  await inRig(
    async (rig) => {
      const outcome = await create(rig.start(), 'pvc-1')
      expect(outcome).toMatchObject({ code: 9, message: expect.stringContaining('VM 9999') })
      expect(ownVolumes(rig)).toEqual([])
    },
    { lab: (options) => ({ ...options, vms: [...(options.vms ?? []), { vmid: 9999, name: 'oops', node: 'pve2', disks: [] }] }) },
  )
})
