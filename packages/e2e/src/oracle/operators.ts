/**
 * The lab's operators of Rook, Velero and the snapshot controller, put to the same objects in the lab and beside a real kube-apiserver: what
 * they write must be the same. Nobody schedules and no disk is there; nodes and Deployments are objects only.
 */
import type { Clock, Random } from '@stowage/effects'
import { createStore } from '@stowage/lab/kubernetes/api/store'
import { frozenObject } from '@stowage/lab/kubernetes/api/json'
import type { JsonObject } from '@stowage/lab/kubernetes/api/json'
import { ceph, core, snapshots, velero } from '@stowage/lab/kubernetes/operators/cluster-api'
import type { ClusterApi, Kind } from '@stowage/lab/kubernetes/operators/cluster-api'
import { labCluster } from '@stowage/lab/kubernetes/operators/lab-cluster'
import { startStatusControllers } from '@stowage/lab/kubernetes/operators/status-controllers'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { rookCrds } from '@stowage/wire/crds/rook'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { normalise } from './normalise.ts'

const definitions: Kind = { group: 'apiextensions.k8s.io', version: 'v1', plural: 'customresourcedefinitions', kind: 'CustomResourceDefinition', namespaced: false }

const deployment = (name: string, namespace: string, pod: JsonObject): JsonObject => ({
  metadata: { name, namespace },
  spec: { selector: { matchLabels: { app: name } }, template: { metadata: { labels: { app: name } }, spec: pod } },
})
const inRook = (name: string, spec: JsonObject): JsonObject => ({ metadata: { name, namespace: 'rook-ceph' }, spec })
const inVelero = (name: string, spec: JsonObject): JsonObject => ({ metadata: { name, namespace: 'velero' }, spec })
const replicated = (deviceClass: string): JsonObject => ({ deviceClass, failureDomain: 'host', replicated: { size: 3 } })

/** In the order in which they are made. */
const objects: readonly (readonly [Kind, JsonObject])[] = [
  ...['rook-ceph', 'velero'].map((name) => [core.namespaces, { metadata: { name } }] as const),
  ...['k1', 'k2', 'k3'].map((name) => [core.nodes, { metadata: { name } }] as const),
  [core.deployments, deployment('rook-ceph-operator', 'rook-ceph', { containers: [{ name: 'operator', image: 'docker.io/rook/ceph:v1.20.6' }] })],
  [core.deployments, deployment('velero', 'velero', { initContainers: [{ name: 'aws', image: 'velero/velero-plugin-for-aws:v1.14.1' }], containers: [{ name: 'velero', image: 'velero/velero:v1.18.1', args: ['server', '--features=EnableCSI'] }] })],
  [core.deployments, deployment('snapshot-controller', 'kube-system', { containers: [{ name: 'snapshot-controller', image: 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0' }] })],
  [ceph.clusters, inRook('ceph', {
    cephVersion: { image: 'quay.io/ceph/ceph:v20.2.4' }, dataDirHostPath: '/var/lib/rook', mon: { count: 3 }, mgr: { count: 2 },
    storage: { nodes: [{ name: 'k1', devices: [{ name: 'sda', config: { deviceClass: 'hdd' } }, { name: 'nvme0n1' }] }, { name: 'k2', devices: [{ name: 'sda', config: { deviceClass: 'hdd' } }] }] },
  })],
  [ceph.blockPools, inRook('slow', replicated('hdd'))],
  [ceph.blockPools, inRook('fast', replicated('nvme'))],
  [ceph.blockPools, inRook('none', replicated('ssd'))],
  [ceph.filesystems, inRook('shared', { metadataPool: replicated('hdd'), dataPools: [{ name: 'data', ...replicated('hdd') }], metadataServer: { activeCount: 1 } })],
  [ceph.subvolumeGroups, inRook('shared-csi', { name: 'csi', filesystemName: 'shared', pinning: { distributed: 1 } })],
  [core.secrets, { metadata: { name: 'cloud', namespace: 'velero' }, data: { cloud: 'eA==' } }],
  [velero.locations, inVelero('default', { provider: 'aws', default: true, objectStorage: { bucket: 'b' }, credential: { name: 'cloud', key: 'cloud' } })],
  [velero.locations, inVelero('azure', { provider: 'azure', objectStorage: { bucket: 'b' } })],
  [velero.locations, inVelero('secretless', { provider: 'aws', objectStorage: { bucket: 'b' }, credential: { name: 'none', key: 'cloud' } })],
  [velero.schedules, inVelero('daily', { schedule: '17 0 * * *', template: { ttl: '192h' } })],
  [velero.schedules, inVelero('bad', { schedule: '17 0 * *', template: {} })],
  [velero.backups, inVelero('lost', { storageLocation: 'nowhere' })],
  [snapshots.classes, { metadata: { name: 'x' }, driver: 'x.example.com', deletionPolicy: 'Delete' }],
  [snapshots.snapshots, { metadata: { name: 'none', namespace: 'default' }, spec: { source: { persistentVolumeClaimName: 'none' } } }],
]

const watched: readonly Kind[] = [ceph.clusters, ceph.blockPools, ceph.filesystems, ceph.subvolumeGroups, velero.locations, velero.schedules, velero.backups, snapshots.snapshots]

/** By kind and name what the operators made of each object, and the names of the Secrets that they made. */
export async function operatorsOutcome(api: ClusterApi, clock: Clock, random: Random): Promise<Readonly<Record<string, unknown>>> {
  for (const crd of [...rookCrds, ...veleroCrds, ...externalSnapshotterCrds]) await api.create(definitions, frozenObject(crd))
  await clock.sleep(3_000)
  for (const [kind, object] of objects) await api.create(kind, object)
  const loop = startStatusControllers({ api, clock, random, everyMs: 500 })
  await clock.sleep(8_000)
  loop.stop()
  const outcome: Record<string, unknown> = {}
  const own = new Set(objects.map(([kind, each]) => `${kind.kind} ${nameOf(each)}`))
  // The list of requests left objects of its own on the real server.
  for (const kind of watched) for (const each of await api.list(kind)) if (own.has(`${kind.kind} ${nameOf(each)}`)) outcome[`${kind.kind} ${nameOf(each)}`] = normalise({ status: each['status'], finalizers: metadataOf(each)['finalizers'] })
  outcome['secrets'] = (await api.list(core.secrets, 'rook-ceph')).map(nameOf).toSorted()
  return outcome
}

function metadataOf(object: JsonObject): JsonObject {
  const metadata = object['metadata']
  return typeof metadata === 'object' && metadata !== null && !Array.isArray(metadata) ? frozenObject(metadata) : {}
}

function nameOf(object: JsonObject): string {
  return String(metadataOf(object)['name'])
}

export function labOutcome(clock: Clock, random: Random): Promise<Readonly<Record<string, unknown>>> {
  return operatorsOutcome(labCluster(createStore({ clock, random }).client('operators')), clock, random)
}
