/** Each thing that Proxmox can refuse is named, with its remedy, where the person on call looks; and it is over by itself when its cause is over. */
import { expect, test } from 'vitest'
import { claimOf, inHouse, podOf, type House } from './house.ts'

const proxmoxNodes = ['pve1', 'pve2'] as const

/** On k1, on pve1: there is one place, and all that happens is about it. */
async function wantPod(house: House, storageClass = 'proxmox-csi'): Promise<void> {
  await house.create(claimOf('data', { storageClass }), podOf('app', 'data', 'k1'))
}

/** Without anybody's help but that of whoever took the cause away. */
async function recovers(house: House): Promise<void> {
  await house.running('app', 400)
  await house.writes('app', 'hello')
  expect((await house.claim('data')).status?.phase).toBe('Bound')
  expect(house.disks().length, 'one disk, and no second one from an attempt that failed').toBe(1)
  expect(house.holders()).toEqual(['k1'])
}

/** A bound volume that no pod uses, and no VM holds. */
async function volumeAtRest(house: House): Promise<void> {
  await house.create(claimOf('data'), podOf('first', 'data', 'k1'))
  await house.running('first')
  await house.remove('Pod', 'first')
  await house.until('the volume is at rest', async () => (await house.attachments()).length === 0 && house.holders().length === 0)
}

/** On the Pod, and on its VolumeAttachment. */
async function attachFails(house: House, pattern: RegExp): Promise<void> {
  await house.event('Pod', 'app', new RegExp(`FailedAttachVolume.*${pattern.source}`))
  await house.attachError(pattern)
  expect((await house.pod('app'))?.status?.phase).toBe('Pending')
  expect(house.holders(), 'nothing is attached that is not said to be').toEqual([])
}

function grant(house: House, path: string, role: string, withdraw = false): Promise<unknown> {
  return house.administrate('PUT', '/access/acl', { path, roles: role, tokens: house.lab.credentials.tokenId, delete: withdraw ? '1' : '0' })
}

const storeSecret = (house: House, tokenSecret: string): Promise<unknown> =>
  house.virtual.client.patch({ apiVersion: 'v1', kind: 'Secret', name: 'proxmox-csi', namespace: 'storage-system' }, { type: 'merge', body: { stringData: { token_secret: tokenSecret } } })

function storageClass(parameters: Readonly<Record<string, string>>) {
  return { apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', metadata: { name: 'odd' }, provisioner: 'proxmox.csi.stowage.dev', volumeBindingMode: 'WaitForFirstConsumer', parameters }
}

test('Proxmox is down when a volume is made: the claim names the endpoints and what to look at', async () => {
  await inHouse('down', async (house) => {
    for (const node of proxmoxNodes) house.proxmox.setNode(node, 'down')
    await wantPod(house)
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*no Proxmox endpoint can be reached \(https:\/\/pve1\.example:8006, https:\/\/pve2\.example:8006.*check address, firewall, certificate and pveproxy/)
    for (const node of proxmoxNodes) house.proxmox.setNode(node, 'up')
    await recovers(house)
  })
})

test('Proxmox is down when a volume is attached: pod and attachment name it', async () => {
  await inHouse('down at attach', async (house) => {
    await volumeAtRest(house)
    for (const node of proxmoxNodes) house.proxmox.setNode(node, 'down')
    await house.create(podOf('app', 'data', 'k1'))
    await attachFails(house, /no Proxmox endpoint can be reached .*check address, firewall, certificate and pveproxy/)
    for (const node of proxmoxNodes) house.proxmox.setNode(node, 'up')
    await recovers(house)
  })
})

test('the token is wrong: the claim says what to check, and a corrected Secret is taken up without a restart', async () => {
  await inHouse('token', async (house) => {
    await storeSecret(house, '00000000-0000-4000-8000-000000000000')
    await house.virtual.clock.sleep(90_000)
    await wantPod(house)
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*401.*check that the token exists, is not expired, and that its secret in the credentials/)
    const before = (await house.events('PersistentVolumeClaim', 'data')).join('\n')
    expect(before, 'no secret in what everybody may read').not.toContain('00000000-0000')
    await storeSecret(house, house.lab.credentials.tokenSecret)
    await recovers(house)
  })
})

test('a privilege on the storage is missing: the claim names privilege and path', async () => {
  await inHouse('acl storage', async (house) => {
    await grant(house, '/storage/local-zfs', 'CSI', true)
    await wantPod(house)
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*the token may not use it.*grant Datastore\.AllocateSpace and Datastore\.Audit on \/storage\/local-zfs to the token/)
    await grant(house, '/storage/local-zfs', 'CSI')
    await recovers(house)
  })
})

test.each([
  ['all of them', undefined, /node k1 is no VM of the Proxmox cluster pve.*the token needs VM\.Audit on it/],
  ['that to change disks', 'PVEAuditor', /VM\.Config\.Disk.*on the path \/vms\/101 to the token/],
])('a privilege on the VM is missing, %s: pod and attachment name it', async (_, left, pattern) => {
  await inHouse('acl vm', async (house) => {
    await grant(house, '/vms/101', 'CSI', true)
    if (left !== undefined) await grant(house, '/vms/101', left)
    await wantPod(house)
    await attachFails(house, pattern)
    await grant(house, '/vms/101', 'CSI')
    await recovers(house)
  })
})

test('the storage is unknown: the claim names the one that was probably meant, not a lack of room', async () => {
  await inHouse('unknown storage', async (house) => {
    await house.create(storageClass({ storage: 'local-zsf' }))
    await wantPod(house, 'odd')
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*storage "local-zsf" does not exist.*did you mean "local-zfs"\?.*the token sees local, local-lvm, local-zfs, shared/)
    expect(house.disks()).toEqual([])
    await house.remove('StorageClass', 'odd', 'storage.k8s.io/v1')
    await house.create(storageClass({ storage: 'local-zfs' }))
    await recovers(house)
  })
})

test('a parameter that nobody knows: the claim names the nearest that is known', async () => {
  await inHouse('unknown parameter', async (house) => {
    await house.create(storageClass({ storage: 'local-zfs', chache: 'none' }))
    await wantPod(house, 'odd')
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*nobody knows the parameter "chache"; did you mean "cache"\?/)
    expect(house.disks()).toEqual([])
  })
})

test('the storage is full when the volume is made: the claim names the storage and what to do', async () => {
  await inHouse('full', async (house) => {
    const release = await house.fillStorage('local-lvm', 0)
    const here = [{ matchLabelExpressions: [{ key: 'topology.kubernetes.io/region', values: ['pve'] }, { key: 'topology.kubernetes.io/zone', values: ['pve1'] }] }]
    const immediate = { ...storageClass({ storage: 'local-lvm' }), volumeBindingMode: 'Immediate', allowedTopologies: here }
    await house.create(immediate)
    await wantPod(house, 'odd')
    await house.event('PersistentVolumeClaim', 'data', /ProvisioningFailed.*storage "local-lvm" on node pve1 is full.*free space, grow the storage, or let the claim go to another node or class/)
    expect(house.disks()).toEqual([])
    release()
    await recovers(house)
  })
})

test('no node has the room, which is known: the scheduler says so on the pod, and places it when there is room', async () => {
  await inHouse('no room', async (house) => {
    const release = await house.fillStorage('local-lvm', 0)
    await house.virtual.clock.sleep(65_000)
    await wantPod(house, 'proxmox-lvm')
    await house.event('Pod', 'app', /FailedScheduling.*1 node\(s\) did not have enough free storage/)
    expect(house.disks()).toEqual([])
    release()
    await recovers(house)
  })
})

test('the VM is locked for a backup: pod and attachment name the lock and what to do when it stays', async () => {
  await inHouse('locked', async (house) => {
    house.proxmox.setLock(101, 'backup')
    await wantPod(house)
    await attachFails(house, /the VM is locked \(backup\); wait until the backup is over.*qm unlock 101/)
    house.proxmox.setLock(101, undefined)
    await recovers(house)
  })
})

test('the storage goes offline after the claim was made: pod and attachment say how to bring it back', async () => {
  await inHouse('offline', async (house) => {
    await volumeAtRest(house)
    house.proxmox.setStorage('local-zfs', 'offline')
    await house.create(podOf('app', 'data', 'k1'))
    await attachFails(house, /storage 'local-zfs' is not online; bring the storage back \(pvesm status on the node\)/)
    house.proxmox.setStorage('local-zfs', 'online')
    await recovers(house)
  })
})

test('the guest refuses hot-plug: pod and attachment quote the task, and say what a VM needs that takes no disks any more', async () => {
  await inHouse('hot-plug', async (house) => {
    house.node('k1').machine.faults.refusesPlug = () => 'acpi: no'
    await wantPod(house)
    await attachFails(house, /hotplug problem - error on hotplug device 'scsi1'.*needs a stop and a start/)
    house.node('k1').machine.faults.refusesPlug = undefined
    await recovers(house)
  })
})
