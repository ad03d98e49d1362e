/** Ceph in the declaration after parsing: run by Rook in this cluster, or there already. Field names are those of Rook's CRDs. */
import type { ChartSpec, Resources } from './pod-spec.ts'

/** A Ceph cluster that Rook runs on this cluster's nodes. */
export interface RookCephBackendSpec {
  readonly kind: 'rookCeph'
  readonly name: string
  /** Name of the CephCluster. Default: the backend's name. Its namespace is the declaration's. */
  readonly clusterName: string
  /** e.g. quay.io/ceph/ceph:v20.2.4 */
  readonly image: string
  /** Immutable. Default: /var/lib/rook. */
  readonly dataDirHostPath: string
  readonly mon: { readonly count: number; readonly allowMultiplePerNode: boolean }
  readonly mgr: { readonly count: number; readonly allowMultiplePerNode: boolean; readonly modules: readonly { readonly name: string; readonly enabled: boolean }[] }
  readonly storage: CephStorageSpec
  readonly network: CephNetworkSpec
  readonly dashboard: { readonly enabled: boolean; readonly ssl: boolean; readonly port?: number; readonly urlPrefix?: string }
  readonly monitoring: boolean
  /** Rook's Placement by daemon: all, mon, mgr, osd, mds… As in the CRD. */
  readonly placement: Readonly<Record<string, unknown>>
  /** By daemon: mon, mgr, osd, prepareosd, … */
  readonly resources: Readonly<Record<string, Resources>>
  readonly priorityClassNames: Readonly<Record<string, string>>
  /** Ceph's own settings by section; values are text. */
  readonly cephConfig: Readonly<Record<string, Readonly<Record<string, string>>>>
  readonly csiKeyType: 'aes' | 'aes256k'
  readonly cleanupPolicy: CephCleanupSpec
  /** `objects`: the CephCluster is an object of the plan. `chart`: it comes from the release of the chart rook-ceph-cluster. */
  readonly deliverCluster: 'objects' | 'chart'
  /** Whether the toolbox is deployed. */
  readonly toolbox: boolean
  readonly charts: { readonly operator: ChartSpec; readonly csiDrivers: ChartSpec; readonly cluster: ChartSpec }
  /** The pool .mgr; absent: Ceph's own. */
  readonly mgrPool?: CephPoolSpec
  /** Keyed by name; those that classes declare in place are here, too. */
  readonly filesystems: readonly CephFilesystemSpec[]
  readonly blockPools: readonly CephBlockPoolSpec[]
}

/** A Ceph cluster that is there already, e.g. Proxmox's own: Stowage brings drivers and classes, and no daemons. */
export interface CephBackendSpec {
  readonly kind: 'ceph'
  readonly name: string
  /** fsid. */
  readonly clusterID: string
  /** host:port of the monitors. */
  readonly monitors: readonly string[]
  /** Names of Secrets in the namespace (userID/userKey, adminID/adminKey), never their content. */
  readonly secrets: { readonly rbd?: string; readonly cephfs?: string }
  /** Directory of each filesystem that holds the volumes. */
  readonly subvolumeGroup: string
  readonly radosNamespace?: string
  readonly charts: { readonly operator: ChartSpec; readonly csiDrivers: ChartSpec }
}

/** What Rook does when the CephCluster is deleted. The confirmation is never part of a Spec. */
export interface CephCleanupSpec {
  readonly sanitizeDisks?: { readonly method?: 'quick' | 'complete'; readonly dataSource?: 'zero' | 'random'; readonly iteration?: number }
  readonly allowUninstallWithVolumes?: boolean
}

export interface CephStorageSpec {
  readonly useAllNodes: boolean
  readonly useAllDevices: boolean
  readonly deviceFilter?: string
  readonly devicePathFilter?: string
  /** Rook takes text only: encryptedDevice, deviceClass, metadataDevice, osdsPerDevice, databaseSizeMB. */
  readonly config: Readonly<Record<string, string>>
  readonly nodes: readonly CephNodeSpec[]
  readonly nearFullRatio?: number
  readonly backfillFullRatio?: number
  readonly fullRatio?: number
  readonly allowDeviceClassUpdate?: boolean
  readonly allowOsdCrushWeightUpdate?: boolean
  readonly onlyApplyOSDPlacement?: boolean
  readonly flappingRestartIntervalHours?: number
  readonly osdMaxUpdatesInParallel?: number
}

export interface CephNodeSpec {
  readonly name: string
  readonly useAllDevices?: boolean
  readonly deviceFilter?: string
  readonly devicePathFilter?: string
  readonly devices: readonly CephDeviceSpec[]
  readonly config: Readonly<Record<string, string>>
  readonly resources?: Resources
}

export interface CephDeviceSpec {
  /** `sdb`, or a path: `/dev/disk/by-id/…`. */
  readonly name: string
  readonly config: Readonly<Record<string, string>>
}

export interface CephNetworkSpec {
  readonly provider: '' | 'host' | 'multus'
  readonly selectors: Readonly<Record<string, string>>
  readonly encryption: boolean
  readonly compression: boolean
  readonly requireMsgr2: boolean
  readonly ipFamily?: 'IPv4' | 'IPv6'
  readonly dualStack?: boolean
  readonly addressRanges?: { readonly public?: readonly string[]; readonly cluster?: readonly string[] }
}

export interface CephPoolSpec {
  /** In Ceph: as written when names are preserved, else Rook puts the filesystem's name before it. */
  readonly name: string
  /** Whether the name was written, or made by Rook's rule (`data0`). */
  readonly named: boolean
  /** As it was written; absent when it was not. */
  readonly writtenName?: string
  readonly failureDomain: string
  readonly deviceClass?: string
  /** Exactly one of replicated and erasureCoded. */
  readonly replicated?: { readonly size: number; readonly requireSafeReplicaSize: boolean; readonly replicasPerFailureDomain?: number; readonly subFailureDomain?: string; readonly targetSizeRatio?: number }
  readonly erasureCoded?: { readonly dataChunks: number; readonly codingChunks: number; readonly algorithm?: string }
  /** Whether a changed rule is carried over to the pool that exists. */
  readonly enableCrushUpdates?: boolean
  readonly compressionMode?: 'none' | 'passive' | 'aggressive' | 'force'
  readonly parameters: Readonly<Record<string, string>>
  readonly quotas?: { readonly maxSize?: string; readonly maxObjects?: number }
}

export interface CephFilesystemSpec {
  readonly name: string
  readonly renamedFrom?: string
  readonly metadataPool: CephPoolSpec
  /** The first is the default data pool, which must be replicated. */
  readonly dataPools: readonly CephPoolSpec[]
  readonly preservePoolNames: boolean
  /** Default here: true, so that deleting the object keeps the data (Rook's own default is false). */
  readonly preserveFilesystemOnDelete: boolean
  readonly metadataServer: {
    readonly activeCount: number
    readonly activeStandby: boolean
    readonly resources: Resources
    readonly placement: Readonly<Record<string, unknown>>
    readonly priorityClassName: string
  }
  /** The subvolume group csi; distributed pinning unless said otherwise. */
  readonly subvolumeGroup: { readonly name: string; readonly pinning: { readonly distributed?: number; readonly export?: number; readonly random?: number }; readonly quota?: string }
}

export interface CephBlockPoolSpec extends CephPoolSpec {
  readonly enableRBDStats: boolean
  readonly renamedFrom?: string
}
