import { expect, test } from 'vitest'
import type { HelmRelease, KubernetesObject } from '../plan.ts'
import { differences } from './differences.ts'
import { judgeRemoval, judgeRename, judgeUpdate } from './judge.ts'
import { judgeRelease, judgeReleaseRemoval } from './judge-release.ts'

type Spec = Readonly<Record<string, unknown>>
const rook = (kind: string, spec: Spec): KubernetesObject => ({ apiVersion: 'ceph.rook.io/v1', kind, metadata: { name: 'x', namespace: 'rook-ceph' }, spec })
const velero = (kind: string, spec: Spec): KubernetesObject => ({ apiVersion: 'velero.io/v1', kind, metadata: { name: 'x', namespace: 'velero' }, spec })
const plain = (apiVersion: string, kind: string, fields: Spec): KubernetesObject => ({ apiVersion, kind, metadata: { name: 'x' }, ...fields })

const seen = (before: KubernetesObject, after: KubernetesObject): string => {
  const fields = differences(before, after)
  if (fields.length === 0) return 'nothing'
  const { effect, interrupts, sentence } = judgeUpdate(before, after, fields)
  return `${effect}${interrupts === true ? ' (interrupts)' : ''}: ${sentence}`
}

const replicated = (name: string, size = 3, rest: Spec = {}): Spec => ({ name, failureDomain: 'host', replicated: { size }, ...rest })
const pools = (...dataPools: readonly Spec[]): Spec => ({ metadataPool: replicated('meta'), dataPools, metadataServer: { activeCount: 1 }, preserveFilesystemOnDelete: true })
const storage = (nodes: readonly Spec[], rest: Spec = {}): Spec => ({ dataDirHostPath: '/var/lib/rook', mon: { count: 3 }, cephVersion: { image: 'quay.io/ceph/ceph:v20.2.4' }, storage: { nodes }, ...rest })
const k1 = { name: 'k1', devices: [{ name: 'sdb', config: { deviceClass: 'hdd' } }, { name: 'sdc' }] }
const k2 = { name: 'k2', devices: [{ name: 'sdb' }] }

test.each<[string, Spec, Spec, RegExp]>([
  ['nodes and devices in another order', storage([k1, k2]), storage([k2, { ...k1, devices: k1.devices.toReversed() }]), /^nothing$/],
  ['a device more', storage([k1, k2]), storage([k1, { ...k2, devices: [{ name: 'sdb' }, { name: 'sdd' }] }]), /^safe: Rook makes OSDs on disk sdd of node k2/],
  ['a device less', storage([k1, k2]), storage([{ ...k1, devices: [k1.devices[0]] }, k2]), /^migrate: disk sdc of node k1 leaves the list, and Rook removes no OSD/],
  ['a node less', storage([k1, k2]), storage([k1]), /^migrate: node k2 leaves the list/],
  ['another class for a disk', storage([k1]), storage([{ ...k1, devices: [{ name: 'sdb', config: { deviceClass: 'ssd' } }, { name: 'sdc' }] }]), /^migrate: an OSD that exists keeps its class hdd/],
  ['the same where Rook may', storage([k1]), storage([k1], { storage: { allowDeviceClassUpdate: true, nodes: [{ ...k1, devices: [{ name: 'sdb', config: { deviceClass: 'ssd' } }, { name: 'sdc' }] }] } }), /^safe: .*OSDs go from class hdd to ssd/],
  ['encryption of a disk', storage([k2]), storage([{ ...k2, config: { encryptedDevice: 'true' } }]), /^migrate: encryptedDevice of the disks holds for OSDs that are made from now on/],
  ['another directory on the hosts', storage([k1]), storage([k1], { dataDirHostPath: '/data/rook' }), /^migrate: Rook refuses another dataDirHostPath.*\/var\/lib\/rook/],
  ['fewer mons', storage([k1]), storage([k1], { mon: { count: 1 } }), /^safe: .*survives the loss of 0/],
  ['a newer Ceph', storage([k1]), storage([k1], { cephVersion: { image: 'quay.io/ceph/ceph:v20.2.5' } }), /^safe: the daemons are replaced one by one/],
  ['an older Ceph', storage([k1]), storage([k1], { cephVersion: { image: 'quay.io/ceph/ceph:v19.2.1' } }), /^migrate: Ceph 19\.2\.1 cannot read the stores/],
  ['the hosts’ network', storage([k1], { network: { provider: '' } }), storage([k1], { network: { provider: 'host' } }), /^recreate \(interrupts\): the monitors are made anew/],
  ['the confirmation', storage([k1]), storage([k1], { cleanupPolicy: { confirmation: 'yes-really-destroy-data' } }), /^destroys-data: .*wipes the disks/],
])('CephCluster: %s', (_, before, after, expected) => {
  expect(seen(rook('CephCluster', before), rook('CephCluster', after))).toMatch(expected)
})

test.each<[string, Spec, Spec, RegExp]>([
  ['pools that follow the first in another order', pools(replicated('a'), replicated('b'), replicated('c')), pools(replicated('a'), replicated('c'), replicated('b')), /^nothing$/],
  ['another first pool', pools(replicated('a'), replicated('b')), pools(replicated('b'), replicated('a')), /^migrate: the first data pool .* stays a, and does not become b$/],
  ['a pool more', pools(replicated('a')), pools(replicated('a'), replicated('b')), /^safe: data pool b is made/],
  ['a pool less', pools(replicated('a'), replicated('b')), pools(replicated('a')), /^migrate: data pool b leaves the list: Rook does not delete it/],
  ['replicated becomes erasure-coded', pools(replicated('a'), replicated('b')), pools(replicated('a'), { name: 'b', failureDomain: 'host', erasureCoded: { dataChunks: 2, codingChunks: 1 } }), /^migrate: pool b would change between/],
  ['other chunks', pools(replicated('a'), { name: 'b', erasureCoded: { dataChunks: 2, codingChunks: 1 } }), pools(replicated('a'), { name: 'b', erasureCoded: { dataChunks: 4, codingChunks: 2 } }), /^migrate: the chunks of pool b/],
  ['another failure domain', pools(replicated('a')), pools(replicated('a', 3, { failureDomain: 'rack' })), /^migrate: failureDomain of pool a from host to rack: Rook does not change the rule/],
  ['another class where Rook may', pools(replicated('a')), pools(replicated('a', 3, { deviceClass: 'ssd', enableCrushUpdates: true })), /^safe: deviceClass of pool a.*Ceph moves the pool's data/],
  ['more copies', pools(replicated('a', 2)), pools(replicated('a', 3)), /^safe: Ceph makes one more copy of everything in pool a/],
  ['one copy', pools(replicated('a', 3)), pools(replicated('a', 1)), /^safe: .*one copy is left/],
  ['no longer kept on deletion', pools(replicated('a')), { ...pools(replicated('a')), preserveFilesystemOnDelete: false }, /^destroys-data: /],
  ['fewer active servers', { ...pools(replicated('a')), metadataServer: { activeCount: 2 } }, pools(replicated('a')), /^safe: .*from 2 active metadata servers to 1/],
])('CephFilesystem: %s', (_, before, after, expected) => {
  expect(seen(rook('CephFilesystem', before), rook('CephFilesystem', after))).toMatch(expected)
})

test.each<[string, KubernetesObject, KubernetesObject, RegExp]>([
  ['a pool becomes erasure-coded', rook('CephBlockPool', replicated('p')), rook('CephBlockPool', { name: 'p', failureDomain: 'host', erasureCoded: { dataChunks: 2, codingChunks: 1 } }), /^migrate/],
  ['a pool gets another rule', rook('CephBlockPool', replicated('p')), rook('CephBlockPool', replicated('p', 3, { deviceClass: 'nvme' })), /^migrate: deviceClass of pool itself/],
  ['a subvolume group on another filesystem', rook('CephFilesystemSubVolumeGroup', { filesystemName: 'a' }), rook('CephFilesystemSubVolumeGroup', { filesystemName: 'b' }), /^migrate: filesystemName cannot change/],
  ['another pinning', rook('CephFilesystemSubVolumeGroup', { pinning: { distributed: 1 } }), rook('CephFilesystemSubVolumeGroup', { pinning: { distributed: 0 } }), /^safe: directories/],
  ['another bucket', velero('BackupStorageLocation', { objectStorage: { bucket: 'a' } }), velero('BackupStorageLocation', { objectStorage: { bucket: 'b' } }), /^migrate: .*from a to b\): backups that were made before are no longer seen/],
  ['a certificate', velero('BackupStorageLocation', { objectStorage: { bucket: 'a' } }), velero('BackupStorageLocation', { objectStorage: { bucket: 'a', caCert: 'x' } }), /^safe: the location is reached with another objectStorage\.caCert/],
  ['a shorter life', velero('Schedule', { template: { ttl: '720h0m0s' } }), velero('Schedule', { template: { ttl: '24h0m0s' } }), /^safe: .*those that exist keep the time/],
  ['backups that belong to the schedule', velero('Schedule', {}), velero('Schedule', { useOwnerReferencesInBackup: true }), /^destroys-data/],
  ['a snapshot class that deletes', plain('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass', { deletionPolicy: 'Retain' }), plain('snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass', { deletionPolicy: 'Delete' }), /^destroys-data/],
  ['a class on another pool', plain('storage.k8s.io/v1', 'StorageClass', { parameters: { pool: 'a' } }), plain('storage.k8s.io/v1', 'StorageClass', { parameters: { pool: 'b' } }), /^recreate: .*parameters\.pool cannot change; volumes that exist stay as they were made, in a; /],
  ['a lower quota', plain('v1', 'ResourceQuota', { spec: { hard: { 'requests.storage': '1Ti' } } }), plain('v1', 'ResourceQuota', { spec: { hard: { 'requests.storage': '1Gi' } } }), /^safe: .*claims that exist stay/],
  ['a definition that loses a version', plain('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { versions: [{ name: 'v1' }, { name: 'v1beta1' }] } }), plain('apiextensions.k8s.io/v1', 'CustomResourceDefinition', { spec: { versions: [{ name: 'v1' }] } }), /^migrate: .*v1beta1/],
])('%s', (_, before, after, expected) => {
  expect(seen(before, after)).toMatch(expected)
})

const nothingElse = { needs: [], objects: [] }
const removal = (object: KubernetesObject, around: Parameters<typeof judgeRemoval>[1] = nothingElse): string => judgeRemoval({ object, holdsData: true, losing: '' }, around).effect

test('what Rook deletes with its object is data, unless the object says that it is kept', () => {
  expect(['CephCluster', 'CephBlockPool', 'CephFilesystemSubVolumeGroup', 'CephFilesystem'].map((kind) => removal(rook(kind, {})))).toEqual(Array.from({ length: 4 }, () => 'destroys-data'))
  expect(removal(rook('CephFilesystem', { preserveFilesystemOnDelete: true }))).toBe('recreate')
})

test('a schedule takes its backups along only when they belong to it', () => {
  expect([removal(velero('Schedule', {})), removal(velero('Schedule', { useOwnerReferencesInBackup: true })), removal(velero('BackupStorageLocation', {}))]).toEqual(['safe', 'destroys-data', 'recreate'])
})

test('a namespace with data in it is data, and one without is not', () => {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'rook-ceph' } }
  const inside = { needs: [], objects: [{ object: rook('CephCluster', {}), holdsData: true }] }
  expect([removal(namespace), removal(namespace, inside)]).toEqual(['recreate', 'destroys-data'])
})

test('a claim goes with its data when its volume has the policy Delete', () => {
  const claim = { apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: { name: 'c', namespace: 'a' }, spec: { volumeName: 'v' } }
  const around = (policy: string): typeof nothingElse & { objects: never[] } | Parameters<typeof judgeRemoval>[1] => ({ needs: [], objects: [{ holdsData: true, object: { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: 'v' }, spec: { persistentVolumeReclaimPolicy: policy } } }] })
  expect([removal(claim, around('Retain')), removal(claim, around('Delete'))]).toEqual(['recreate', 'destroys-data'])
})

test('a definition is every object of its kind', () => {
  expect(removal({ apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', metadata: { name: 'x' } })).toBe('destroys-data')
})

test('Rook renames nothing, and a rename that also gives up the data says so', () => {
  const old = rook('CephFilesystem', pools(replicated('a')))
  const named = { ...old, metadata: { ...old.metadata, name: 'y' } }
  expect(judgeRename(old, named, []).effect).toBe('migrate')
  const spec = { ...pools(replicated('a')), preserveFilesystemOnDelete: false }
  expect(judgeRename(old, { ...named, spec }, [{ field: 'spec.preserveFilesystemOnDelete', before: true, after: false }])).toMatchObject({ effect: 'destroys-data', sentence: expect.stringContaining('Rook renames no filesystem') })
})

const chart = { name: 'rook-ceph-cluster', repository: 'https://charts.rook.io/release', version: 'v1.20.6' }
const release = (rest: Partial<HelmRelease> = {}): HelmRelease => ({ id: 'helm/rook-ceph/cluster', phase: 'cluster', name: 'cluster', namespace: 'rook-ceph', chart, values: {}, reason: '', dependsOn: [], holdsData: false, losing: '', crds: [], ...rest })
const version = (after: string): HelmRelease => release({ chart: { ...chart, version: after } })

test.each<[string, HelmRelease, string | undefined]>([
  ['the same', release(), undefined],
  ['upgraded', version('v1.20.7'), 'safe'],
  ['from a pre-release', version('v1.21.0-beta.1'), 'safe'],
  ['taken back', version('v1.19.9'), 'recreate'],
  ['given other values', release({ values: { a: 1 } }), 'safe'],
  ['taken from a mirror', release({ chart: { ...chart, repository: 'https://mirror' } }), 'safe'],
  ['made another chart', release({ chart: { ...chart, name: 'other' } }), 'recreate'],
])('a release that is %s', (_, after, effect) => {
  expect(judgeRelease(release(), after).verdict?.effect).toBe(effect)
})

test('a CephCluster in the values of its chart is judged as one', () => {
  const values = (dataDirHostPath: string): HelmRelease => release({ values: { cephClusterSpec: { dataDirHostPath } } })
  expect(judgeRelease(values('/a'), values('/b')).verdict).toMatchObject({ effect: 'migrate', sentence: expect.stringContaining('dataDirHostPath') })
})

test('an uninstalled release is data when it says so', () => {
  expect([judgeReleaseRemoval(release()).effect, judgeReleaseRemoval(release({ holdsData: true })).effect]).toEqual(['recreate', 'destroys-data'])
})

test('a driver’s configuration that somebody broke by hand is set back, and is no error', () => {
  const config = (text: string): KubernetesObject => plain('v1', 'ConfigMap', { data: { 'config.yaml': text } })
  expect(seen(config('local:\n  path: /var/lib/stowage\n0'), config('local:\n  path: /var/lib/stowage\n'))).toMatch(/^safe: the driver is configured anew/)
})
