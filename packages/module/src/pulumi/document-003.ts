/**
 * Document 003's arguments, its enums and interfaces under their own names. Where it writes `pulumi.Input`, so does this; but a
 * value that decides which objects exist (names, switches, counts, providers) is refused by its path when it is not plain, so
 * that preview and up agree.
 */
import type * as pulumi from '@pulumi/pulumi'
import type { DeclaredBackend, DeclaredSpec } from '../spec/schema/declaration.ts'
import type { DeclaredVelero } from '../spec/schema/velero.ts'
import { backupImplementation, storageImplementation } from '../document-003/to-declaration.ts'

type DeclaredRookCeph = NonNullable<DeclaredBackend['rookCeph']>

export const StorageImplementation = { ROOK_CEPH: storageImplementation } as const
export type StorageImplementation = (typeof StorageImplementation)[keyof typeof StorageImplementation]

export const BackupImplementation = { VELERO: backupImplementation } as const
export type BackupImplementation = (typeof BackupImplementation)[keyof typeof BackupImplementation]

export interface ReplicationConfig {
  /** Number of copies. */
  size: number
  /** Refuse a single copy. Default: true; false must be written to have size 1. */
  requireSafeReplicaSize?: boolean
}

export interface MetadataPoolConfig {
  /** As it stands in Ceph. Default: metadata. */
  name?: string
  /** Default: three copies over hosts. */
  replication?: ReplicationConfig
  /** hdd, ssd, nvme, or a name given to devices. Default: all. */
  deviceClass?: string
}

export interface DataPoolConfig extends MetadataPoolConfig {
  /** What may fail without loss: osd, host, rack, zone… Default: host. */
  failureDomain?: string
  /** Instead of replication; never in the first data pool. */
  erasureCoding?: {
    dataChunks: number
    codingChunks: number
    /** isa or jerasure. */
    algorithm?: string
  }
  compression?: {
    /** snappy, zlib, zstd, lz4. */
    algorithm?: string
    /** none, passive, aggressive, force. */
    mode?: string
  }
}

/** As in a container. */
export interface ResourcesConfig {
  requests?: { cpu?: string; memory?: string }
  limits?: { cpu?: string; memory?: string }
}

export interface MetadataServerConfig {
  /** Active metadata servers; Rook runs as many again as standby. */
  activeCount: number
  /** Whether the standby keeps a warm cache. Default: true. */
  activeStandby?: boolean
  resources?: ResourcesConfig
  /** Rook's Placement. */
  placement?: Record<string, unknown>
}

export interface StorageClassConfig {
  /** Name of the storage class. Plain. */
  name: pulumi.Input<string>
  /** Whether this is the default storage class. Plain. Default: false. */
  isDefault?: pulumi.Input<boolean>
  /** Delete or Retain. Default: Retain. */
  reclaimPolicy?: pulumi.Input<string>
  /** Immediate or WaitForFirstConsumer. */
  volumeBindingMode?: pulumi.Input<string>
  /** Default: true. */
  allowVolumeExpansion?: pulumi.Input<boolean>
  filesystem: {
    /** Name of the CephFilesystem. Default: the class's; must be written when the class is renamed, so that the data stays in it. */
    name?: string
    metadataPool: MetadataPoolConfig
    dataPools: DataPoolConfig[]
    metadataServer: MetadataServerConfig
  }
  /** Name that it had in an earlier program. */
  renamedFrom?: string
}

export interface DeviceConfig {
  /** sdb, or a path: /dev/disk/by-id/… */
  name: string
  /** Rook takes text only: deviceClass, metadataDevice, encryptedDevice, osdsPerDevice, databaseSizeMB. */
  config?: Record<string, string>
}

export interface NodeConfig {
  /** Value of the node's label kubernetes.io/hostname. */
  name: string
  devices: DeviceConfig[]
  config?: Record<string, string>
}

export interface StorageConfig {
  /** Default: false. */
  useAllNodes?: boolean
  /** Default: false. */
  useAllDevices?: boolean
  nodes?: NodeConfig[]
  /** Regular expression over kernel names. */
  deviceFilter?: string
  config?: Record<string, string>
}

/** What 003 has no field for stands beside its own, as in a declaration: network, placement, resources, dashboard… */
export interface CephClusterConfig extends Omit<DeclaredRookCeph, 'clusterName' | 'image' | 'dataDirHostPath' | 'storage' | 'mon' | 'filesystems' | 'blockPools'> {
  /** Name of the CephCluster. Default: ceph. */
  clusterName?: pulumi.Input<string>
  /** Default: quay.io/ceph/ceph:v20.2.4. */
  cephImage?: pulumi.Input<string>
  /** Immutable. Default: /var/lib/rook. */
  dataDirHostPath?: pulumi.Input<string>
  storage: StorageConfig
  /** Plain. Default: 3. */
  monitorCount?: pulumi.Input<number>
}

/** By reference: a Secret in Velero's namespace, and the key in it. */
export interface CredentialReference {
  name: pulumi.Input<string>
  key: pulumi.Input<string>
}

export interface VolumeSnapshotLocation {
  /** Plain. */
  name: string
  /** aws, azure, gcp, or a plugin's own name. Plain. */
  provider: string
  region?: pulumi.Input<string>
  /** As the provider's plugin names it. */
  config?: Record<string, pulumi.Input<string>>
  credential?: CredentialReference
}

export interface BackupStorageLocation extends VolumeSnapshotLocation {
  bucket: pulumi.Input<string>
  prefix?: pulumi.Input<string>
  /** Plain. A single location is it by itself. */
  default?: boolean
  /** Name that it had in an earlier program. */
  renamedFrom?: string
}

/** What 003 has no field for stands beside its own, as in a declaration: schedules, repositoryPassword, exclusions, hooks… */
export interface BackupStrategy extends Omit<DeclaredVelero, 'locations' | 'snapshotLocations' | 'enableSnapshotBackups' | 'enableFilesystemBackups' | 'defaultBackupTTL'> {
  /** CSI snapshots whose data is moved to the location. Plain. */
  enableSnapshotBackups: pulumi.Input<boolean>
  /** The node-agent reads the files of what cannot be snapshotted. Plain. */
  enableFilesystemBackups: pulumi.Input<boolean>
  /** A Go duration, e.g. 720h. Default: 720h. */
  defaultBackupTTL?: pulumi.Input<string>
  backupStorageLocations: BackupStorageLocation[]
  volumeSnapshotLocations?: VolumeSnapshotLocation[]
}

/** Of both components, beside what they declare. */
export interface EngineArgs {
  /** Contents of Secrets, by `namespace/name` (or the name alone) and key: made beside the plan, encrypted in the state. */
  secrets?: Record<string, Record<string, pulumi.Input<string>>>
  /** What exists already: a resource's name after the component's and a colon → its id, `namespace/name` or `name`. */
  import?: Record<string, string>
  /** Whether what comes later waits until something is ready (a CephCluster, a location), not only there. Default: true. */
  wait?: boolean
  /** The day for which acceptances are judged, `2026-11-21`. Absent: none has ended. */
  today?: string
}

export interface StorageModuleArgs extends EngineArgs {
  /** Where the operator, the cluster and its classes' secrets are. Default: storage-system. */
  namespace?: pulumi.Input<string>
  storageImplementation: StorageImplementation
  backupImplementation?: BackupImplementation
  cephCluster?: CephClusterConfig
  storageClasses?: StorageClassConfig[]
  backupStrategy?: BackupStrategy
  /** Whether what is proved to be impossible is said at every preview, or refused. Default: warn. */
  feasibility?: 'warn' | 'enforce'
  /** What is known of nodes and disks, as in a declaration. */
  facts?: DeclaredSpec['facts']
  /** Findings that are accepted, as in a declaration. */
  accept?: DeclaredSpec['accept']
  platform?: DeclaredSpec['platform']
  snapshots?: DeclaredSpec['snapshots']
  monitoring?: DeclaredSpec['monitoring']
  policies?: DeclaredSpec['policies']
}
