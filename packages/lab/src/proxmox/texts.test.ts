/** The answers that clients recognise by their text: the tables of the reference, one claim each. */
import { expect, test } from 'vitest'
import type { Answer } from './test-rig.ts'
import { csiToken, inLab } from './test-rig.ts'

const content = '/nodes/pve1/storage/local-zfs/content'
const config = '/nodes/pve1/qemu/100/config'
const disk = { vmid: 9999, filename: 'vm-9999-pvc-1', size: '10G' }

function said({ status, reason }: Answer): [number, string] {
  return [status, reason]
}

test('an unknown parameter is a 400 that names it', async () => {
  const answer = await inLab(({ csi }) => csi('PUT', config, { scsi1: 'local-zfs:vm-9999-a', colour: 'red' }))
  expect(answer).toEqual({
    status: 400,
    reason: 'Parameter verification failed.',
    data: null,
    message: 'Parameter verification failed.\n',
    errors: { colour: 'property is not defined in schema and the schema does not allow additional properties' },
  })
})

test.each([
  ['a missing parameter', 'POST', content, { vmid: 9999, filename: 'vm-9999-a' }, { size: 'property is missing and it is not optional' }],
  ['a parameter out of range', 'POST', content, { ...disk, vmid: 5 }, { vmid: 'invalid format - value does not look like a valid VM ID\n' }],
  ['a size with a unit that Proxmox has not', 'POST', content, { ...disk, size: '10T' }, { size: 'value does not match the regex pattern' }],
  ['a format outside the enumeration', 'POST', content, { ...disk, format: 'vhd' }, { format: "value 'vhd' does not have a value in the enumeration 'raw, qcow2, subvol, vmdk'" }],
  ['a file whose ending is another format', 'POST', content, { ...disk, filename: 'vm-9999-a.qcow2', format: 'raw' }, { format: 'different storage formats (raw != qcow2)' }],
  ['a slot that does not exist', 'PUT', config, { scsi31: 'local-zfs:vm-9999-a' }, { scsi31: 'property is not defined in schema and the schema does not allow additional properties' }],
  ['an unknown drive option', 'PUT', config, { scsi1: 'local-zfs:vm-9999-a,foo=1' }, { scsi1: 'invalid format - invalid key in comma-separated list property: foo\n' }],
  [
    'a drive option with a bad value',
    'PUT',
    config,
    { scsi1: 'local-zfs:vm-9999-a,cache=fast' },
    { scsi1: "invalid format - format error\nscsi1.cache: value 'fast' does not have a value in the enumeration 'none, writethrough, writeback, unsafe, directsync'\n" },
  ],
  ['a WWN of the wrong length', 'PUT', config, { scsi1: 'local-zfs:vm-9999-a,wwn=0x12' }, { scsi1: 'invalid format - format error\nscsi1.wwn: value does not match the regex pattern\n' }],
  ['force without delete', 'PUT', config, { force: 1, name: 'x' }, { delete: "missing property - 'force' requires this property" }],
  ['setting and deleting the same option', 'PUT', config, { scsi1: 'local-zfs:vm-9999-a', delete: 'scsi1' }, { delete: "you can't use '-scsi1' and -delete scsi1' at the same time" }],
  ['a boolean that is none', 'PUT', config, { onboot: 'maybe' }, { onboot: "type check ('boolean') failed - got 'maybe'" }],
  ['a number that is none', 'PUT', config, { cores: 'four' }, { cores: "type check ('integer') failed - got 'four'" }],
] as const)('%s is a 400 that says so', async (_, method, path, parameters, errors) => {
  const answer = await inLab(({ csi }) => csi(method, path, parameters))
  expect([answer.status, answer.errors]).toEqual([400, errors])
})

test('nothing sent is "No ticket", a wrong secret "Authentication failed!", both after three seconds and without a body', async () => {
  await inLab(async ({ as, effects }) => {
    const start = effects.clock.now()
    const nothing = await as('')('GET', '/version')
    expect(said(nothing)).toEqual([401, 'No ticket'])
    expect(effects.clock.now() - start).toBeGreaterThanOrEqual(3000)
    for (const token of ['csi@pve!stowage=wrong', 'csi@pve!other=x', 'nobody@pve!x=y', 'garbage']) {
      expect(await as(`PVEAPIToken=${token}`)('GET', '/version')).toMatchObject({ status: 401, reason: 'Authentication failed!', data: undefined })
    }
  })
})

test('a privilege that is missing is a 403 that names path and privilege', async () => {
  await inLab(async ({ as }) => {
    const poor = as('PVEAPIToken=poor@pve!key=s')
    expect(said(await poor('POST', content, disk))).toEqual([403, 'Permission check failed (/storage/local-zfs, Datastore.AllocateSpace)'])
    expect(said(await poor('GET', content))).toEqual([403, 'Permission check failed (/storage/local-zfs, Datastore.Audit|Datastore.AllocateSpace)'])
    expect(said(await poor('GET', config))).toEqual([403, 'Permission check failed (/vms/100, VM.Audit)'])
    expect(said(await poor('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0', size: '9G' }))).toEqual([403, 'Permission check failed (/vms/100, VM.Config.Disk)'])
  })
})

test("copying a volume has no permissions in the schema, so it is root's alone, and root's token is not root", async () => {
  await inLab(async ({ csi, as }) => {
    await csi('POST', content, disk)
    const copy = { target: 'vm-9999-copy' }
    expect(said(await csi('POST', `${content}/vm-9999-pvc-1`, copy))).toEqual([403, 'Permission check failed (user != root@pam)'])
    expect(said(await as('PVEAPIToken=root@pam!key=rootsecret')('POST', `${content}/vm-9999-pvc-1`, copy))).toEqual([403, 'Permission check failed (user != root@pam)'])
  })
})

test.each(['backup', 'migrate', 'snapshot'])('a VM locked for %s refuses every change', async (lock) => {
  await inLab(async ({ csi, proxmox, task }) => {
    await csi('POST', content, disk)
    proxmox.setLock(100, lock)
    const text = `VM is locked (${lock})`
    expect(said(await csi('PUT', config, { scsi1: 'local-zfs:vm-9999-pvc-1' }))).toEqual([500, text])
    expect(said(await csi('POST', config, { scsi1: 'local-zfs:vm-9999-pvc-1' }))).toEqual([500, text])
    expect(said(await csi('PUT', '/nodes/pve1/qemu/100/unlink', { idlist: 'scsi0' }))).toEqual([500, text])
    expect(said(await csi('PUT', '/nodes/pve1/qemu/100/resize', { disk: 'scsi0', size: '9G' }))).toEqual([500, text])
    proxmox.setLock(100, undefined)
    expect(await task((await csi('POST', config, { scsi1: 'local-zfs:vm-9999-pvc-1' })).data)).toBe('OK')
  })
})

test("a VM's config file that another process holds for ten seconds is a timeout, and nothing was changed", async () => {
  await inLab(async ({ csi, proxmox, effects }) => {
    const release = await proxmox.holdVm(100)
    const start = effects.clock.now()
    expect(said(await csi('PUT', config, { delete: 'scsi0' }))).toEqual([500, "can't lock file '/var/lock/qemu-server/lock-100.conf' - got timeout"])
    expect(effects.clock.now() - start).toBeGreaterThanOrEqual(10_000)
    release()
    expect(proxmox.world.vm(100)?.config.has('scsi0')).toBe(true)
    await csi('POST', content, disk)
    expect((await csi('PUT', config, { scsi1: 'local-zfs:vm-9999-pvc-1' })).status).toBe(200)
  })
})

test('a storage that another process holds is a timeout: of the cluster lock where it is shared, of a file where it is local', async () => {
  await inLab(async ({ csi, proxmox }) => {
    await proxmox.holdStorage('nas', 'pve1')
    await proxmox.holdStorage('local-zfs', 'pve1')
    expect(said(await csi('POST', '/nodes/pve1/storage/nas/content', { ...disk, filename: 'vm-9999-a.raw' }))).toEqual([500, "cfs-lock 'storage-nas' error: got lock request timeout"])
    expect(said(await csi('POST', content, disk))).toEqual([500, "can't lock file '/var/lock/pve-manager/pve-storage-local-zfs' - got timeout"])
  })
})

test('without quorum shared storages and configs cannot be written, local disks can', async () => {
  await inLab(async ({ csi, proxmox }) => {
    proxmox.faults.quorumLost = true
    expect(said(await csi('POST', '/nodes/pve1/storage/nas/content', { ...disk, filename: 'vm-9999-a.raw' }))).toEqual([500, "cfs-lock 'storage-nas' error: no quorum!"])
    expect(said(await csi('POST', content, disk))).toEqual([200, 'OK'])
    expect((await csi('PUT', config, { scsi1: 'local-zfs:vm-9999-pvc-1' })).reason).toMatch(/no quorum/)
    expect(proxmox.world.vm(100)?.plugged.has('scsi1')).toBe(false)
  })
})

test('a stale digest is refused', async () => {
  const answer = await inLab(({ csi }) => csi('PUT', config, { delete: 'scsi0', digest: 'a'.repeat(40) }))
  expect(said(answer)).toEqual([500, 'checksum mismatch (file change by other user?)'])
})

test('a VM that is not on the node, a storage or node that does not exist', async () => {
  await inLab(async ({ csi }) => {
    expect(said(await csi('GET', '/nodes/pve2/qemu/100/config'))).toEqual([500, "Configuration file 'nodes/pve2/qemu-server/100.conf' does not exist"])
    expect(said(await csi('GET', '/nodes/pve1/storage/nope/status'))).toEqual([500, "storage 'nope' does not exist"])
    expect((await csi('GET', '/nodes/pve9/qemu/100/config')).reason).toMatch(/^hostname lookup 'pve9' failed/)
  })
})

test('a storage that is offline says so, and its status is inactive', async () => {
  await inLab(async ({ csi, proxmox }) => {
    proxmox.setStorage('local-zfs', 'offline', 'pve1')
    expect(said(await csi('POST', content, disk))).toEqual([500, "storage 'local-zfs' is not online"])
    expect((await csi('GET', '/nodes/pve1/storage/local-zfs/status')).data).toMatchObject({ active: 0, total: 0 })
    expect((await csi('GET', '/nodes/pve2/storage/local-zfs/status')).data).toMatchObject({ active: 1 })
  })
})

test('shrinking is refused at once, an equal size does nothing, an unknown disk is named', async () => {
  await inLab(async ({ csi, task, proxmox }) => {
    const resize = (parameters: Record<string, string>): Promise<Answer> => csi('PUT', '/nodes/pve1/qemu/100/resize', parameters)
    expect(said(await resize({ disk: 'scsi0', size: '4G' }))).toEqual([500, 'shrinking disks is not supported'])
    expect(said(await resize({ disk: 'scsi7', size: '4G' }))).toEqual([500, "disk 'scsi7' does not exist"])
    expect(await task((await resize({ disk: 'scsi0', size: '8G' })).data)).toBe('OK')
    expect(proxmox.world.history.events.filter(({ kind }) => kind === 'disk resized')).toEqual([])
  })
})

test('a path that Proxmox has not is a 501, and so is one that the lab has not, in other words', async () => {
  await inLab(async ({ csi }) => {
    expect(said(await csi('GET', '/nodes/pve1/nothing'))).toEqual([501, "Method 'GET /nodes/pve1/nothing' not implemented"])
    expect(said(await csi('POST', '/nodes//qemu', {}))).toEqual([501, "Method 'POST /nodes//qemu' not implemented"])
    expect(said(await csi('GET', '/nodes/pve1/qemu/100/snapshot'))).toEqual([501, "the lab has no 'GET /nodes/{node}/qemu/{vmid}/snapshot', although Proxmox VE has"])
  })
})

test('a node that is down: 595 through another node, no connection directly', async () => {
  await inLab(async ({ csi, proxmox, as }) => {
    proxmox.setNode('pve2', 'down')
    expect(said(await csi('GET', '/nodes/pve2/qemu'))).toEqual([595, 'No route to host'])
    await expect(as(csiToken, 'pve2')('GET', '/version')).rejects.toMatchObject({ name: 'HttpFailure', stage: 'connect' })
    expect((await csi('GET', '/nodes')).data).toMatchObject([{ node: 'pve1', status: 'online' }, { node: 'pve2', status: 'offline' }])
    proxmox.setNode('pve2', 'up')
    expect((await csi('GET', '/nodes/pve2/qemu')).status).toBe(200)
  })
})
