/** The declaration after parsing: every default filled in, every name resolved. Frozen plain data. */
import type { AccessMode } from '@stowage/core'
import type { BuiltKind } from './driver-names.ts'

export interface ProxmoxBackendSpec {
  readonly kind: 'proxmox'
  readonly name: string
  readonly region: string
  readonly endpoints: readonly string[]
  /** Name of a Secret in the namespace; its content is never read here. */
  readonly secretRef: string
  readonly tls: { readonly ca?: string; readonly fingerprint?: string; readonly insecure?: boolean }
}

export interface LocalBackendSpec {
  readonly kind: 'local'
  readonly name: string
  readonly path: string
}

export type BackendSpec = ProxmoxBackendSpec | LocalBackendSpec

export interface TopologyTerm {
  readonly matchLabelExpressions: readonly { readonly key: string; readonly values: readonly string[] }[]
}

export interface ClassSpec {
  readonly name: string
  readonly backend: BackendSpec
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

export interface VolumeSpec {
  readonly name: string
  readonly namespace: string
  readonly claim: string
  readonly class: ClassSpec
  /** A canonical quantity. */
  readonly size: string
  readonly accessModes: readonly AccessMode[]
  readonly volumeMode: 'Filesystem' | 'Block'
  readonly fstype: string | undefined
  readonly readOnly: boolean
  readonly place: { readonly handle: string } | { readonly node: string; readonly path: string }
}

export interface Amounts {
  readonly cpu?: string
  readonly memory?: string
}
export interface Resources {
  readonly requests?: Amounts
  readonly limits?: Amounts
}
export interface Toleration {
  readonly key?: string
  readonly operator?: 'Exists' | 'Equal'
  readonly value?: string
  readonly effect?: 'NoSchedule' | 'PreferNoSchedule' | 'NoExecute'
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
}
