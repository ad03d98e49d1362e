import { VirtualWorld } from '@stowage/effects/virtual'
import type { Effects } from '@stowage/effects'
import { rookCrds } from '@stowage/wire/crds/rook'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { expect, test } from 'vitest'
import type { Api, KubeObject } from '../api/api.ts'
import { frozenObject, objectAt, textAt } from '../api/json.ts'
import type { JsonObject } from '../api/json.ts'
import { createStore } from '../api/store.ts'
import { createApiHandler } from '../http/api-handler.ts'
import type { ClusterApi } from './cluster-api.ts'
import { httpCluster } from './http-cluster.ts'
import { labCluster } from './lab-cluster.ts'
import { startStatusControllers } from './status-controllers.ts'
import type { StatusControllerOptions } from './status-controllers.ts'

interface Cluster {
  readonly api: Api
  readonly make: (resource: string, object: JsonObject) => KubeObject
  readonly sleep: (ms: number) => Promise<void>
  readonly status: (resource: string, name: string, namespace: string) => JsonObject
}

const gvr: Readonly<Record<string, readonly [string, string]>> = {
  nodes: ['v1', 'Node'], namespaces: ['v1', 'Namespace'], secrets: ['v1', 'Secret'], persistentvolumes: ['v1', 'PersistentVolume'], persistentvolumeclaims: ['v1', 'PersistentVolumeClaim'],
  'deployments.apps': ['apps/v1', 'Deployment'], 'daemonsets.apps': ['apps/v1', 'DaemonSet'],
  'cephclusters.ceph.rook.io': ['ceph.rook.io/v1', 'CephCluster'], 'cephblockpools.ceph.rook.io': ['ceph.rook.io/v1', 'CephBlockPool'],
  'cephfilesystems.ceph.rook.io': ['ceph.rook.io/v1', 'CephFilesystem'], 'cephfilesystemsubvolumegroups.ceph.rook.io': ['ceph.rook.io/v1', 'CephFilesystemSubVolumeGroup'],
  'backupstoragelocations.velero.io': ['velero.io/v1', 'BackupStorageLocation'], 'schedules.velero.io': ['velero.io/v1', 'Schedule'], 'backups.velero.io': ['velero.io/v1', 'Backup'],
  'volumesnapshotclasses.snapshot.storage.k8s.io': ['snapshot.storage.k8s.io/v1', 'VolumeSnapshotClass'], 'volumesnapshots.snapshot.storage.k8s.io': ['snapshot.storage.k8s.io/v1', 'VolumeSnapshot'],
}

type Through = (store: ReturnType<typeof createStore>, world: VirtualWorld, effects: Effects) => ClusterApi

const inLab: Through = (store) => labCluster(store.client('operators'))
const overHttp: Through = (store, world, effects) => {
  world.route('https://cluster.example', createApiHandler(store))
  return httpCluster({ http: effects.http, clock: effects.clock, origin: 'https://cluster.example' })
}

async function inCluster(body: (cluster: Cluster) => Promise<void>, options: Partial<StatusControllerOptions> = {}, through: Through = inLab): Promise<void> {
  const world = new VirtualWorld({ seed: 7 })
  const { effects } = world.process('lab')
  await world.run(async () => {
    const store = createStore({ clock: effects.clock, random: effects.random })
    const api = store.client('test')
    const make = (resource: string, object: JsonObject): KubeObject => {
      const [apiVersion = '', kind = ''] = gvr[resource] ?? []
      return api.create(resource, { ...object, apiVersion, kind, metadata: objectAt(object, 'metadata') })
    }
    for (const crd of [...rookCrds, ...veleroCrds, ...externalSnapshotterCrds]) api.create('customresourcedefinitions.apiextensions.k8s.io', { ...crd })
    for (const name of ['rook-ceph', 'velero']) make('namespaces', { metadata: { name } })
    const loop = startStatusControllers({ api: through(store, world, effects), clock: effects.clock, random: effects.random, ...options })
    await effects.clock.sleep(1_000)
    await body({
      api, make,
      sleep: (ms) => effects.clock.sleep(ms),
      status: (resource, name, namespace) => objectAt(frozenObject(api.get(resource, name, namespace) ?? {}), 'status'),
    })
    loop.stop()
  })
}

const deployment = (name: string, namespace: string, pod: JsonObject): JsonObject => ({
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: pod } },
})
const operator = deployment('rook-ceph-operator', 'rook-ceph', { containers: [{ name: 'operator', image: 'docker.io/rook/ceph:v1.20.6', args: ['ceph', 'operator'] }] })
const veleroServer = (pod: JsonObject = {}, args: readonly string[] = ['server', '--features=EnableCSI']): JsonObject =>
  deployment('velero', 'velero', { containers: [{ name: 'velero', image: 'docker.io/velero/velero:v1.18.1', args: [...args] }], initContainers: [{ name: 'aws', image: 'docker.io/velero/velero-plugin-for-aws:v1.14.1' }], ...pod })
const cluster = (spec: JsonObject = {}): JsonObject => ({
  metadata: { name: 'ceph', namespace: 'rook-ceph' },
  spec: { cephVersion: { image: 'quay.io/ceph/ceph:v20.2.4' }, dataDirHostPath: '/var/lib/rook', mon: { count: 3 }, mgr: { count: 2 }, storage: { nodes: ['k1', 'k2', 'k3'].map((name) => ({ name, devices: [{ name: 'sdb' }] })) }, ...spec },
})
const nodes = ({ make }: Cluster, names: readonly string[]): void => {
  for (const name of names) make('nodes', { metadata: { name } })
}
const pool = (name: string, spec: JsonObject): JsonObject => ({ metadata: { name, namespace: 'rook-ceph' }, spec })

test.each([['in the lab', inLab], ['over HTTP', overHttp]] as const)('a cluster becomes Ready once its operator is there, with the secrets of its drivers: %s', (_, through) =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('cephclusters.ceph.rook.io', cluster())
    await lab.sleep(20_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toEqual({})
    lab.make('deployments.apps', operator)
    await lab.sleep(3_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({ phase: 'Progressing', state: 'Creating' })
    await lab.sleep(20_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({
      phase: 'Ready', state: 'Created', message: 'Cluster created successfully', ceph: { health: 'HEALTH_OK' }, storage: { deviceClasses: [{ name: 'ssd' }] },
    })
    expect(lab.api.list('secrets', { namespace: 'rook-ceph' }).map(({ metadata }) => metadata.name)).toEqual(['rook-csi-cephfs-node', 'rook-csi-cephfs-provisioner', 'rook-csi-rbd-node', 'rook-csi-rbd-provisioner'])
  }, {}, through))

test('a cluster that is Ready and left alone is not written again', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('deployments.apps', operator)
    lab.make('cephclusters.ceph.rook.io', cluster())
    lab.make('cephblockpools.ceph.rook.io', pool('fast', { replicated: { size: 3 } }))
    await lab.sleep(30_000)
    const version = (): readonly string[] => ['cephclusters.ceph.rook.io', 'cephblockpools.ceph.rook.io'].flatMap((each) => lab.api.list(each).map(({ metadata }) => metadata.resourceVersion))
    const before = version()
    await lab.sleep(600_000)
    expect(version()).toEqual(before)
  }))

test('more mons than nodes: the cluster stays Progressing and says what Rook says', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2'])
    lab.make('deployments.apps', operator)
    lab.make('cephclusters.ceph.rook.io', cluster())
    await lab.sleep(60_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({ phase: 'Progressing', state: 'Error', message: 'cannot start 3 mons on 2 node(s) when allowMultiplePerNode is false' })
    nodes(lab, ['k3'])
    await lab.sleep(20_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({ phase: 'Ready' })
  }))

test('size 3 on two hosts is undersized but serves; on one host nothing is served and the pool stays Progressing', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('deployments.apps', operator)
    const device = (name: string, deviceClass: string): JsonObject => ({ name, config: { deviceClass } })
    const storage = { nodes: [{ name: 'k1', devices: [device('sda', 'hdd'), device('sdb', 'nvme')] }, { name: 'k2', devices: [device('sda', 'hdd')] }] }
    lab.make('cephclusters.ceph.rook.io', cluster({ storage }))
    lab.make('cephblockpools.ceph.rook.io', pool('slow', { deviceClass: 'hdd', replicated: { size: 3 } }))
    lab.make('cephblockpools.ceph.rook.io', pool('fast', { deviceClass: 'nvme', replicated: { size: 3 } }))
    lab.make('cephblockpools.ceph.rook.io', pool('none', { deviceClass: 'ssd', replicated: { size: 3 } }))
    await lab.sleep(60_000)
    const phase = (name: string): string => textAt(lab.status('cephblockpools.ceph.rook.io', name, 'rook-ceph'), 'phase')
    expect(['slow', 'fast', 'none'].map(phase)).toEqual(['Ready', 'Progressing', 'Failure'])
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({
      phase: 'Ready', ceph: { health: 'HEALTH_WARN', details: { PG_DEGRADED: { message: 'Degraded data redundancy: 64 pgs undersized' }, PG_AVAILABILITY: { message: 'Reduced data availability: 32 pgs inactive' } } },
    })
  }))

test('a filesystem and its subvolume group become Ready, and hold each other until they are deleted in order', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('deployments.apps', operator)
    lab.make('cephclusters.ceph.rook.io', cluster())
    lab.make('cephfilesystems.ceph.rook.io', pool('shared', { metadataPool: { replicated: { size: 3 } }, dataPools: [{ name: 'data', replicated: { size: 3 } }], metadataServer: { activeCount: 1 } }))
    lab.make('cephfilesystemsubvolumegroups.ceph.rook.io', pool('shared-csi', { name: 'csi', filesystemName: 'shared', pinning: { distributed: 1 } }))
    await lab.sleep(30_000)
    expect(lab.status('cephfilesystems.ceph.rook.io', 'shared', 'rook-ceph')).toMatchObject({ phase: 'Ready' })
    expect(lab.status('cephfilesystemsubvolumegroups.ceph.rook.io', 'shared-csi', 'rook-ceph')).toMatchObject({ phase: 'Ready' })
    lab.api.delete('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')
    await lab.sleep(10_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({
      phase: 'Deleting', message: 'CephCluster "rook-ceph/ceph" will not be deleted until all dependents are removed: CephFilesystemSubVolumeGroups: [shared-csi], CephFilesystems: [shared]',
    })
    lab.api.delete('cephfilesystems.ceph.rook.io', 'shared', 'rook-ceph')
    lab.api.delete('cephfilesystemsubvolumegroups.ceph.rook.io', 'shared-csi', 'rook-ceph')
    await lab.sleep(10_000)
    expect(lab.api.list('cephclusters.ceph.rook.io')).toEqual([])
  }))

test('an erasure-coded default data pool is refused as Ceph refuses it', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('deployments.apps', operator)
    lab.make('cephclusters.ceph.rook.io', cluster())
    lab.make('cephfilesystems.ceph.rook.io', pool('ec', { metadataPool: { replicated: { size: 3 } }, dataPools: [{ erasureCoded: { dataChunks: 2, codingChunks: 1 } }], metadataServer: { activeCount: 1 } }))
    await lab.sleep(30_000)
    const status = lab.status('cephfilesystems.ceph.rook.io', 'ec', 'rook-ceph')
    expect(status).toMatchObject({ phase: 'Failure' })
    expect(JSON.stringify(status)).toContain("pool 'ec-data0' is an erasure-coded pool. Use of an EC pool for the default data pool is discouraged")
  }))

const location = (spec: JsonObject = {}): JsonObject => ({ metadata: { name: 'default', namespace: 'velero' }, spec: { provider: 'aws', default: true, objectStorage: { bucket: 'backups' }, credential: { name: 'cloud', key: 'cloud' }, ...spec } })
const cloud: JsonObject = { metadata: { name: 'cloud', namespace: 'velero' }, data: { cloud: 'eA==' } }

test.each([['in the lab', inLab], ['over HTTP', overHttp]] as const)('a location is Available only with its secret, its key, its plugin and its bucket: %s', (_, through) =>
  inCluster(async (lab) => {
    const state = (): JsonObject => lab.status('backupstoragelocations.velero.io', 'default', 'velero')
    lab.make('backupstoragelocations.velero.io', location())
    await lab.sleep(10_000)
    expect(state()).toEqual({})
    lab.make('deployments.apps', veleroServer())
    await lab.sleep(10_000)
    expect(state()).toMatchObject({ phase: 'Unavailable', message: 'BackupStorageLocation "default" is unavailable: unable to get credentials: unable to get key for secret: Secret "cloud" not found' })
    lab.make('secrets', { ...cloud, data: { other: 'eA==' } })
    await lab.sleep(10_000)
    expect(state()['message']).toBe('BackupStorageLocation "default" is unavailable: unable to get credentials: unable to get key for secret: "cloud" secret is missing data for key "cloud"')
    lab.api.delete('secrets', 'cloud', 'velero')
    lab.make('secrets', cloud)
    await lab.sleep(10_000)
    expect(state()).toMatchObject({ phase: 'Available' })
    expect(state()['message']).toBeUndefined()
    lab.api.patch('backupstoragelocations.velero.io', 'default', 'velero', 'application/merge-patch+json', { spec: { provider: 'gcp' } })
    await lab.sleep(70_000)
    expect(state()).toMatchObject({ phase: 'Unavailable', message: 'BackupStorageLocation "default" is unavailable: unable to locate ObjectStore plugin named velero.io/gcp' })
  }, {}, through))

test('a bucket that the store does not have makes its location Unavailable', () =>
  inCluster(async (lab) => {
    lab.make('deployments.apps', veleroServer())
    lab.make('secrets', cloud)
    lab.make('backupstoragelocations.velero.io', location())
    await lab.sleep(10_000)
    expect(lab.status('backupstoragelocations.velero.io', 'default', 'velero')).toMatchObject({ phase: 'Unavailable', message: 'BackupStorageLocation "default" is unavailable: rpc error: NoSuchBucket' })
  }, { bucketFault: () => 'rpc error: NoSuchBucket' }))

test('a server whose credentials are mounted from a Secret that is missing does not start', () =>
  inCluster(async (lab) => {
    lab.make('deployments.apps', veleroServer({ volumes: [{ name: 'cloud-credentials', secret: { secretName: 'velero' } }] }))
    lab.make('backupstoragelocations.velero.io', location({ credential: null }))
    await lab.sleep(30_000)
    expect(lab.status('backupstoragelocations.velero.io', 'default', 'velero')).toEqual({})
  }))

test('a schedule makes its backups at its times, one after another, and they expire', () =>
  inCluster(async (lab) => {
    lab.make('deployments.apps', veleroServer())
    lab.make('secrets', cloud)
    lab.make('backupstoragelocations.velero.io', location())
    lab.make('schedules.velero.io', { metadata: { name: 'hourly', namespace: 'velero', labels: { tier: 'hourly' } }, spec: { schedule: '7 * * * *', template: { ttl: '3h' } } })
    await lab.sleep(6 * 3_600_000)
    const backups = lab.api.list<KubeObject & { readonly status: { readonly phase: string; readonly completionTimestamp: string } }>('backups.velero.io')
    expect(backups).toHaveLength(3)
    expect(backups.map(({ status }) => status.phase)).toEqual(['Completed', 'Completed', 'Completed'])
    expect(backups.map(({ metadata }) => metadata.name.slice(-4, -2))).toEqual(['07', '07', '07'])
    expect(backups[0]?.metadata.labels).toEqual({ tier: 'hourly', 'velero.io/schedule-name': 'hourly', 'velero.io/storage-location': 'default' })
    expect(lab.status('schedules.velero.io', 'hourly', 'velero')).toMatchObject({ phase: 'Enabled' })
  }))

test('a schedule that is no cron expression fails validation, and a paused one does nothing', () =>
  inCluster(async (lab) => {
    lab.make('deployments.apps', veleroServer())
    for (const [name, schedule] of [['four', '1 2 3 4'], ['minute', '70 * * * *'], ['word', 'x * * * *']] as const) lab.make('schedules.velero.io', { metadata: { name, namespace: 'velero' }, spec: { schedule, template: {} } })
    lab.make('schedules.velero.io', { metadata: { name: 'paused', namespace: 'velero' }, spec: { schedule: '* * * * *', paused: true, template: {} } })
    await lab.sleep(600_000)
    const faults = ['four', 'minute', 'word'].map((each) => lab.status('schedules.velero.io', each, 'velero')['validationErrors'])
    expect(faults).toEqual([
      ['invalid schedule: expected exactly 5 fields, found 4: [1 2 3 4]'],
      ['invalid schedule: end of range (70) above maximum (59): 70'],
      ['invalid schedule: failed to parse int from x: strconv.Atoi: parsing "x": invalid syntax'],
    ])
    expect(lab.api.list('backups.velero.io')).toEqual([])
  }))

test('a backup without a location that is Available fails validation', () =>
  inCluster(async (lab) => {
    lab.make('deployments.apps', veleroServer())
    lab.make('backups.velero.io', { metadata: { name: 'none', namespace: 'velero' }, spec: {} })
    lab.make('backupstoragelocations.velero.io', location({ credential: { name: 'missing', key: 'x' }, default: false }))
    await lab.sleep(10_000)
    lab.make('backups.velero.io', { metadata: { name: 'down', namespace: 'velero' }, spec: { storageLocation: 'default' } })
    await lab.sleep(10_000)
    expect(lab.status('backups.velero.io', 'none', 'velero')).toMatchObject({ phase: 'FailedValidation' })
    expect(lab.status('backups.velero.io', 'down', 'velero')['validationErrors']).toEqual(["backup can't be created because BackupStorageLocation default is in Unavailable status."])
  }))

const boundClaim = ({ api, make }: Cluster): void => {
  make('namespaces', { metadata: { name: 'apps' } })
  make('persistentvolumes', { metadata: { name: 'pv' }, spec: { capacity: { storage: '1Gi' }, accessModes: ['ReadWriteOnce'], csi: { driver: 'x.example.com', volumeHandle: 'h' } } })
  make('persistentvolumeclaims', { metadata: { name: 'data', namespace: 'apps' }, spec: { accessModes: ['ReadWriteOnce'], volumeName: 'pv', storageClassName: '', resources: { requests: { storage: '1Gi' } } } })
  api.patch('persistentvolumeclaims', 'data', 'apps', 'application/merge-patch+json', { status: { phase: 'Bound', capacity: { storage: '1Gi' } } }, { subresource: 'status' })
}
const snapshotClass = (metadata: JsonObject): JsonObject => ({ metadata, driver: 'x.example.com', deletionPolicy: 'Delete' })

test('a backup of a volume that has no snapshot class is PartiallyFailed; with one it is Completed', () =>
  inCluster(async (lab) => {
    boundClaim(lab)
    lab.make('deployments.apps', veleroServer())
    lab.make('secrets', cloud)
    lab.make('backupstoragelocations.velero.io', location())
    await lab.sleep(5_000)
    lab.make('backups.velero.io', { metadata: { name: 'first', namespace: 'velero' }, spec: {} })
    await lab.sleep(20_000)
    expect(lab.status('backups.velero.io', 'first', 'velero')).toMatchObject({ phase: 'PartiallyFailed', errors: 1, csiVolumeSnapshotsAttempted: 1, csiVolumeSnapshotsCompleted: 0 })
    lab.make('volumesnapshotclasses.snapshot.storage.k8s.io', snapshotClass({ name: 'x' }))
    lab.make('backups.velero.io', { metadata: { name: 'second', namespace: 'velero' }, spec: {} })
    lab.make('backups.velero.io', { metadata: { name: 'moved', namespace: 'velero' }, spec: { snapshotMoveData: true } })
    await lab.sleep(20_000)
    expect(lab.status('backups.velero.io', 'second', 'velero')).toMatchObject({ phase: 'Completed', csiVolumeSnapshotsCompleted: 1 })
    expect(lab.status('backups.velero.io', 'moved', 'velero')).toMatchObject({ phase: 'WaitingForPluginOperations' })
    await lab.sleep(5 * 3_600_000)
    expect(lab.status('backups.velero.io', 'moved', 'velero')).toMatchObject({ phase: 'PartiallyFailed', backupItemOperationsFailed: 1 })
  }))

test('a snapshot is ready only where the controller, a class and a bound claim are', () =>
  inCluster(async (lab) => {
    boundClaim(lab)
    const state = (): JsonObject => lab.status('volumesnapshots.snapshot.storage.k8s.io', 's', 'apps')
    lab.make('volumesnapshots.snapshot.storage.k8s.io', { metadata: { name: 's', namespace: 'apps' }, spec: { source: { persistentVolumeClaimName: 'data' } } })
    await lab.sleep(10_000)
    expect(state()).toEqual({})
    lab.make('deployments.apps', deployment('snapshot-controller', 'kube-system', { containers: [{ name: 'snapshot-controller', image: 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0' }] }))
    await lab.sleep(10_000)
    expect(state()).toMatchObject({ readyToUse: false, error: { message: 'Failed to set default snapshot class with error cannot find default snapshot class' } })
    lab.make('volumesnapshotclasses.snapshot.storage.k8s.io', snapshotClass({ name: 'x', annotations: { 'snapshot.storage.kubernetes.io/is-default-class': 'true' } }))
    await lab.sleep(10_000)
    expect(state()).toMatchObject({ readyToUse: true, restoreSize: '1Gi' })
    lab.api.delete('volumesnapshots.snapshot.storage.k8s.io', 's', 'apps')
    await lab.sleep(10_000)
    expect(lab.api.list('volumesnapshotcontents.snapshot.storage.k8s.io')).toEqual([])
  }))

test('a filter or a pattern that is no regular expression stops nobody', () =>
  inCluster(async (lab) => {
    nodes(lab, ['k1', 'k2', 'k3'])
    lab.make('deployments.apps', operator)
    lab.make('deployments.apps', veleroServer())
    lab.make('secrets', cloud)
    lab.make('backupstoragelocations.velero.io', location())
    lab.make('cephclusters.ceph.rook.io', cluster({ storage: { useAllNodes: true, deviceFilter: '[' } }))
    await lab.sleep(30_000)
    expect(lab.status('cephclusters.ceph.rook.io', 'ceph', 'rook-ceph')).toMatchObject({ phase: 'Ready', ceph: { details: { TOO_FEW_OSDS: { message: 'OSD count 0 < osd_pool_default_size 3' } } } })
    boundClaim(lab)
    lab.make('backups.velero.io', { metadata: { name: 'odd', namespace: 'velero' }, spec: { includedNamespaces: ['a[', 'apps'] } })
    await lab.sleep(20_000)
    expect(lab.status('backups.velero.io', 'odd', 'velero')).toMatchObject({ phase: 'PartiallyFailed', csiVolumeSnapshotsAttempted: 1 })
  }, { disksOf: () => [{ name: 'sdb', rotational: false }] }))
