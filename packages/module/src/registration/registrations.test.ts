import { expect, test } from 'vitest'
import { planStorage } from '../plan/plan-storage.ts'
import type { Plan, PlannedObject } from '../plan/plan.ts'
import { defineStorage } from '../spec/read.ts'
import type { DeclaredSpec } from '../spec/schema/declaration.ts'
import { keyOf } from './key.ts'
import { registrationsOf } from './registrations.ts'
import { withSecrets } from './secrets.ts'
import { waitFor } from './wait-for.ts'

const nodes = [1, 2, 3].map((host) => ({ name: `k${host}`, devices: [{ name: `/dev/disk/by-id/ata-${host}`, config: { deviceClass: 'hdd' } }] }))
const spec: DeclaredSpec = {
  backends: { ceph: { rookCeph: { storage: { nodes } } } },
  classes: { shared: { backend: 'ceph', filesystem: { metadataPool: { deviceClass: 'hdd' }, dataPools: [{ deviceClass: 'hdd' }] } } },
  backup: { velero: { enableSnapshotBackups: true, locations: { main: { provider: 'aws', bucket: 'b' } }, repositoryPassword: { existing: true } } },
}

function planOf(more: Partial<DeclaredSpec> = {}): Plan {
  return planStorage(defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { ...spec, ...more } }))
}

test.each([
  ['Namespace/storage-system', 'Namespace'],
  ['Namespace/velero', 'Namespace/velero'],
  ['ServiceAccount/storage-system/driver', 'ServiceAccount/driver'],
  ['ServiceAccount/kube-system/driver', 'ServiceAccount/kube-system/driver'],
  ['apps/Deployment/storage-system/controller', 'apps/Deployment/controller'],
  ['storage.k8s.io/StorageClass/fast', 'storage.k8s.io/StorageClass/fast'],
  ['storage.k8s.io/StorageClass/storage-system', 'storage.k8s.io/StorageClass/storage-system'],
  ['ceph.rook.io/CephCluster/storage-system/my-cluster', 'ceph.rook.io/CephCluster'],
  ['ceph.rook.io/CephFilesystem/storage-system/storage-system', 'ceph.rook.io/CephFilesystem/storage-system'],
  ['helm/storage-system/rook-ceph', 'helm/rook-ceph'],
  ['helm/velero/velero', 'helm/velero/velero'],
])('%s is registered as %s', (id, key) => {
  expect(keyOf(id, 'storage-system')).toBe(key)
})

test('no two things of a plan are registered under one name', () => {
  const keys = registrationsOf(planOf()).map(({ key }) => key)
  expect(new Set(keys).size).toBe(keys.length)
})

test('everything comes after what it depends on, and all of the plan comes', () => {
  const plan = planOf()
  const registered = registrationsOf(plan)
  const place = new Map(registered.map(({ id }, index) => [id, index]))
  for (const [index, { dependsOn }] of registered.entries()) for (const id of dependsOn) expect(place.get(id)).toBeLessThan(index)
  expect(registered.filter(({ kind }) => kind === 'object').map(({ id }) => id).toSorted()).toEqual(plan.objects.map(({ id }) => id).toSorted())
  expect(registered.filter(({ kind }) => kind === 'release').map(({ id }) => id).toSorted()).toEqual(plan.helmReleases.map(({ id }) => id).toSorted())
})

test('an object of a kind that a release defines waits for the release, whether somebody says so or not', () => {
  const plan = planOf()
  const silent: Plan = { ...plan, objects: plan.objects.map((planned) => ({ ...planned, dependsOn: [] })) }
  const byId = new Map(registrationsOf(silent).map((one) => [one.id, one]))
  expect(byId.get('ceph.rook.io/CephFilesystem/storage-system/shared')?.dependsOn).toEqual(['Namespace/storage-system', 'helm/storage-system/rook-ceph'])
  expect(byId.get('velero.io/BackupStorageLocation/velero/main')?.dependsOn).toEqual(['Namespace/velero', 'helm/velero/velero'])
  expect(byId.get('snapshot.storage.k8s.io/VolumeSnapshotClass/ceph-cephfs')?.dependsOn).toEqual(['apiextensions.k8s.io/CustomResourceDefinition/volumesnapshotclasses.snapshot.storage.k8s.io'])
})

test('a circle is an error that names it', () => {
  const object = (name: string, before: string): PlannedObject => ({ id: `ConfigMap/a/${name}`, phase: 'config', object: { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'a' } }, reason: '', dependsOn: [`ConfigMap/a/${before}`], holdsData: false, losing: '' })
  expect(() => registrationsOf({ ...planOf(), objects: [object('x', 'y'), object('y', 'x')] })).toThrow('ConfigMap/a/x → ConfigMap/a/y → ConfigMap/a/x')
})

test('the password of the repositories is looked at before Velero is released', () => {
  const registered = registrationsOf(planOf())
  const look = registered.find(({ kind }) => kind === 'look')
  expect(look).toMatchObject({ namespace: 'velero', name: 'velero-repo-credentials', dependsOn: ['Namespace/velero'] })
  expect(registered.find(({ id }) => id === 'helm/velero/velero')?.dependsOn).toContain(look?.id)
})

test('a password from a vault is looked at after its ExternalSecret, and one that the program brings is not', () => {
  const store = { store: { name: 'vault' }, key: 'velero' }
  const vault = registrationsOf(planOf({ backup: { velero: { ...spec.backup?.velero, repositoryPassword: { externalSecret: store } } } }))
  expect(vault.find(({ kind }) => kind === 'look')?.dependsOn).toContain('external-secrets.io/ExternalSecret/velero/velero-repo-credentials')
  const { plan, findings } = withSecrets(planOf(), { 'velero/velero-repo-credentials': { 'repository-password': 'canary' } })
  expect(findings).toEqual([])
  expect(plan.needs.map(({ name }) => name)).toEqual(['cloud-credentials'])
  const brought = registrationsOf(plan)
  expect(brought.some(({ kind }) => kind === 'look')).toBe(false)
  expect(brought.find(({ id }) => id === 'helm/velero/velero')?.dependsOn).toContain('Secret/velero/velero-repo-credentials')
})

test('a content that the plan asks for must be brought, and one that nobody reads is refused', () => {
  const plan = planOf({ secrets: { token: { environment: { password: 'TOKEN' } } } })
  expect(withSecrets(plan, {}).findings).toMatchObject([{ rule: 'secret-without-content', path: ['secrets', 'storage-system/token', 'password'] }])
  expect(withSecrets(plan, { 'storage-system/token': { password: 'x' }, 'storage-system/tokne': { password: 'x' } }).findings).toMatchObject([{ rule: 'secret-nobody-reads', remedy: 'did you mean "storage-system/token"?' }])
})

test('a content may be brought by the Secret’s name alone, where no other is called so', () => {
  const { plan, findings } = withSecrets(planOf(), { 'cloud-credentials': { cloud: 'x' } })
  expect(findings).toEqual([])
  expect(plan.objects.some(({ id }) => id === 'Secret/velero/cloud-credentials')).toBe(true)
})

test('what is waited for is written as Pulumi’s provider reads it', () => {
  expect(waitFor({ conditions: ['Ready'] })).toBe('condition=Ready')
  expect(waitFor({ fields: { 'status.phase': 'Ready' } })).toBe('jsonpath={.status.phase}=Ready')
  expect(waitFor({ conditions: ['A', 'B'], fields: { 'status.phase': 'Ready' } })).toBe('["condition=A","condition=B","jsonpath={.status.phase}=Ready"]')
})
