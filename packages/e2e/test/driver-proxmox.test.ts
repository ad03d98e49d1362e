/** The controller's whole contract against the lab's Proxmox. */
import { expect, test } from 'vitest'
import { createRequest, GiB, holders, inRig, ownVolumes, writer } from './driver-rig.ts'

test('a volume is created, attached, detached and deleted, and the world agrees at each step', async () => {
  await inRig(async (rig) => {
    const driver = rig.start()
    const created = await driver.call('/csi.v1.Controller/CreateVolume', createRequest('pvc-1'))
    expect(created).toMatchObject({ code: 0, value: { volume: { volumeId: 'home/pve1/local-zfs/vm-9999-pvc-1', capacityBytes: GiB } } })
    expect(ownVolumes(rig)).toEqual(['local-zfs:vm-9999-pvc-1'])
    const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'

    const published = await driver.call('/csi.v1.Controller/ControllerPublishVolume', { volumeId, nodeId: 'k1', volumeCapability: writer, volumeContext: created.value?.volume?.volumeContext ?? {} })
    expect(published).toMatchObject({ code: 0, value: { publishContext: { slot: 'scsi1', size: String(GiB), format: 'allowed' } } })
    expect(holders(rig, 'local-zfs:vm-9999-pvc-1')).toEqual([101])
    expect(rig.guests.get(101)?.slots.get('scsi1')?.serial).toBe(published.value?.publishContext['serial'])

    expect(await driver.call('/csi.v1.Controller/ControllerUnpublishVolume', { volumeId, nodeId: 'k1' })).toMatchObject({ code: 0 })
    expect(holders(rig, 'local-zfs:vm-9999-pvc-1')).toEqual([])

    expect(await driver.call('/csi.v1.Controller/DeleteVolume', { volumeId })).toMatchObject({ code: 0 })
    expect(ownVolumes(rig)).toEqual([])
    expect(driver.locks.held).toBe(0)
  })
})
