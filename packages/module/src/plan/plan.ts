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
export const phases = ['namespace', 'access', 'config', 'drivers', 'workloads', 'classes', 'volumes', 'claims'] as const
export type Phase = (typeof phases)[number]

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
}

/** Something that must be there already and that the plan never makes: Secrets, other people's namespaces. */
export interface Need {
  readonly kind: 'Secret' | 'Namespace' | 'Node'
  readonly name: string
  readonly namespace?: string
  readonly reason: string
}

/** A chart that a later backend brings along; none today. */
export interface HelmRelease {
  readonly id: string
  readonly reason: string
}

/** Something to do on a storage host; none today. */
export interface HostAction {
  readonly id: string
  readonly reason: string
}

export interface Plan {
  readonly name: string
  readonly namespace: string
  /** In the order of the phases, and within one in the order of the declaration. */
  readonly objects: readonly PlannedObject[]
  readonly needs: readonly Need[]
  readonly helmReleases: readonly HelmRelease[]
  readonly hostActions: readonly HostAction[]
}

/** `group/Kind/namespace/name`; the core group and cluster scope are left out: `Namespace/storage-system`. */
export function idOf({ apiVersion, kind, metadata }: KubernetesObject): string {
  const group = apiVersion.includes('/') ? apiVersion.slice(0, apiVersion.indexOf('/')) : undefined
  return [group, kind, metadata.namespace, metadata.name].filter((part) => part !== undefined).join('/')
}
