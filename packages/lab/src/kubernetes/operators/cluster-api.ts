/**
 * What an operator needs of a Kubernetes API, whichever it is: the lab's store (`lab-cluster.ts`) or any server over HTTP
 * (`http-cluster.ts`). Small on purpose: the same operators run in the lab and beside a real kube-apiserver.
 */
import type { JsonObject } from '../api/json.ts'

/** A resource with its version: enough for a path. */
export interface Kind {
  readonly group: string
  readonly version: string
  readonly plural: string
  readonly kind: string
  readonly namespaced: boolean
}

export interface ClusterApi {
  /** undefined: there is no such object, or no such kind. */
  get(kind: Kind, name: string, namespace?: string): Promise<JsonObject | undefined>
  /** Of all namespaces when none is named; empty where the kind is not served. */
  list(kind: Kind, namespace?: string): Promise<readonly JsonObject[]>
  /** undefined: there is one of that name already. Any other refusal throws. */
  create(kind: Kind, object: JsonObject): Promise<JsonObject | undefined>
  /** A merge patch of the object, or of its status; undefined when the object is gone. */
  patch(kind: Kind, name: string, namespace: string | undefined, change: JsonObject, subresource?: 'status'): Promise<JsonObject | undefined>
  /** Server-side apply, without force: a conflict throws. */
  apply(kind: Kind, object: JsonObject, manager: string): Promise<JsonObject>
  /** That it is gone already is fine. */
  delete(kind: Kind, name: string, namespace?: string): Promise<void>
}

const kindOf = (group: string, version: string, plural: string, kind: string, namespaced = true): Kind => ({ group, version, plural, kind, namespaced })

export const core = {
  nodes: kindOf('', 'v1', 'nodes', 'Node', false),
  namespaces: kindOf('', 'v1', 'namespaces', 'Namespace', false),
  secrets: kindOf('', 'v1', 'secrets', 'Secret'),
  configMaps: kindOf('', 'v1', 'configmaps', 'ConfigMap'),
  claims: kindOf('', 'v1', 'persistentvolumeclaims', 'PersistentVolumeClaim'),
  volumes: kindOf('', 'v1', 'persistentvolumes', 'PersistentVolume', false),
  pods: kindOf('', 'v1', 'pods', 'Pod'),
  deployments: kindOf('apps', 'v1', 'deployments', 'Deployment'),
  daemonSets: kindOf('apps', 'v1', 'daemonsets', 'DaemonSet'),
  storageClasses: kindOf('storage.k8s.io', 'v1', 'storageclasses', 'StorageClass', false),
} as const

export const ceph = {
  clusters: kindOf('ceph.rook.io', 'v1', 'cephclusters', 'CephCluster'),
  blockPools: kindOf('ceph.rook.io', 'v1', 'cephblockpools', 'CephBlockPool'),
  filesystems: kindOf('ceph.rook.io', 'v1', 'cephfilesystems', 'CephFilesystem'),
  subvolumeGroups: kindOf('ceph.rook.io', 'v1', 'cephfilesystemsubvolumegroups', 'CephFilesystemSubVolumeGroup'),
} as const

export const velero = {
  locations: kindOf('velero.io', 'v1', 'backupstoragelocations', 'BackupStorageLocation'),
  snapshotLocations: kindOf('velero.io', 'v1', 'volumesnapshotlocations', 'VolumeSnapshotLocation'),
  schedules: kindOf('velero.io', 'v1', 'schedules', 'Schedule'),
  backups: kindOf('velero.io', 'v1', 'backups', 'Backup'),
} as const

export const snapshots = {
  classes: kindOf('snapshot.storage.k8s.io', 'v1', 'volumesnapshotclasses', 'VolumeSnapshotClass', false),
  snapshots: kindOf('snapshot.storage.k8s.io', 'v1', 'volumesnapshots', 'VolumeSnapshot'),
  contents: kindOf('snapshot.storage.k8s.io', 'v1', 'volumesnapshotcontents', 'VolumeSnapshotContent', false),
} as const
