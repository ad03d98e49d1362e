/** The declaration after parsing: every default filled in, every name resolved. Frozen plain data. */
import type { AccessMode } from '@stowage/core'
import type { CephBackendSpec, RookCephBackendSpec } from './ceph-spec.ts'
import type { DeclaredSecretSpec, DeliverySpec, MonitoringSpec, PlatformSpec, PoliciesSpec, SnapshotsSpec } from './cluster-spec.ts'
import type { BuiltKind } from './driver-names.ts'
import type { VeleroSpec } from './velero-spec.ts'
import type { ChartSpec, Resources, Toleration } from './pod-spec.ts'

export interface ProxmoxBackendSpec {
  readonly kind: 'proxmox'
  readonly name: string
  readonly region: string
  readonly endpoints: readonly string[]
  /** Name of a Secret in the namespace; its content is never read here. */
  readonly secretRef: string
  readonly tls: { readonly ca?: string; readonly fingerprint?: string; readonly insecure?: boolean }
  /** `stowage`: our driver. `proxmox-csi-plugin`: the upstream chart, for those who stay with it. */
  readonly driver: 'stowage' | 'proxmox-csi-plugin'
  /** Of the upstream plugin. */
  readonly chart?: ChartSpec
  /** The user, role, token and ACLs that the plan holds as host actions; absent: they are somebody else's. */
  readonly access?: ProxmoxAccessSpec
}

export interface ProxmoxAccessSpec {
  /** e.g. kubernetes-csi@pve */
  readonly user: string
  readonly token: string
  readonly role: string
  /** VMs of the nodes, by id, or a pool that holds them: the ACLs go on these rather than on `/`. */
  readonly vms: readonly number[]
  readonly pool?: string
}

export interface LocalBackendSpec {
  readonly kind: 'local'
  readonly name: string
  readonly path: string
}

export interface NfsBackendSpec {
  readonly kind: 'nfs'
  readonly name: string
  readonly server: string
  /** By name: the exported directory. */
  readonly exports: Readonly<Record<string, string>>
  /** Only the upstream chart today. */
  readonly driver: 'csi-driver-nfs'
  readonly chart: ChartSpec
}

export type BackendSpec = ProxmoxBackendSpec | LocalBackendSpec | NfsBackendSpec | RookCephBackendSpec | CephBackendSpec

export interface TopologyTerm {
  readonly matchLabelExpressions: readonly { readonly key: string; readonly values: readonly string[] }[]
}

export interface ClassSpec {
  readonly name: string
  readonly renamedFrom?: string
  readonly backend: BackendSpec
  /** What a volume is: decides which access modes it can serve. */
  readonly volumeKind: 'disk' | 'directory' | 'nfs' | 'cephfs' | 'rbd'
  readonly driverName: string
  readonly isDefault: boolean
  readonly reclaimPolicy: 'Retain' | 'Delete'
  readonly volumeBindingMode: 'WaitForFirstConsumer' | 'Immediate'
  readonly allowVolumeExpansion: boolean
  readonly mountOptions: readonly string[]
  readonly allowedTopologies: readonly TopologyTerm[]
  /** As they stand in the StorageClass. */
  readonly parameters: Readonly<Record<string, string>>
  readonly fstype: string | undefined
  readonly labels: Readonly<Record<string, string>>
  readonly annotations: Readonly<Record<string, string>>
}

/** What of a class depends on the kind of its backend. */
export type ClassOfKind = Pick<ClassSpec, 'volumeKind' | 'driverName' | 'parameters'> & Partial<ClassSpec>

export interface VolumeSpec {
  readonly name: string
  readonly renamedFrom?: string
  readonly namespace: string
  readonly claim: string
  readonly class: ClassSpec
  /** A canonical quantity. */
  readonly size: string
  readonly accessModes: readonly AccessMode[]
  readonly volumeMode: 'Filesystem' | 'Block'
  readonly fstype: string | undefined
  readonly readOnly: boolean
  readonly place: { readonly handle: string } | { readonly node: string; readonly path: string } | { readonly server: string; readonly share: string }
}

export interface DriverSpec {
  readonly image: string
  readonly imagePullPolicy: 'IfNotPresent' | 'Always' | 'Never'
  readonly imagePullSecrets: readonly string[]
  readonly replicas: number
  readonly controllerPriorityClass: string
  readonly nodePriorityClass: string
  readonly kubeletRoot: string
  readonly logLevel: 'debug' | 'info' | 'warn' | 'error'
  readonly nodeSelector: Readonly<Record<string, string>>
  readonly tolerations: readonly Toleration[]
  readonly controllerResources: Resources
  readonly nodeResources: Resources
  readonly sidecars: { readonly provisioner: string; readonly attacher: string; readonly resizer: string }
}

/** A driver name under which the driver registers, and the kind of backend behind it. */
export interface ServedDriver {
  readonly name: string
  readonly backend: BuiltKind
}

export interface Spec {
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly namespace: string
  readonly driver: DriverSpec
  readonly backends: readonly BackendSpec[]
  /** Standard names first, then second names in the order of the classes. */
  readonly drivers: readonly ServedDriver[]
  readonly classes: readonly ClassSpec[]
  readonly volumes: readonly VolumeSpec[]
  readonly platform: PlatformSpec
  readonly snapshots: SnapshotsSpec
  readonly velero?: VeleroSpec
  readonly monitoring: MonitoringSpec
  readonly policies: PoliciesSpec
  readonly secrets: readonly DeclaredSecretSpec[]
  readonly delivery: DeliverySpec
}
