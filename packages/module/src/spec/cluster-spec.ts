/** What the declaration says of the cluster around the storage: snapshots, monitoring, policies, the distribution, mirrors. */
import type { Toleration } from './pod-spec.ts'
import type { SecretSpec } from './velero-spec.ts'

export interface SnapshotsSpec {
  /** auto: installed unless the distribution bundles it (RKE2) or facts show one; install; external: there already; none. */
  readonly controller: 'auto' | 'install' | 'external' | 'none'
  /** What became of `controller`: whether the plan brings the controller and its definitions. */
  readonly installed: boolean
  /** Why, as the end of a sentence: `the distribution rke2 brings one`. */
  readonly because: string
  readonly image: string
  readonly replicas: number
  readonly deletionPolicy: 'Delete' | 'Retain'
  /** By name; one at least for each driver and cluster that can snapshot, unless the controller is none. */
  readonly classes: readonly SnapshotClassSpec[]
  /** Which of one driver's classes carries Velero's label: driver name → VolumeSnapshotClass name. */
  readonly defaultClasses: Readonly<Record<string, string>>
}

/** A VolumeSnapshotClass. */
export interface SnapshotClassSpec {
  readonly name: string
  readonly renamedFrom?: string
  readonly driverName: string
  readonly deletionPolicy: 'Delete' | 'Retain'
  /** clusterID and the snapshotter's secret, as they stand in the VolumeSnapshotClass. */
  readonly parameters: Readonly<Record<string, string>>
  /** Whether Velero takes it. */
  readonly forBackups: boolean
  /** Name of the backend whose volumes it is for. */
  readonly backend: string
  /** Names of the StorageClasses whose volumes it can snapshot. */
  readonly storageClasses: readonly string[]
}

export interface MonitoringSpec {
  readonly serviceMonitors: boolean
  readonly alerts: boolean
  readonly dashboards: boolean
  /** Where PrometheusRules, ServiceMonitors and dashboards go. Default: the declaration's namespace. */
  readonly namespace: string
  /** Labels that Prometheus and the dashboards' sidecar select by. */
  readonly labels: Readonly<Record<string, string>>
  readonly dashboardLabels: Readonly<Record<string, string>>
}

export interface PoliciesSpec {
  readonly networkPolicies: boolean
  /** Addresses of the nodes, as CIDRs: Ceph's clients are the nodes themselves. */
  readonly nodeCIDRs: readonly string[]
  /** By namespace: a ResourceQuota's hard amounts, and PVC minimum and maximum. */
  readonly quotas: readonly QuotaSpec[]
}

export interface QuotaSpec {
  readonly namespace: string
  /** requests.storage, persistentvolumeclaims. */
  readonly hard: Readonly<Record<string, string>>
  /** By class: storage and number of claims. */
  readonly classes: Readonly<Record<string, { readonly storage?: string; readonly claims?: number }>>
  /** LimitRange of type PersistentVolumeClaim. */
  readonly claim?: { readonly min?: string; readonly max?: string }
}

export const distributions = ['kubernetes', 'k3s', 'k0s', 'rke2', 'talos', 'microk8s'] as const
export type Distribution = (typeof distributions)[number]

export interface PlatformSpec {
  readonly distribution: Distribution
  readonly kubeletRoot: string
  /** What every controller tolerates, so that it can run on servers. */
  readonly serverTolerations: readonly Toleration[]
  /** Registry prefix → replacement, longest first: docker.io → mirror.example/docker. */
  readonly imageMirrors: Readonly<Record<string, string>>
  /** Image with tag → sha256:… */
  readonly imageDigests: Readonly<Record<string, string>>
  /** Chart repository URL → replacement. */
  readonly chartMirrors: Readonly<Record<string, string>>
}

/** A Secret that the declaration says the source of. */
export interface DeclaredSecretSpec {
  readonly namespace: string
  readonly name: string
  /** Of an ExternalSecret. */
  readonly refreshInterval: string
  readonly keys: readonly SecretSpec[]
}

/** How GitOps tools find what is rendered; used by the encodings only. */
export interface DeliverySpec {
  readonly argocd?: { readonly repoURL: string; readonly path: string; readonly targetRevision: string; readonly project: string; readonly namespace: string; readonly server: string }
  readonly flux?: { readonly sourceRef: { readonly kind: 'GitRepository' | 'OCIRepository'; readonly name: string; readonly namespace?: string }; readonly path: string; readonly namespace: string; readonly interval: string }
  readonly terraform?: { readonly proxmox: boolean }
}
