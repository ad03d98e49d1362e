import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { planStorage } from '../plan-storage.ts'
import type { HostAction } from '../plan.ts'

function actionsOf(access: object, classes: object = { a: { backend: 'pve', storage: 'local-zfs' }, b: { backend: 'pve', storage: 'local-lvm' }, c: { backend: 'pve', storage: 'local-zfs', cache: 'none' } }): readonly HostAction[] {
  const proxmox = { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 's' }, access }
  const { spec, findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { pve: { proxmox } }, classes } })
  if (spec === undefined) throw new Error(JSON.stringify(findings))
  return planStorage(spec).hostActions
}

test('each role holds what is used at its place, and no more', () => {
  const roles = actionsOf({ vms: [101, 102] }).flatMap(({ action }) => (action.kind === 'role' ? [[action.role, action.privileges]] : []))
  expect(roles).toEqual([
    ['StowageCSIVM', ['VM.Audit', 'VM.Config.Disk']],
    ['StowageCSIStorage', ['Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit']],
    ['StowageCSIAudit', ['Sys.Audit']],
  ])
})

test('it holds on the storages of the classes and on the node VMs, for the user and for its token', () => {
  const acls = actionsOf({ vms: [101, 102] }).flatMap(({ action }) => (action.kind === 'acl' ? [`${action.path} ${action.role} ${action.user ?? action.token} ${action.propagate}`] : []))
  expect(acls).toEqual([
    '/vms/101 StowageCSIVM kubernetes-csi@pve false', '/vms/101 StowageCSIVM kubernetes-csi@pve!csi false',
    '/vms/102 StowageCSIVM kubernetes-csi@pve false', '/vms/102 StowageCSIVM kubernetes-csi@pve!csi false',
    '/storage/local-zfs StowageCSIStorage kubernetes-csi@pve false', '/storage/local-zfs StowageCSIStorage kubernetes-csi@pve!csi false',
    '/storage/local-lvm StowageCSIStorage kubernetes-csi@pve false', '/storage/local-lvm StowageCSIStorage kubernetes-csi@pve!csi false',
    '/ StowageCSIAudit kubernetes-csi@pve true', '/ StowageCSIAudit kubernetes-csi@pve!csi true',
  ])
})

test('a pool of the node VMs takes the place of their ids', () => {
  const paths = actionsOf({ pool: 'k8s' }).flatMap(({ action }) => (action.kind === 'acl' && action.role === 'StowageCSIVM' ? [action.path] : []))
  expect(new Set(paths)).toEqual(new Set(['/pool/k8s']))
})

test('every action comes after what it needs', () => {
  const actions = actionsOf({ vms: [101] })
  const seen = new Set<string>()
  for (const { id, dependsOn } of actions) {
    expect(dependsOn.filter((each) => !seen.has(each)), id).toEqual([])
    seen.add(id)
  }
})

test.each([
  ['neither VMs nor a pool', {}, 'wide-access'],
  ['both', { vms: [101], pool: 'k8s' }, 'conflicting-fields'],
  ['VM 99', { vms: [99] }, 'out-of-range'],
  ['a user without a realm', { user: 'csi', pool: 'k8s' }, 'invalid-value'],
])('%s', (_, access, rule) => {
  const proxmox = { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 's' }, access }
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { pve: { proxmox } }, classes: {} } })
  expect(findings.map((finding) => finding.rule)).toEqual([rule])
})
