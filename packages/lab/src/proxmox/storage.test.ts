import { expect, test } from 'vitest'
import { GiB, inLab } from './test-rig.ts'
import type { TestClient } from './test-rig.ts'

function allocate(client: TestClient, storage: string, filename: string, size = '1G', vmid = 9999): Promise<{ status: number; reason: string; data: unknown }> {
  return client('POST', `/nodes/pve1/storage/${storage}/content`, { vmid, filename, size })
}

test.each([
  ['local-zfs', 'vm-9999-a', 'local-zfs:vm-9999-a'],
  ['local-lvm', 'vm-9999-a', 'local-lvm:vm-9999-a'],
  ['local', 'vm-9999-a.raw', 'local:9999/vm-9999-a.raw'],
  ['nas', 'vm-9999-a.qcow2', 'nas:9999/vm-9999-a.qcow2'],
])('on %s the file %s becomes %s', async (storage, file, volid) => {
  expect(await inLab(({ csi }) => allocate(csi, storage, file))).toMatchObject({ status: 200, data: volid })
})

test.each([
  ['local-zfs', 'pvc-1', "illegal name 'pvc-1' - should be 'vm-9999-*'"],
  ['local-zfs', 'vm-100-a', "illegal name 'vm-100-a' - should be 'vm-9999-*'"],
  ['local-lvm', 'vm-9998-a', "illegal name 'vm-9998-a' - should be 'vm-9999-*'"],
  ['local', 'vm-9999-a', "unable to parse volume filename 'vm-9999-a'"],
  ['local', '9999/vm-9999-a.raw', "unable to parse volume filename '9999/vm-9999-a.raw'"],
  ['local-lvm', 'vm-9999-a.qcow2', "unsupported format 'qcow2'"],
])('%s refuses the name %s', async (storage, file, reason) => {
  expect(await inLab(({ csi }) => allocate(csi, storage, file))).toMatchObject({ status: 500, reason })
})

test.each([
  ['local-zfs', 'vm-9999-a', "zfs error: cannot create 'rpool/data/vm-9999-a': dataset already exists"],
  ['local', 'vm-9999-a.raw', "disk image '/var/lib/vz/images/9999/vm-9999-a.raw' already exists"],
  ['local-lvm', 'vm-9999-a', `lvcreate 'pve/vm-9999-a' error:   Logical Volume "vm-9999-a" already exists in volume group "pve"`],
])('%s says of a second %s that it already exists', async (storage, file, reason) => {
  await inLab(async ({ csi }) => {
    await allocate(csi, storage, file)
    expect(await allocate(csi, storage, file)).toMatchObject({ status: 500, reason })
  })
})

test('a volume without its folder is no volume of a directory', async () => {
  const answer = await inLab(({ csi }) => csi('DELETE', '/nodes/pve1/storage/local/content/local:vm-9999-a.raw'))
  expect(answer).toMatchObject({ status: 500, reason: "unable to parse directory volume name 'vm-9999-a.raw'" })
})

test('a bare size is KiB, and each plugin rounds up to its own grain', async () => {
  await inLab(async ({ csi, proxmox }) => {
    await allocate(csi, 'local', 'vm-9999-a.raw', '1025')
    await allocate(csi, 'local-zfs', 'vm-9999-b', '1025')
    await allocate(csi, 'local-lvm', 'vm-9999-c', '1025')
    const sizes = Object.fromEntries(proxmox.world.volumes().map(({ volid, size }) => [volid, size]))
    expect(sizes).toMatchObject({ 'local:9999/vm-9999-a.raw': 1025 * 1024, 'local-zfs:vm-9999-b': 2 * 1024 ** 2, 'local-lvm:vm-9999-c': 4 * 1024 ** 2 })
  })
})

test('a local storage has its volumes on one node only, a shared one on all', async () => {
  await inLab(async ({ csi }) => {
    await allocate(csi, 'local-zfs', 'vm-9999-a')
    await allocate(csi, 'nas', 'vm-9999-a.raw')
    const seen = async (node: string, storage: string): Promise<unknown> => (await csi('GET', `/nodes/${node}/storage/${storage}/content`, { vmid: 9999 })).data
    expect(await seen('pve2', 'local-zfs')).toEqual([])
    expect(await seen('pve2', 'nas')).toMatchObject([{ volid: 'nas:9999/vm-9999-a.raw', size: GiB, vmid: 9999, format: 'raw' }])
    expect(await csi('GET', '/nodes/pve2/storage/local-zfs/content/vm-9999-a')).toMatchObject({ status: 500, reason: "zfs error: cannot open 'rpool/data/vm-9999-a': dataset does not exist" })
  })
})

test('zfs reserves the whole disk and refuses what does not fit; a thin pool takes it and fails the write that does not fit', async () => {
  await inLab(async ({ csi, proxmox }) => {
    expect(await allocate(csi, 'local-zfs', 'vm-9999-a', '90G')).toMatchObject({ status: 500, reason: "zfs error: cannot create 'rpool/data/vm-9999-a': out of space" })
    expect(await allocate(csi, 'local-lvm', 'vm-9999-a', '200G')).toMatchObject({ status: 200 })
    const { disk } = proxmox.world.volumes().find(({ storage }) => storage === 'local-lvm')!
    disk.write(0, new Uint8Array(4096).fill(1))
    expect(proxmox.world.used('local-lvm', 'pve1')).toBe(64 * 1024)
    disk.discard(0, 64 * 1024)
    expect(proxmox.world.used('local-lvm', 'pve1')).toBe(0)
  })
})

test('a thin pool that is full fails writes and refuses new disks', async () => {
  await inLab(
    async ({ csi, proxmox }) => {
      await allocate(csi, 'tiny', 'vm-9999-a', '1G')
      const { disk } = proxmox.world.volumes().find(({ storage }) => storage === 'tiny')!
      disk.write(0, new Uint8Array(128 * 1024).fill(1))
      expect(() => disk.write(256 * 1024, Uint8Array.of(1))).toThrow('no space left in tiny')
      expect((await allocate(csi, 'tiny', 'vm-9999-b', '1G')).reason).toMatch(/^lvcreate 'pve\/vm-9999-b' error/)
    },
    (options) => ({ ...options, storages: [...options.storages, { storage: 'tiny', type: 'lvmthin', sizeBytes: 128 * 1024 }] }),
  )
})

test.each([
  ['local-zfs', 'vm-9999-a', "zfs error: cannot destroy 'rpool/data/vm-9999-a': dataset is busy"],
  ['local-lvm', 'vm-9999-a', "lvremove 'pve/vm-9999-a' error:   Logical volume pve/vm-9999-a in use."],
])('%s does not delete a disk that a VM holds; the task says so and the disk is still there', async (storage, name, error) => {
  await inLab(async ({ csi, task, proxmox }) => {
    await allocate(csi, storage, name)
    await task((await csi('POST', '/nodes/pve1/qemu/100/config', { scsi1: `${storage}:${name}` })).data)
    expect(await task((await csi('DELETE', `/nodes/pve1/storage/${storage}/content/${name}`)).data)).toBe(error)
    expect(proxmox.world.volumes().map(({ volid }) => volid)).toContain(`${storage}:${name}`)
  })
})

test('nothing stops the delete of a directory image that a VM holds', async () => {
  await inLab(async ({ csi, task, proxmox }) => {
    await allocate(csi, 'local', 'vm-9999-a.raw')
    await task((await csi('POST', '/nodes/pve1/qemu/100/config', { scsi1: 'local:9999/vm-9999-a.raw' })).data)
    expect(await task((await csi('DELETE', '/nodes/pve1/storage/local/content/local:9999%2Fvm-9999-a.raw')).data)).toBe('OK')
    expect(proxmox.world.volumes().map(({ volid }) => volid)).not.toContain('local:9999/vm-9999-a.raw')
    expect(proxmox.world.vm(100)?.plugged.get('scsi1')?.volid).toBe('local:9999/vm-9999-a.raw')
  })
})

test('a delete answers with its task; with a delay that is long enough, with null', async () => {
  await inLab(async ({ csi }) => {
    await allocate(csi, 'local-zfs', 'vm-9999-a')
    await allocate(csi, 'local-zfs', 'vm-9999-b')
    const now = await csi('DELETE', '/nodes/pve1/storage/local-zfs/content/vm-9999-a')
    expect(now.data).toMatch(/^UPID:pve1:[0-9A-F]{8}:[0-9A-F]{8}:[0-9A-F]{8}:imgdel:9999@local-zfs:csi@pve!stowage:$/)
    expect(await csi('DELETE', '/nodes/pve1/storage/local-zfs/content/vm-9999-b', { delay: 10 })).toMatchObject({ status: 200, data: null })
  })
})
