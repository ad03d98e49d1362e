import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'

const ceph = { clusterID: '3f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f', monitors: ['10.0.0.1:6789'], secrets: { cephfs: 'ceph-cephfs', rbd: 'ceph-rbd' } }
const backends = { disk: { local: { path: '/data' } }, ceph: { ceph }, nas: { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs' }, driver: 'csi-driver-nfs' } } }
const classes = { dirs: { backend: 'disk' }, files: { backend: 'ceph', fsName: 'fs' }, more: { backend: 'ceph', fsName: 'more' }, blocks: { backend: 'ceph', pool: 'rbd' }, share: { backend: 'nas', export: 'hdd' } }

function found(spec: object, options: Parameters<typeof readValue>[1] = {}): readonly string[] {
  return readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, ...spec } }, options).findings.map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)
}

test.each<[string, object, readonly string[]]>([
  ['a second controller beside RKE2’s', { snapshots: { controller: 'install' }, platform: { distribution: 'rke2' } }, ['two-snapshot-controllers snapshots.controller']],
  ['a second controller beside one that facts show', { snapshots: { controller: 'install' }, facts: { cluster: { snapshotController: 'kube-system/snapshot-controller' } } }, ['two-snapshot-controllers snapshots.controller']],
  ['the one of csi-driver-nfs', { snapshots: {}, backends: { ...backends, nas: { nfs: { ...backends.nas.nfs, chart: { values: { externalSnapshotter: { enabled: true } } } } } } }, ['two-snapshot-controllers backends.nas.nfs.chart.values.externalSnapshotter.enabled']],
  ['a class that is not there', { snapshots: { classes: { a: { class: 'fils' } } } }, ['unknown-class snapshots.classes.a.class']],
  ['a class of directories', { snapshots: { classes: { a: { class: 'dirs' } } } }, ['class-cannot-snapshot snapshots.classes.a.class']],
  ['two for backups of one driver', { snapshots: { classes: { a: { class: 'files', backups: true }, b: { class: 'more', backups: true } } } }, ['two-snapshot-classes-for-backups snapshots.classes.b.backups']],
  ['a driver that is told to take none', { snapshots: {}, backends: { ...backends, ceph: { ceph: { ...ceph, charts: { csiDrivers: { values: { drivers: { rbd: { snapshotPolicy: 'none' } } } } } } } } }, ['driver-takes-no-snapshots backends.ceph.ceph.charts.csiDrivers.values.drivers.rbd.snapshotPolicy']],
  ['replicas of nobody', { snapshots: { controller: 'external', replicas: 3 } }, ['parameter-without-effect snapshots.replicas']],
  ['no replica', { snapshots: { replicas: 0 } }, ['out-of-range snapshots.replicas']],
  ['a controller of no kind', { snapshots: { controller: 'instal' } }, ['invalid-value snapshots.controller']],
])('refused or warned of: %s', (_, spec, expected) => {
  expect(found(spec)).toEqual(expected)
})

test.each<[string, object]>([
  ['RKE2’s own', { snapshots: { controller: 'auto' }, platform: { distribution: 'rke2' } }],
  ['installed on K3s', { snapshots: { controller: 'install' }, platform: { distribution: 'k3s' } }],
  ['installed where facts show none', { snapshots: { controller: 'install' }, facts: { cluster: { snapshotController: '' } } }],
  ['csi-driver-nfs’ own, alone', { snapshots: { controller: 'external' }, backends: { ...backends, nas: { nfs: { ...backends.nas.nfs, chart: { values: { externalSnapshotter: { enabled: true } } } } } } }],
  ['one for backups of each driver', { snapshots: { classes: { a: { class: 'files', backups: true }, b: { class: 'blocks', backups: true }, c: { class: 'share', backups: true } } } }],
  ['a driver that takes none where none are asked for', { backends: { ...backends, ceph: { ceph: { ...ceph, charts: { csiDrivers: { values: { drivers: { rbd: { snapshotPolicy: 'none' } } } } } } } } }],
  ['group snapshots', { snapshots: {}, backends: { ...backends, ceph: { ceph: { ...ceph, charts: { csiDrivers: { values: { drivers: { rbd: { snapshotPolicy: 'volumeGroupSnapshot' } } } } } } } } }],
])('passes: %s', (_, spec) => {
  expect(found(spec)).toEqual([])
})

test('a fact that came from beside the declaration counts, too', () => {
  const facts = [{ object: 'cluster', property: 'snapshotController', value: 'kube-system/snapshot-controller', source: { kind: 'cluster', name: 'https://k8s.example' } }] as const
  expect(found({ snapshots: { controller: 'install' } }, { facts })).toEqual(['two-snapshot-controllers snapshots.controller'])
})
