import { expect, test } from 'vitest'
import type { Rig } from '../test-rig.ts'
import { GiB, inLab } from '../test-rig.ts'

const content = '/nodes/pve1/storage/local-zfs/content'
const config = '/nodes/pve1/qemu/100/config'
const volid = 'local-zfs:vm-9999-pvc-1'

async function withDisk(rig: Rig): Promise<void> {
  await rig.csi('POST', content, { vmid: 9999, filename: 'vm-9999-pvc-1', size: '10G' })
}

async function attached(rig: Rig, drive = volid): Promise<void> {
  await withDisk(rig)
  expect(await rig.task((await rig.csi('POST', config, { scsi1: drive })).data)).toBe('OK')
}

function field(data: unknown, name: string): unknown {
  return data !== null && typeof data === 'object' ? Object.entries(data).find(([key]) => key === name)?.[1] : undefined
}

test('a drive is written back with its keys sorted and its size', () =>
  inLab(async (rig) => {
    await attached(rig, `file=${volid},ssd=on,iops_rd=100,cache=none,backup=0,serial=abc`)
    expect(rig.proxmox.world.vm(100)?.config.get('scsi1')).toBe(`${volid},backup=0,cache=none,iops_rd=100,serial=abc,size=10G,ssd=1`)
    expect(rig.guest.slots.get('scsi1')?.serial).toBe('abc')
  }))

test('a guest that does not take the disk: the POST looks well, its task fails, and the entry stays pending', () =>
  inLab(async (rig) => {
    await withDisk(rig)
    rig.guest.refuses = true
    const answer = await rig.csi('POST', config, { scsi1: volid })
    expect(answer.status).toBe(200)
    expect(await rig.task(answer.data)).toBe("400 Parameter verification failed. scsi1: hotplug problem - error on hotplug device 'scsi1'")
    const vm = rig.proxmox.world.vm(100)
    expect([vm?.config.has('scsi1'), vm?.pending.get('scsi1'), vm?.plugged.has('scsi1')]).toEqual([false, `${volid},size=10G`, false])

    // The default answer merges what is pending and so looks attached; current=1 tells the truth, /pending both.
    expect(field((await rig.csi('GET', config)).data, 'scsi1')).toBe(`${volid},size=10G`)
    expect(field((await rig.csi('GET', config, { current: 1 })).data, 'scsi1')).toBeUndefined()
    expect((await rig.csi('GET', '/nodes/pve1/qemu/100/pending')).data).toContainEqual({ key: 'scsi1', pending: `${volid},size=10G` })

    expect(await rig.csi('PUT', config, { revert: 'scsi1' })).toMatchObject({ status: 200 })
    expect(rig.proxmox.world.vm(100)?.pending.size).toBe(0)
  }))

test('the same refusal is the answer of a PUT', () =>
  inLab(async (rig) => {
    await withDisk(rig)
    rig.guest.refuses = true
    expect(await rig.csi('PUT', config, { scsi1: volid })).toMatchObject({ status: 400, errors: { scsi1: "hotplug problem - error on hotplug device 'scsi1'\n" } })
  }))

test('a disk that the guest uses is not taken away: 400 after about five seconds, and the delete stays pending', () =>
  inLab(async (rig) => {
    await attached(rig)
    rig.guest.busy.add('scsi1')
    const start = rig.effects.clock.now()
    const answer = await rig.csi('PUT', config, { delete: 'scsi1' })
    expect(answer).toMatchObject({ status: 400, errors: { scsi1: "hotplug problem - error on hot-unplugging device 'scsi1' - still busy in guest?\n" } })
    expect(rig.effects.clock.now() - start).toBeGreaterThan(4500)
    expect(rig.proxmox.world.vm(100)?.plugged.get('scsi1')?.volid).toBe(volid)
    // It looks detached to who does not ask for what is current.
    expect(field((await rig.csi('GET', config)).data, 'scsi1')).toBeUndefined()
    expect(field((await rig.csi('GET', config, { current: 1 })).data, 'scsi1')).toBe(`${volid},size=10G`)
    expect((await rig.csi('GET', '/nodes/pve1/qemu/100/pending')).data).toContainEqual({ key: 'scsi1', value: `${volid},size=10G`, delete: 1 })

    rig.guest.busy.clear()
    expect(await rig.csi('PUT', config, { delete: 'scsi1' })).toMatchObject({ status: 200 })
    expect(rig.proxmox.world.vm(100)?.plugged.has('scsi1')).toBe(false)
  }))

test('throttles change while it runs; cache, aio and ssd wait for the next start, which takes them', () =>
  inLab(async (rig) => {
    await attached(rig)
    await rig.csi('PUT', config, { scsi1: `${volid},mbps_rd=50,size=10G` })
    expect(rig.proxmox.world.vm(100)?.config.get('scsi1')).toBe(`${volid},mbps_rd=50,size=10G`)
    await rig.csi('PUT', config, { scsi1: `${volid},cache=writeback,mbps_rd=50,size=10G` })
    expect(rig.proxmox.world.vm(100)?.config.get('scsi1')).toBe(`${volid},mbps_rd=50,size=10G`)
    expect(rig.proxmox.world.vm(100)?.pending.get('scsi1')).toBe(`${volid},cache=writeback,mbps_rd=50,size=10G`)

    const root = rig.as('PVEAPIToken=root@pam!key=rootsecret')
    expect(await rig.task((await root('POST', '/nodes/pve1/qemu/100/status/reboot')).data)).toBe('OK')
    const vm = rig.proxmox.world.vm(100)
    expect([vm?.config.get('scsi1'), vm?.pending.size]).toEqual([`${volid},cache=writeback,mbps_rd=50,size=10G`, 0])
    expect(vm?.plugged.get('scsi1')?.volid).toBe(volid)
  }))

test('an owned disk becomes unusedN and is destroyed when that is deleted; a foreign one is only let go', () =>
  inLab(async (rig) => {
    await rig.task((await rig.csi('POST', config, { scsi2: 'local-zfs:4' })).data)
    const own = rig.proxmox.world.vm(100)?.plugged.get('scsi2')?.volid
    expect(own).toBe('local-zfs:vm-100-disk-1')
    await rig.csi('PUT', config, { delete: 'scsi2' })
    expect(rig.proxmox.world.vm(100)?.config.get('unused0')).toBe(own)
    await rig.csi('PUT', config, { delete: 'unused0' })
    expect(rig.proxmox.world.volumes().map((volume) => volume.volid)).not.toContain(own)

    await attached(rig)
    await rig.csi('PUT', config, { delete: 'scsi1', force: 1 })
    expect(rig.proxmox.world.volumes().map((volume) => volume.volid)).toContain(volid)
    expect([...(rig.proxmox.world.vm(100)?.config.keys() ?? [])].filter((key) => key.startsWith('unused'))).toEqual([])
  }))

test('without disk among its hotplug features everything waits for a start', () =>
  inLab(
    async (rig) => {
      await withDisk(rig)
      expect(await rig.task((await rig.csi('POST', config, { scsi1: volid })).data)).toBe('OK')
      const vm = rig.proxmox.world.vm(100)
      expect([vm?.config.has('scsi1'), vm?.pending.has('scsi1'), vm?.plugged.has('scsi1')]).toEqual([false, true, false])
    },
    (options) => ({ ...options, vms: (options.vms ?? []).map((vm) => ({ ...vm, config: { hotplug: 'network,usb' } })) }),
  ))

test('a stopped VM takes changes at once, and its disks are plugged when it starts', () =>
  inLab(async (rig) => {
    const root = rig.as('PVEAPIToken=root@pam!key=rootsecret')
    await rig.task((await root('POST', '/nodes/pve1/qemu/100/status/stop')).data)
    expect(rig.proxmox.world.vm(100)?.plugged.size).toBe(0)
    await attached(rig)
    expect(rig.proxmox.world.vm(100)?.config.has('scsi1')).toBe(true)
    expect(rig.proxmox.world.vm(100)?.plugged.size).toBe(0)
    await rig.task((await root('POST', '/nodes/pve1/qemu/100/status/start')).data)
    expect([...(rig.proxmox.world.vm(100)?.plugged.keys() ?? [])]).toEqual(['scsi0', 'scsi1'])
  }))

test('growing a disk reaches storage, config and guest', () =>
  inLab(async (rig) => {
    await attached(rig)
    expect(await rig.task((await rig.csi('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi1', size: '+5G' })).data)).toBe('OK')
    expect(rig.proxmox.world.vm(100)?.config.get('scsi1')).toBe(`${volid},size=15G`)
    expect(rig.proxmox.world.volumes().find((volume) => volume.volid === volid)?.size).toBe(15 * GiB)
    expect(rig.guest.grown).toEqual(['scsi1'])
  }))

test('every change gives a new digest, and the one that was read is accepted', () =>
  inLab(async (rig) => {
    await withDisk(rig)
    const before = String(field((await rig.csi('GET', config)).data, 'digest'))
    expect(before).toMatch(/^[0-9a-f]{40}$/)
    expect(await rig.csi('PUT', config, { scsi1: volid, digest: before })).toMatchObject({ status: 200 })
    const after = String(field((await rig.csi('GET', config)).data, 'digest'))
    expect(after).not.toBe(before)
    expect(await rig.csi('PUT', config, { delete: 'scsi1', digest: before })).toMatchObject({ status: 500 })
  }))

test("a POST holds the VM's lock until its task has ended: the next change waits for it", () =>
  inLab(async (rig) => {
    await withDisk(rig)
    await rig.csi('POST', content, { vmid: 9999, filename: 'vm-9999-pvc-2', size: '1G' })
    const first = await rig.csi('POST', config, { scsi1: volid })
    const second = await rig.csi('PUT', config, { scsi2: 'local-zfs:vm-9999-pvc-2' })
    expect(second.status).toBe(200)
    expect(await rig.task(first.data)).toBe('OK')
    const kinds = rig.proxmox.world.history.events.filter(({ kind }) => kind === 'disk attached')
    expect(kinds.map(({ slot }) => slot)).toEqual(['scsi1', 'scsi2'])
  }))

test('nothing in Proxmox stops one disk from being plugged into two VMs: that is for its clients to prevent', () =>
  inLab(async (rig) => {
    await attached(rig)
    expect(await rig.task((await rig.csi('POST', '/nodes/pve1/qemu/101/config', { scsi1: volid })).data)).toBe('OK')
    expect(rig.proxmox.world.vms().filter(({ plugged }) => plugged.get('scsi1')?.volid === volid)).toHaveLength(2)
  }))

test('a disk that is not on the node cannot be attached', () =>
  inLab(async (rig) => {
    await withDisk(rig)
    const answer = await rig.csi('POST', '/nodes/pve2/qemu/102/config', { scsi1: volid })
    expect(await rig.task(answer.data)).toBe("zfs error: cannot open 'rpool/data/vm-9999-pvc-1': dataset does not exist")
  }))

test('the UUID of a VM is in smbios1 and not in the resources', () =>
  inLab(async ({ csi }) => {
    expect(field((await csi('GET', config)).data, 'smbios1')).toBe('uuid=11111111-2222-4333-8444-000000000100')
    const { data } = await csi('GET', '/cluster/resources', { type: 'vm' })
    expect(data).toMatchObject([{ vmid: 100, node: 'pve1', status: 'running', name: 'k1' }, { vmid: 101 }, { vmid: 102, node: 'pve2' }])
    expect(JSON.stringify(data)).not.toContain('11111111-2222')
  }))

test('a VM whose disk is gone does not start, and a VM that stops lets go of all its disks', () =>
  inLab(async (rig) => {
    const root = rig.as('PVEAPIToken=root@pam!key=rootsecret')
    await attached(rig)
    expect([...rig.guest.slots.keys()]).toEqual(['scsi0', 'scsi1'])
    await rig.task((await root('POST', '/nodes/pve1/qemu/100/status/stop')).data)
    expect([...rig.guest.slots.keys()]).toEqual([])
    await rig.csi('DELETE', `${content}/${volid}`, { delay: 10 })
    expect(await rig.task((await root('POST', '/nodes/pve1/qemu/100/status/start')).data)).toBe("zfs error: cannot open 'rpool/data/vm-9999-pvc-1': dataset does not exist")
    expect([rig.proxmox.world.vm(100)?.running, rig.proxmox.world.vm(100)?.plugged.size]).toEqual([false, 0])
  }))
