import { expect, test } from 'vitest'
import { inLab } from './test-rig.ts'

const content = '/nodes/pve1/storage/local-zfs/content'
const config = '/nodes/pve1/qemu/100/config'

test('a disk is made, plugged into a running VM, taken out and deleted, and the world agrees at each step', async () => {
  await inLab(async ({ csi, proxmox, guest, task }) => {
    const made = await csi('POST', content, { vmid: 9999, filename: 'vm-9999-pvc-1', size: '10G', format: 'raw' })
    expect(made).toMatchObject({ status: 200, data: 'local-zfs:vm-9999-pvc-1' })

    const attach = await csi('POST', config, { scsi1: 'local-zfs:vm-9999-pvc-1,ssd=1,backup=0', digest: proxmox.world.vm(100)?.config ? await digest() : '' })
    expect(await task(attach.data)).toBe('OK')
    expect(guest.slots.get('scsi1')).toMatchObject({ serial: 'drive-scsi1', rotational: false })
    expect(proxmox.world.vm(100)?.config.get('scsi1')).toBe('local-zfs:vm-9999-pvc-1,backup=0,size=10G,ssd=1')

    expect(await csi('PUT', config, { delete: 'scsi1' })).toMatchObject({ status: 200, data: null })
    expect(guest.slots.has('scsi1')).toBe(false)
    expect(proxmox.world.vm(100)?.config.has('scsi1')).toBe(false)
    expect([...(proxmox.world.vm(100)?.config.keys() ?? [])].filter((key) => key.startsWith('unused'))).toEqual([])

    const deleted = await csi('DELETE', `${content}/local-zfs:vm-9999-pvc-1`)
    expect(await task(deleted.data)).toBe('OK')
    expect(proxmox.world.volumes().map(({ volid }) => volid)).not.toContain('local-zfs:vm-9999-pvc-1')
    expect(proxmox.world.history.events.map(({ kind }) => kind)).toEqual(['disk created', 'disk attached', 'disk detached', 'disk deleted'])

    async function digest(): Promise<string> {
      const { data } = await csi('GET', config)
      return data !== null && typeof data === 'object' && 'digest' in data ? String(data.digest) : ''
    }
  })
})
