/** Backups in the declaration after parsing. Field names are Velero's. */
import type { ChartSpec, Resources, Toleration } from './pod-spec.ts'

export interface VeleroSpec {
  /** Default: velero. Made by the plan with PSA privileged when the node-agent runs. */
  readonly namespace: string
  readonly chart: ChartSpec
  readonly enableSnapshotBackups: boolean
  readonly enableFilesystemBackups: boolean
  /** A Go duration, e.g. 720h0m0s. */
  readonly defaultBackupTTL: string
  /** Of locations without a credential of their own: a Secret with the key cloud; absent: every location has one, or the pod's own identity serves. */
  readonly credentialsSecret?: string
  readonly locations: readonly BackupLocationSpec[]
  readonly snapshotLocations: readonly SnapshotLocationSpec[]
  /** Plugin images with version, one for each provider that a location uses. */
  readonly plugins: readonly PluginSpec[]
  readonly schedules: readonly ScheduleSpec[]
  /** Where the kopia repository's password comes from; never the public constant. */
  readonly repositoryPassword: SecretSpec
  readonly nodeAgent: { readonly resources: Resources; readonly tolerations: readonly Toleration[]; readonly nodeSelector: Readonly<Record<string, string>> }
  readonly serverResources: Resources
  readonly exclusions: readonly ExclusionSpec[]
  /** Name of the location that stands elsewhere. */
  readonly offsite?: string
  /** The most work that may be lost, of everything; a Go duration. */
  readonly rpo?: string
  readonly hooks: readonly Readonly<Record<string, unknown>>[]
  /** Change of class on restore: from → to. */
  readonly changeStorageClass: Readonly<Record<string, string>>
  readonly maintenance: { readonly fullMaintenanceInterval: 'normalGC' | 'fastGC' | 'eagerGC'; readonly resources: Resources; readonly keepLatest: number }
  readonly metrics: boolean
  /** Who may make Restores, as RBAC subjects; nobody else gets the role. */
  readonly restorers: readonly { readonly kind: 'User' | 'Group' | 'ServiceAccount'; readonly name: string; readonly namespace?: string }[]
}

export interface BackupLocationSpec {
  readonly name: string
  readonly renamedFrom?: string
  /** aws, azure, gcp, or a plugin's own name. */
  readonly provider: string
  readonly bucket: string
  readonly prefix?: string
  readonly isDefault: boolean
  readonly accessMode: 'ReadWrite' | 'ReadOnly'
  /** region, s3Url, s3ForcePathStyle, checksumAlgorithm, kmsKeyId, … as the plugin names them. */
  readonly config: Readonly<Record<string, string>>
  readonly credential?: { readonly name: string; readonly key: string }
  /** Public: PEM text. */
  readonly caCert?: string
  readonly validationFrequency?: string
  readonly backupSyncPeriod?: string
  /** The backend that the object store itself lives on, if it does: such a location is refused for what that backend holds. */
  readonly livesOn?: string
}

export interface SnapshotLocationSpec {
  readonly name: string
  readonly provider: string
  readonly config: Readonly<Record<string, string>>
  readonly credential?: { readonly name: string; readonly key: string }
}

export interface PluginSpec {
  /** Of the container that brings it. */
  readonly name: string
  /** What it serves: aws, azure, gcp, or its own name. */
  readonly provider: string
  /** With tag, e.g. velero/velero-plugin-for-aws:v1.14.2. */
  readonly image: string
}

export interface ScheduleSpec {
  readonly name: string
  readonly renamedFrom?: string
  /** Cron, with CRON_TZ= in front where one is meant. */
  readonly schedule: string
  readonly ttl: string
  readonly paused: boolean
  readonly includedNamespaces: readonly string[]
  readonly excludedNamespaces: readonly string[]
  readonly labelSelector?: Readonly<Record<string, unknown>>
  readonly storageLocation?: string
  /** VolumeSnapshotLocations of providers with snapshots of their own. */
  readonly volumeSnapshotLocations: readonly string[]
  readonly snapshotVolumes: boolean
  readonly snapshotMoveData: boolean
  readonly defaultVolumesToFsBackup: boolean
  /** e.g. 24h: how much work may be lost; checked against the cron. */
  readonly rpo?: string
  /** hourly, daily, weekly, monthly, offsite when it was made by `schedules: gfs`. */
  readonly tier?: string
  /** Other fields of a BackupSpec, as they are. */
  readonly template: Readonly<Record<string, unknown>>
}

/** What is left out of backups, and why. */
export interface ExclusionSpec {
  readonly name: string
  readonly reason: string
  readonly namespace?: string
  readonly storageClass?: string
  readonly pvcLabels?: Readonly<Record<string, string>>
}

/** Where the content of a Secret comes from. Its content is never in a Spec. */
export type SecretSpec =
  | { readonly from: 'existing'; readonly name: string; readonly key: string }
  | { readonly from: 'externalSecret'; readonly name: string; readonly key: string; readonly store: { readonly kind: 'SecretStore' | 'ClusterSecretStore'; readonly name: string }; readonly remote: { readonly key: string; readonly property?: string } }
  | { readonly from: 'environment'; readonly name: string; readonly key: string; readonly variable: string }
  | { readonly from: 'file'; readonly name: string; readonly key: string; readonly path: string }
  /** Only `apply` makes it, and only when the person says that it is kept elsewhere. */
  | { readonly from: 'generate'; readonly name: string; readonly key: string }
