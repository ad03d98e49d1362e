/** The informers that the controllers and the scheduler share, with the indexes that keep a step from looking at everything. */
import type { Api, KubeObject } from '../api/api.ts'
import { Informer } from './informer.ts'
import type { IndexOf } from './informer.ts'
import { claimNamesOf, controllerOf, joinKey } from './objects.ts'
import type { Attachment, Claim, ControllerRevision, CsiDriver, CsiNode, DaemonSet, Deployment, Lease, Namespace, Node, Pod, ReplicaSet, StatefulSet, StorageCapacity, StorageClass, Volume } from './objects.ts'

const controllerUid: IndexOf<KubeObject> = (object) => {
  const owner = controllerOf(object)
  return owner === undefined ? [] : [owner.uid]
}
const byNamespace: IndexOf<KubeObject> = (object) => (object.metadata.namespace === undefined ? [] : [object.metadata.namespace])

const podIndexes: Readonly<Record<string, IndexOf<Pod>>> = {
  node: (pod) => (pod.spec.nodeName === undefined ? [] : [pod.spec.nodeName]),
  claim: (pod) => claimNamesOf(pod).map((name) => joinKey(name, pod.metadata.namespace)),
  controller: controllerUid,
  namespace: byNamespace,
}
const claimIndexes: Readonly<Record<string, IndexOf<Claim>>> = {
  class: ({ spec }) => [spec.storageClassName ?? ''],
  volume: ({ spec }) => (spec.volumeName === undefined || spec.volumeName === '' ? [] : [spec.volumeName]),
}
const volumeIndexes: Readonly<Record<string, IndexOf<Volume>>> = {
  claim: ({ spec }) => (spec.claimRef?.name === undefined ? [] : [joinKey(spec.claimRef.name, spec.claimRef.namespace)]),
  /** Those that a claim might still get, by class. */
  free: ({ spec, status }) =>
    spec.claimRef?.uid === undefined && (status?.phase ?? 'Pending') !== 'Bound' ? [spec.storageClassName ?? ''] : [],
}
const attachmentIndexes: Readonly<Record<string, IndexOf<Attachment>>> = {
  node: ({ spec }) => [spec.nodeName],
  volume: ({ spec }) => (spec.source.persistentVolumeName === undefined ? [] : [spec.source.persistentVolumeName]),
}

export interface Caches {
  readonly pods: Informer<Pod>
  readonly claims: Informer<Claim>
  readonly volumes: Informer<Volume>
  readonly classes: Informer<StorageClass>
  readonly nodes: Informer<Node>
  readonly csiNodes: Informer<CsiNode>
  readonly csiDrivers: Informer<CsiDriver>
  readonly attachments: Informer<Attachment>
  readonly capacities: Informer<StorageCapacity>
  readonly statefulSets: Informer<StatefulSet>
  readonly deployments: Informer<Deployment>
  readonly replicaSets: Informer<ReplicaSet>
  readonly daemonSets: Informer<DaemonSet>
  readonly revisions: Informer<ControllerRevision>
  readonly namespaces: Informer<Namespace>
  readonly leases: Informer<Lease>
  stop(): void
}

export function startCaches(api: Api): Caches {
  const caches = {
    pods: new Informer<Pod>(api, 'pods', podIndexes),
    claims: new Informer<Claim>(api, 'persistentvolumeclaims', claimIndexes),
    volumes: new Informer<Volume>(api, 'persistentvolumes', volumeIndexes),
    classes: new Informer<StorageClass>(api, 'storageclasses.storage.k8s.io'),
    nodes: new Informer<Node>(api, 'nodes'),
    csiNodes: new Informer<CsiNode>(api, 'csinodes.storage.k8s.io'),
    csiDrivers: new Informer<CsiDriver>(api, 'csidrivers.storage.k8s.io'),
    attachments: new Informer<Attachment>(api, 'volumeattachments.storage.k8s.io', attachmentIndexes),
    capacities: new Informer<StorageCapacity>(api, 'csistoragecapacities.storage.k8s.io', { class: (each) => [each.storageClassName] }),
    statefulSets: new Informer<StatefulSet>(api, 'statefulsets.apps'),
    deployments: new Informer<Deployment>(api, 'deployments.apps'),
    replicaSets: new Informer<ReplicaSet>(api, 'replicasets.apps', { controller: controllerUid }),
    daemonSets: new Informer<DaemonSet>(api, 'daemonsets.apps'),
    revisions: new Informer<ControllerRevision>(api, 'controllerrevisions.apps', { controller: controllerUid }),
    namespaces: new Informer<Namespace>(api, 'namespaces'),
    leases: new Informer<Lease>(api, 'leases.coordination.k8s.io', {}, { namespace: 'kube-node-lease' }),
  }
  const stop = (): void => {
    for (const each of Object.values(caches)) each.stop()
  }
  return { ...caches, stop }
}
