import { expect, test } from 'vitest'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { faultsOfObject } from '@stowage/wire/structural-schema'
import { readValue } from '../../spec/read.ts'
import { valueAt } from '../../spec/value-at.ts'
import { planStorage } from '../plan-storage.ts'
import type { Plan } from '../plan.ts'

const ceph = { clusterID: '3f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f', monitors: ['10.0.0.1:6789'], secrets: { cephfs: 'ceph-cephfs', rbd: 'ceph-rbd' } }
const backends = {
  pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } },
  ceph: { ceph },
  nas: { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs' }, driver: 'csi-driver-nfs' } },
}
const classes = { fast: { backend: 'pve', storage: 'local-zfs' }, files: { backend: 'ceph', fsName: 'fs' }, blocks: { backend: 'ceph', pool: 'rbd' }, share: { backend: 'nas', export: 'hdd' } }

function planOf(spec: object, options: Parameters<typeof readValue>[1] = {}): Plan {
  const read = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, ...spec } }, options)
  if (read.spec === undefined) throw new Error(JSON.stringify(read.findings, undefined, 1))
  return planStorage(read.spec)
}
const objects = (plan: Plan, kind: string) => plan.objects.filter(({ object }) => object.kind === kind)
const snapshotClasses = (plan: Plan) => objects(plan, 'VolumeSnapshotClass')

test('the controller is upstream’s: two replicas that take turns, in kube-system, after its definitions', () => {
  const plan = planOf({ snapshots: {} })
  const [controller] = objects(plan, 'Deployment').filter(({ phase }) => phase === 'snapshots')
  expect(controller?.object).toMatchObject({
    metadata: { name: 'snapshot-controller', namespace: 'kube-system' },
    spec: { replicas: 2, minReadySeconds: 35, template: { spec: { containers: [{ image: 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0', args: expect.arrayContaining(['--leader-election=true']) }] } } },
  })
  const crds = objects(plan, 'CustomResourceDefinition')
  expect(crds).toHaveLength(6)
  expect(crds.every(({ phase, holdsData, ready }) => phase === 'crds' && holdsData && ready?.conditions?.[0] === 'Established')).toBe(true)
  expect(controller?.dependsOn).toEqual(expect.arrayContaining(crds.map(({ id }) => id)))
  expect(plan.objects.findIndex(({ phase }) => phase === 'crds')).toBeLessThan(plan.objects.findIndex(({ phase }) => phase === 'snapshots'))
})

test('the definitions are applied as upstream publishes them, less the empty status, which is the server’s', () => {
  const applied = objects(planOf({ snapshots: {} }), 'CustomResourceDefinition').map(({ object }) => object)
  expect(applied).toEqual(externalSnapshotterCrds.map(({ apiVersion, kind, metadata, spec }) => ({ apiVersion, kind, metadata, spec })))
})

test('a VolumeSnapshotClass for each driver and cluster that can, with its secret, and one label for each driver', () => {
  const plan = planOf({ snapshots: {} })
  const made = snapshotClasses(plan)
  expect(made.map(({ object }) => [object.metadata.name, object['driver'], object.metadata.labels?.['velero.io/csi-volumesnapshot-class']])).toEqual([
    ['ceph-cephfs', 'storage-system.cephfs.csi.ceph.com', 'true'],
    ['ceph-rbd', 'storage-system.rbd.csi.ceph.com', 'true'],
    ['nas-nfs', 'nfs.csi.k8s.io', 'true'],
  ])
  for (const { object } of made.slice(0, 2)) {
    const storageClass = plan.objects.find(({ object: one }) => one.kind === 'StorageClass' && one['provisioner'] === object['driver'])?.object
    expect(valueAt(object, ['parameters', 'clusterID'])).toBe(valueAt(storageClass, ['parameters', 'clusterID']))
    expect(valueAt(object, ['parameters', 'csi.storage.k8s.io/snapshotter-secret-name'])).toBe(valueAt(storageClass, ['parameters', 'csi.storage.k8s.io/provisioner-secret-name']))
    expect(valueAt(object, ['parameters', 'csi.storage.k8s.io/snapshotter-secret-namespace'])).toBe('storage-system')
  }
  expect(plan.notes.join('\n')).toContain('no snapshots of fast: Stowage’s Proxmox driver makes no snapshots yet')
})

test('the NFS driver’s snapshot sidecar runs where snapshots are, and nowhere else', () => {
  const sidecar = (plan: Plan): unknown => valueAt(plan.helmReleases.find(({ chart }) => chart.name === 'csi-driver-nfs')?.values, ['controller', 'enableSnapshotter'])
  expect([sidecar(planOf({ snapshots: {} })), sidecar(planOf({}))]).toEqual([true, false])
})

test('each is held by its definition, strictly', () => {
  const definition = externalSnapshotterCrds.find(({ spec }) => spec.names.kind === 'VolumeSnapshotClass')
  if (definition === undefined) throw new Error('no definition')
  for (const { object } of snapshotClasses(planOf({ snapshots: { deletionPolicy: 'Retain' } }))) expect(faultsOfObject(definition, JSON.parse(JSON.stringify(object)))).toEqual({ unknown: [], faults: [] })
})

test('a declared class takes the place of the one that would be made, under its own name', () => {
  const plan = planOf({ snapshots: { classes: { keep: { class: 'files', deletionPolicy: 'Retain', renamedFrom: 'old' }, quick: { class: 'files' }, none: { class: 'share', backups: false } } } })
  expect(snapshotClasses(plan).map(({ object, renamedFrom }) => [object.metadata.name, object['deletionPolicy'], object.metadata.labels?.['velero.io/csi-volumesnapshot-class'], renamedFrom])).toEqual([
    ['keep', 'Retain', 'true', 'snapshot.storage.k8s.io/VolumeSnapshotClass/old'],
    ['quick', 'Delete', undefined, undefined],
    ['none', 'Delete', undefined, undefined],
    ['ceph-rbd', 'Delete', 'true', undefined],
  ])
})

test.each<[string, object, boolean]>([
  ['on K3s, which brings none', { snapshots: {}, platform: { distribution: 'k3s' } }, true],
  ['on RKE2, which brings one', { snapshots: {}, platform: { distribution: 'rke2' } }, false],
  ['where facts show one', { snapshots: {}, facts: { cluster: { snapshotController: 'kube-system/snapshot-controller' } } }, false],
  ['where facts show none', { snapshots: {}, facts: { cluster: { snapshotController: '' } } }, true],
  ['where somebody else brings it', { snapshots: { controller: 'external' } }, false],
  ['where it is asked for', { snapshots: { controller: 'install' } }, true],
])('the controller is installed or not: %s', (_, spec, installed) => {
  const plan = planOf(spec)
  expect(objects(plan, 'CustomResourceDefinition').length > 0).toBe(installed)
  expect(plan.objects.some(({ phase }) => phase === 'snapshots')).toBe(installed)
  expect(snapshotClasses(plan)).toHaveLength(3)
  expect(plan.notes.join('\n')).toMatch(installed ? /controller is installed: / : /no snapshot controller is installed: /)
})

test('a fact from the living cluster decides, too', () => {
  const facts = [{ object: 'cluster', property: 'snapshotController', value: 'kube-system/rke2-snapshot-controller', source: { kind: 'cluster', name: 'https://k8s.example' } }] as const
  expect(planOf({ snapshots: {} }, { facts }).notes.join('\n')).toContain('there is one already: kube-system/rke2-snapshot-controller, as https://k8s.example says')
})

test('without a word about snapshots nothing is made, and backups that are snapshots bring all of it', () => {
  const nothing = planOf({})
  expect([...objects(nothing, 'CustomResourceDefinition'), ...snapshotClasses(nothing)]).toEqual([])
  const velero = { locations: { a: { provider: 'aws', bucket: 'b', region: 'r' } }, repositoryPassword: { existing: true }, enableSnapshotBackups: true }
  expect(snapshotClasses(planOf({ backup: { velero } }))).toHaveLength(3)
  expect(snapshotClasses(planOf({ snapshots: { controller: 'none' } }))).toEqual([])
})

test.each<[string, object]>([
  ['image', { image: 'mirror.example/snapshot-controller:v8.6.0' }],
  ['replicas', { replicas: 1 }],
  ['deletionPolicy', { deletionPolicy: 'Retain' }],
  ['controller', { controller: 'external' }],
])('the field %s reaches the plan', (_, snapshots) => {
  expect(planOf({ snapshots })).not.toEqual(planOf({ snapshots: {} }))
})

test('a snapshot class that somebody has named like one that is made by itself takes nobody’s place', () => {
  const made = snapshotClasses(planOf({ snapshots: { classes: { 'ceph-rbd': { class: 'share' } } } })).map(({ object }) => [object.metadata.name, object['driver']])
  expect(made).toEqual(expect.arrayContaining([['ceph-rbd', 'nfs.csi.k8s.io'], ['ceph-rbd-snapshots', 'storage-system.rbd.csi.ceph.com']]))
  expect(new Set(made.map(([name]) => name)).size).toBe(made.length)
})
