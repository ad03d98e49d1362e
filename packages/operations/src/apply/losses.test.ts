import type { PersistentVolume, Pod } from 'kubernetes-types/core/v1'
import { expect, test } from 'vitest'
import type { LossFacts, VeleroBackup } from './loss-facts.ts'
import { canBeStoodOn, describeLosses, lossesOf } from './losses.ts'
import type { Doomed } from './losses.ts'

const volume = (name: string, attributes: Record<string, string>, rest: PersistentVolume['spec'] = {}): PersistentVolume => ({ metadata: { name }, spec: { capacity: { storage: '10Gi' }, storageClassName: 'c', persistentVolumeReclaimPolicy: 'Delete', csi: { driver: 'd', volumeHandle: name, volumeAttributes: attributes }, claimRef: { namespace: 'apps', name: `${name}-claim` }, ...rest } })
const volumes = [volume('fs', { clusterID: 'rook', fsName: 'shared' }), volume('rbd', { clusterID: 'rook', pool: 'fast' }), volume('ec', { clusterID: 'rook', pool: 'meta', dataPool: 'fast' }), volume('elsewhere', { clusterID: 'other', fsName: 'shared', pool: 'fast' }), volume('disk', {}, { claimRef: { namespace: 'rook', name: 'x' } })]
const pod = (name: string, claim: string, phase = 'Running'): Pod => ({ metadata: { name, namespace: 'apps' }, spec: { containers: [], volumes: [{ name: 'v', persistentVolumeClaim: { claimName: claim } }] }, status: { phase } })
const facts = (rest: Partial<LossFacts> = {}): LossFacts => ({ volumes: { known: true, items: volumes }, claims: { known: true, items: [] }, pods: { known: true, items: [pod('web', 'fs-claim'), pod('done', 'fs-claim', 'Succeeded')] }, backups: { known: true, items: [] }, ...rest })
const names = (doomed: Doomed): readonly string[] => lossesOf(doomed, facts()).volumes.map((lost) => lost.volume)

test.each<[string, Doomed, readonly string[]]>([
  ['a filesystem', { kind: 'CephFilesystem', name: 'shared', namespace: 'rook' }, ['fs']],
  ['a subvolume group', { kind: 'CephFilesystemSubVolumeGroup', name: 'shared-csi', namespace: 'rook', filesystem: 'shared' }, ['fs']],
  ['a pool, as data pool of others too', { kind: 'CephBlockPool', name: 'fast', namespace: 'rook' }, ['rbd', 'ec']],
  ['a cluster', { kind: 'CephCluster', name: 'ceph', namespace: 'rook' }, ['fs', 'rbd', 'ec']],
  ['a namespace, by its Ceph and by its claims', { kind: 'Namespace', name: 'rook' }, ['fs', 'rbd', 'ec', 'disk']],
  ['a claim', { kind: 'PersistentVolumeClaim', name: 'fs-claim', namespace: 'apps' }, ['fs']],
  ['a volume', { kind: 'PersistentVolume', name: 'disk' }, ['disk']],
  ['a ConfigMap', { kind: 'ConfigMap', name: 'shared', namespace: 'rook' }, []],
])('what stands on %s', (_, doomed, expected) => {
  expect(names(doomed)).toEqual(expected)
})

test('of a driver’s configuration nobody says that no volume is on it: that is not looked for', () => {
  expect([canBeStoodOn('ConfigMap'), canBeStoodOn('Deployment'), canBeStoodOn('StorageClass'), canBeStoodOn('BackupStorageLocation')]).toEqual([false, false, true, true])
})

test('pods that have ended use nothing, and the proof says who does', () => {
  const losses = lossesOf({ kind: 'CephFilesystem', name: 'shared', namespace: 'rook' }, facts())
  expect(describeLosses(losses)).toBe('1 volume, 10Gi in all: apps/fs-claim (10Gi, used by apps/web, no completed backup included its namespace)')
})

test('what is not known is said, and never taken for nothing', () => {
  const blind = lossesOf({ kind: 'CephFilesystem', name: 'shared', namespace: 'rook' }, facts({ volumes: { known: false, why: 'persistentvolumes may not be listed' } }))
  expect(describeLosses(blind)).toBe('not known: persistentvolumes may not be listed')
  expect(describeLosses(lossesOf({ kind: 'CephFilesystem', name: 'gone', namespace: 'rook' }, facts()))).toBe('no volume is known to be on it')
})

test('a backup location and a schedule have the backups that name them', () => {
  const backup = (name: string, rest: VeleroBackup): VeleroBackup => ({ ...rest, metadata: { name, namespace: 'velero', ...rest.metadata } })
  const backups = { known: true as const, items: [backup('one', { spec: { storageLocation: 'garage' } }), backup('two', { metadata: { name: 'two', namespace: 'velero', labels: { 'velero.io/schedule-name': 'daily' } } })] }
  expect(lossesOf({ kind: 'BackupStorageLocation', name: 'garage', namespace: 'velero' }, facts({ backups })).backups).toEqual(['one'])
  expect(lossesOf({ kind: 'Schedule', name: 'daily', namespace: 'velero' }, facts({ backups })).backups).toEqual(['two'])
})
