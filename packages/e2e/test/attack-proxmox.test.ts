/** Attempts to make the controller lose data or lie, each by a way that a real cluster offers. */
import { describe, expect, test } from 'vitest'
import { createRequest, GiB, holders, inRig, ownVolumes, writer, type Controller, type Rig, type RigOptions } from './driver-rig.ts'

const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
const volid = 'local-zfs:vm-9999-pvc-1'
const onNas = 'nas:9999/vm-9999-pvc-1.raw'
const asShared = 'home//nas/9999/vm-9999-pvc-1.raw'
/** The same disk by an id that names a node: a class or a PersistentVolume from before the storage was shared. */
const asLocal = 'home/pve1/nas/9999/vm-9999-pvc-1.raw'

const create = (driver: Controller, ...request: Parameters<typeof createRequest>) => driver.call('/csi.v1.Controller/CreateVolume', createRequest(...request))
const attach = (driver: Controller, nodeId = 'k1', id = volumeId) => driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId: id, nodeId, volumeCapability: writer })
const detach = (driver: Controller, nodeId = 'k1', id = volumeId) => driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId: id, nodeId })
const remove = (driver: Controller, id = volumeId) => driver.call('/csi.v1.Controller/DeleteVolume', { volumeId: id })
const expand = (driver: Controller, gib: number, id = volumeId) => driver.call('/csi.v1.Controller/ControllerExpandVolume', { volumeId: id, capacityRange: { requiredBytes: gib * GiB }, volumeCapability: writer })

type Vm = NonNullable<Parameters<NonNullable<RigOptions['lab']>>[0]['vms']>[number]
const withVms = (change: (vms: readonly Vm[]) => readonly Vm[]): RigOptions => ({ lab: (options) => ({ ...options, vms: change(options.vms ?? []) }) })
const slotsOf = ({ proxmox }: Rig, vmid: number, name: string) => [...(proxmox.world.vm(vmid)?.config ?? [])].filter(([, value]) => value.startsWith(name)).map(([slot]) => slot)

describe('a shared disk under an id that names a node', () => {
  test('is not attached beside a VM of another node', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1', { storage: 'nas' })
      expect(await attach(driver, 'k3', asShared)).toMatchObject({ code: 0 })
      expect((await attach(driver, 'k1', asLocal)).code).not.toBe(0)
      expect(holders(rig, onNas)).toEqual([103])
    })
  })

  test('is not deleted under a VM of another node', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1', { storage: 'nas' })
      await attach(driver, 'k3', asShared)
      expect((await remove(driver, asLocal)).code).toBe(9)
      expect(ownVolumes(rig)).toEqual([onNas])
    })
  })
})

describe('a local disk under an id that calls it shared', () => {
  test('is neither attached nor deleted: each node may have another disk of that name', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      await create(driver, 'pvc-1', { storage: 'local-zfs' }, 1, 'pve2')
      const id = 'home//local-zfs/vm-9999-pvc-1'
      expect((await attach(driver, 'k3', id)).code).toBe(9)
      expect((await remove(driver, id)).code).toBe(9)
      expect(holders(rig, volid)).toEqual([])
      expect(ownVolumes(rig)).toHaveLength(2)
    })
  })
})

test('a shared storage that is not on the first node works all the same', async () => {
  await inRig(
    async (rig) => {
      const driver = rig.start()
      expect(await create(driver, 'pvc-1', { storage: 'nas' }, 1, 'pve2')).toMatchObject({ code: 0 })
      expect(await attach(driver, 'k3', asShared)).toMatchObject({ code: 0 })
      expect(await detach(driver, 'k3', asShared)).toMatchObject({ code: 0 })
      expect(await remove(driver, asShared)).toMatchObject({ code: 0 })
      expect(ownVolumes(rig)).toEqual([])
    },
    { lab: (options) => ({ ...options, storages: options.storages.map((storage) => (storage.storage === 'nas' ? { ...storage, nodes: ['pve2'] } : storage)) }) },
  )
})

test('two drivers that are asked in the same moment do not both answer success', async () => {
  for (let seed = 0; seed < 40; seed++) {
    await inRig(
      async (rig) => {
        const [first, second] = [rig.start(), rig.start()]
        await create(first, 'pvc-1')
        await first.effects.clock.sleep(20_000)
        const one = attach(first, 'k1')
        await second.effects.clock.sleep(seed * 4)
        const other = attach(second, 'k2')
        const codes = [(await one).code, (await other).code]
        expect(codes.filter((code) => code === 0).length, `seed ${seed}: ${codes.join(' ')}`).toBeLessThanOrEqual(1)
        await first.effects.clock.sleep(60_000)
        const held = holders(rig, volid)
        expect(held.length, `seed ${seed}: held by ${held.join(' ')}`).toBeLessThanOrEqual(1)
        if (codes[0] === 0) expect(held).toEqual([101])
        if (codes[1] === 0) expect(held).toEqual([102])
      },
      { seed },
    )
  }
})

describe("a VM's own disk", () => {
  const ownDisk = 'home/pve1/local-zfs/vm-101-disk-0'

  test('is neither published to it nor taken out of it, whatever a PersistentVolume says', async () => {
    await inRig(async (rig) => {
      const driver = rig.start()
      expect((await attach(driver, 'k1', ownDisk)).code).toBe(9)
      await detach(driver, 'k1', ownDisk)
      expect(slotsOf(rig, 101, 'local-zfs:vm-101-disk-0')).toEqual(['scsi0'])
      expect(holders(rig, 'local-zfs:vm-101-disk-0', 'pve1')).toContain(101)
    })
  })

  test('does not grow', async () => {
    await inRig(async (rig) => {
      expect((await expand(rig.start(), 9, ownDisk)).code).toBe(9)
      expect(rig.proxmox.world.volumes().find((volume) => volume.volid === 'local-zfs:vm-101-disk-0')?.size).toBe(8 * GiB)
    })
  })
})

test('a slot that got another disk between the look and the resize does not grow', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    await create(driver, 'pvc-1')
    await create(driver, 'pvc-2')
    await attach(driver)
    // Somebody swaps the disks in Proxmox' interface, just before the driver reads the config for its digest.
    let reads = 0
    rig.proxmox.faults.onCall(({ call, parameters }) => {
      if (call === 'GET /nodes/{node}/qemu/{vmid}/config' && parameters['vmid'] === '101' && reads++ === 0) {
        rig.proxmox.editConfig(101, 'scsi1', 'local-zfs:vm-9999-pvc-2,size=1G')
      }
      return undefined
    })
    expect((await expand(driver, 4)).code).not.toBe(0)
    expect(reads).toBeGreaterThan(0)
    expect(rig.proxmox.world.volumes().find((volume) => volume.volid === 'local-zfs:vm-9999-pvc-2')?.size).toBe(GiB)
  })
})

test('a disk that a VM took along in its config is detached there, or it would come back with the VM', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    await create(driver, 'pvc-1')
    await attach(driver, 'k1')
    rig.proxmox.recoverVm(101, 'pve2')
    expect(await detach(driver, 'k1')).toMatchObject({ code: 0 })
    expect(slotsOf(rig, 101, volid)).toEqual([])
  })
})

test("another node's disk of the same name stays where it is", async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    await create(driver, 'pvc-1')
    await create(driver, 'pvc-1', { storage: 'local-zfs' }, 1, 'pve2')
    const there = 'home/pve2/local-zfs/vm-9999-pvc-1'
    expect(await attach(driver, 'k3', there)).toMatchObject({ code: 0 })
    expect(await detach(driver, 'k3', volumeId)).toMatchObject({ code: 0 })
    expect(slotsOf(rig, 103, volid)).toEqual(['scsi1'])
    expect(await remove(driver, volumeId)).toMatchObject({ code: 0 })
    expect(rig.proxmox.world.volumes().filter(({ owner }) => owner === 9999).map(({ node }) => node)).toEqual(['pve2'])
  })
})

test('a node whose name two VMs have is not guessed, on whichever nodes they are', async () => {
  await inRig(
    async (rig) => {
      const driver = rig.start()
      await create(driver, 'pvc-1')
      const outcome = await attach(driver, 'k3')
      expect(outcome).toMatchObject({ code: 9, message: expect.stringContaining('103') })
      expect(holders(rig, volid)).toEqual([])
    },
    withVms((vms) => [...vms, { vmid: 201, name: 'k3', node: 'pve1', disks: [] }]),
  )
})

test('what says which VM a node is counts in its order, also when the better sign points to another Proxmox node', async () => {
  await inRig(
    async (rig) => {
      const facts = { name: 'k3', providerId: 'proxmox://home/103', labels: {}, annotations: {} }
      const driver = rig.start({ nodes: { find: () => Promise.resolve(facts), list: () => Promise.resolve([facts]) } })
      await create(driver, 'pvc-1')
      expect(await attach(driver, 'k3')).toMatchObject({ code: 9, message: expect.stringContaining('VM 103 on pve2') })
      expect(holders(rig, volid)).toEqual([])
    },
    withVms((vms) => [...vms, { vmid: 201, name: 'k3', node: 'pve1', disks: [] }]),
  )
})
