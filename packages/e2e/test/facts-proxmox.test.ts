/** What the lab's Proxmox says of the disks of nodes that are its virtual machines, asked with the credentials that the cluster holds. */
import type { Spec } from '@stowage/module'
import { readValue } from '@stowage/module'
import { gatherFacts } from '@stowage/operations'
import { createProxmox } from '@stowage/lab/proxmox/proxmox'
import { createApiSchema } from '@stowage/lab/proxmox/schema/schema'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { proxmoxClients } from 'stowage/cluster/proxmox-clients'
import { expect, test } from 'vitest'
import { onStage, type OperationsStage } from './operations-stage.ts'

const secret = '11111111-1111-4111-8111-111111111111'
const GiB = 1024 ** 3
const namespace = 'storage-system'

function spec(): Spec {
  const proxmox = { region: 'home', endpoints: ['https://pve1:8006'], credentials: { secretRef: 'proxmox-csi' } }
  const read = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { namespace, backends: { pve: { proxmox } }, classes: {} } })
  if (read.spec === undefined) throw new Error(JSON.stringify(read.findings))
  return read.spec
}

function lab({ world, store }: OperationsStage, data: Readonly<Record<string, string>> | undefined): void {
  const { effects } = world.process('proxmox')
  const proxmox = createProxmox({
    schema: createApiSchema(proxmoxMethods),
    clock: effects.clock,
    random: effects.random,
    nodes: ['pve1'],
    storages: [{ storage: 'local-zfs', type: 'zfspool', sizeBytes: 100 * GiB }],
    vms: [{ vmid: 101, name: 'k1', node: 'pve1', disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] }],
    access: { users: [{ userid: 'csi@pve', tokens: [{ tokenid: 'stowage', secret, privsep: false }] }], roles: { Look: ['VM.Audit'] }, acl: [{ path: '/', ugid: 'csi@pve', roleid: 'Look' }] },
  })
  world.route('https://pve1:8006', proxmox.handler('pve1'))
  const api = store.client('admin')
  const node = { apiVersion: 'v1', kind: 'Node', metadata: { name: 'k1', labels: { 'kubernetes.io/hostname': 'k1' } }, spec: { providerID: 'proxmox://home/101' } }
  api.create('nodes', node)
  api.create('namespaces', { apiVersion: 'v1', kind: 'Namespace', metadata: { name: namespace } })
  if (data === undefined) return
  const credentials = { apiVersion: 'v1', kind: 'Secret', metadata: { name: 'proxmox-csi', namespace }, data: Object.fromEntries(Object.entries(data).map(([key, value]) => [key, Buffer.from(value).toString('base64')])) }
  api.create('secrets', credentials)
}

async function gathered(stage: OperationsStage) {
  const { clients, notes } = await proxmoxClients(spec(), stage.client, stage.effects)
  const facts = await gatherFacts(stage.client, { namespace, proxmox: clients })
  return { facts: facts.facts, notes: [...notes, ...facts.notes.filter((note) => note.includes('Proxmox'))] }
}

const plugin = (region: string): string => `clusters:\n  - url: https://pve1:8006/api2/json\n    region: ${region}\n    token_id: csi@pve!stowage\n    token_secret: ${secret}\n`

test.each([
  ['our own keys', { token_id: 'csi@pve!stowage', token_secret: secret }],
  ['the existing plugin’s config.yaml', { 'config.yaml': plugin('home') }],
])('with %s the disks are known by the path that the guest gives them', (_, data) =>
  onStage(async (stage) => {
    lab(stage, data)
    const { facts, notes } = await gathered(stage)
    expect(notes).toEqual([])
    const disk = facts.filter(({ object }) => object === 'device/k1/disk/by-id/scsi-0QEMU_QEMU_HARDDISK_drive-scsi0')
    expect(Object.fromEntries(disk.map(({ property, value }) => [property, value]))).toMatchObject({ rotational: true, type: 'disk', size: 8 * GiB })
    expect(disk[0]?.source).toEqual({ kind: 'proxmox', name: 'pve' })
  }),
)

test.each([
  ['no Secret', undefined, 'Secret storage-system/proxmox-csi is not there'],
  ['a Secret without a token', { user: 'root@pam' }, 'neither token_id and token_secret nor a config.yaml'],
  ['a config.yaml of another region', { 'config.yaml': plugin('away') }, 'neither token_id and token_secret nor a config.yaml'],
  ['a secret in the place of the id', { token_id: secret, token_secret: secret }, 'a token id has the form user@realm!name'],
  ['a token that Proxmox does not know', { token_id: 'csi@pve!other', token_secret: secret }, 'the VMs of Proxmox pve could not be asked for'],
])('with %s the disks stay unknown, and it is said without the secret', (_, data, why) =>
  onStage(async (stage) => {
    lab(stage, data)
    const { facts, notes } = await gathered(stage)
    expect(facts.some(({ object }) => object.startsWith('device/'))).toBe(false)
    expect(facts.some(({ object }) => object === 'node/k1')).toBe(true)
    expect(notes).toEqual([expect.stringContaining(why)])
    expect(notes.join()).not.toContain(secret)
  }),
)
