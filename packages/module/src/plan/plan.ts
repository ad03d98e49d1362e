/** A Plan is frozen plain data: what shall exist, why, in which order, and what losing it would destroy. */

export interface KubernetesMetadata {
  readonly name: string
  readonly namespace?: string
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
}

/** Any object as it would stand in a manifest. */
export interface KubernetesObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: KubernetesMetadata
  readonly [field: string]: unknown
}

/** In the order in which they are applied; all of one phase may be applied at once. */
export const phases = [
  'namespace', // namespaces, with their PSA labels
  'crds', // CustomResourceDefinitions of the plan's own
  'secrets', // ExternalSecrets; never a Secret
  'access', // accounts, roles, bindings
  'config', // ConfigMaps that workloads read
  'snapshots', // the snapshot controller
  'operators', // Rook's operator
  'drivers', // CSIDrivers, and the charts that bring drivers
  'workloads', // Stowage's own driver
  'cluster', // CephCluster
  'pools', // filesystems, block pools, subvolume groups
  'classes', // StorageClasses, VolumeSnapshotClasses
  'volumes', // static PersistentVolumes
  'claims', // and their claims
  'velero', // the release
  'locations', // BackupStorageLocations, VolumeSnapshotLocations
  'schedules', // Schedules
  'policies', // quotas, limit ranges, network policies
  'monitoring', // monitors, rules, dashboards
] as const
export type Phase = (typeof phases)[number]

/** When something counts as ready: every condition of type True, and every status field as given. */
export interface Ready {
  readonly conditions?: readonly string[]
  /** `status.phase` → `Ready` */
  readonly fields?: Readonly<Record<string, string>>
}

export interface PlannedObject {
  /** Stable and keyed by name, never by position: `apps/Deployment/storage-system/stowage-controller`. */
  readonly id: string
  readonly phase: Phase
  readonly object: KubernetesObject
  /** Why it exists, for the person who reads the plan. */
  readonly reason: string
  /** Ids of objects that must be there first. */
  readonly dependsOn: readonly string[]
  /** Whether data is reachable only through it. */
  readonly holdsData: boolean
  /** What losing it would destroy, as a sentence. */
  readonly losing: string
  /** What later phases wait for; absent: it is there as soon as it exists (workloads have Kubernetes' own rules). */
  readonly ready?: Ready
  /** Id under which an earlier plan knew it: a rename, not a loss. */
  readonly renamedFrom?: string
}

/** Something that must be there already and that the plan never makes: Secrets, other people's namespaces and definitions. */
export interface Need {
  readonly kind: 'Secret' | 'Namespace' | 'Node' | 'CustomResourceDefinition'
  readonly name: string
  readonly namespace?: string
  readonly reason: string
}

/** A pinned release of a chart. What it makes in the cluster is the chart's; what Stowage decides is version and values. */
export interface HelmRelease {
  /** `helm/<namespace>/<name>` */
  readonly id: string
  readonly phase: Phase
  readonly name: string
  readonly namespace: string
  readonly chart: {
    readonly name: string
    /** `https://…` of an index, or `oci://…/chart-folder`; the chart's name is appended to the latter. */
    readonly repository: string
    readonly version: string
  }
  readonly values: Readonly<Record<string, unknown>>
  readonly reason: string
  /** Ids of objects and releases that must be there first. */
  readonly dependsOn: readonly string[]
  readonly holdsData: boolean
  readonly losing: string
  /** Names of CustomResourceDefinitions that it brings: what needs them waits for them. */
  readonly crds: readonly string[]
  /** Name of the release in an earlier plan. */
  readonly renamedFrom?: string
}

/** One command on a Proxmox host: who may do what. */
export interface HostAction {
  /** `proxmox/<backend>/role/StowageCSI` */
  readonly id: string
  readonly backend: string
  readonly action:
    | { readonly kind: 'role'; readonly role: string; readonly privileges: readonly string[] }
    | { readonly kind: 'user'; readonly user: string; readonly comment: string }
    | { readonly kind: 'token'; readonly user: string; readonly token: string; readonly privilegeSeparation: boolean }
    | { readonly kind: 'acl'; readonly path: string; readonly role: string; readonly user?: string; readonly token?: string; readonly propagate: boolean }
  readonly reason: string
  readonly dependsOn: readonly string[]
}

/** A Secret whose content is not in the plan: `apply` makes it from its source; GitOps encodings refuse all but references. */
export interface SecretSource {
  readonly namespace: string
  readonly name: string
  readonly key: string
  readonly source: { readonly from: 'environment'; readonly variable: string } | { readonly from: 'file'; readonly path: string } | { readonly from: 'generate' }
  readonly reason: string
  /** Must be there before this id is applied. */
  readonly before: readonly string[]
}

export interface Plan {
  readonly name: string
  readonly namespace: string
  /** In the order of the phases, and within one in the order of the declaration. */
  readonly objects: readonly PlannedObject[]
  readonly needs: readonly Need[]
  readonly helmReleases: readonly HelmRelease[]
  readonly hostActions: readonly HostAction[]
  readonly secrets: readonly SecretSource[]
  /** What a reader should know, e.g. that no schedule is declared and none is made. */
  readonly notes: readonly string[]
}

/** What one section of the declaration brings into the plan. */
export type Contribution = Partial<Pick<Plan, 'objects' | 'needs' | 'helmReleases' | 'hostActions' | 'secrets' | 'notes'>>

/** `group/Kind/namespace/name`; the core group and cluster scope are left out: `Namespace/storage-system`. */
export function idOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : undefined
  return [group, kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/')
}
