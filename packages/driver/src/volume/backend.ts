/** What a kind of storage can do. A member that is missing is not advertised. */
import type { Size } from '@stowage/core'
import type { VolumeCapability } from '@stowage/wire/csi'

export type Topology = Readonly<Record<string, string>>
export type Parameters = Readonly<Record<string, string>>

export interface VolumeWish {
  readonly name: string
  /** At least; undefined when the caller leaves it to us. */
  readonly required?: Size
  /** At most. */
  readonly limit?: Size
  readonly capabilities: readonly VolumeCapability[]
  readonly parameters: Parameters
  /** Where it must be reachable, the preferred place first; empty when anywhere will do. */
  readonly topologies: readonly Topology[]
}

export interface ProvisionedVolume {
  readonly id: string
  /** What it really has, never what was asked. */
  readonly size: Size
  readonly context: Parameters
  /** Empty when it can be reached from everywhere. */
  readonly topologies: readonly Topology[]
}

export interface PublishWish {
  readonly volumeId: string
  readonly nodeId: string
  readonly capability: VolumeCapability
  readonly context: Parameters
}

export interface ListedVolume {
  readonly volume: ProvisionedVolume
  readonly publishedOn: readonly string[]
}

export interface Capacity {
  readonly available: Size
  /** The largest single volume, where that is less or more than what is available. */
  readonly largest?: Size
}

export interface CapacityQuestion {
  readonly parameters: Parameters
  readonly topology: Topology | undefined
}

export interface Expansion {
  readonly size: Size
  readonly nodeExpansionRequired: boolean
}

export interface ExpandWish {
  readonly volumeId: string
  readonly required: Size
  readonly limit?: Size
  readonly capability?: VolumeCapability
}

/**
 * Mutations take no signal: once begun they go on until their fate is known (the caller's deadline ends the answer only). All fail with
 * `StorageError`.
 */
export interface VolumeBackend {
  readonly kind: 'proxmox' | 'local'
  /** Whether volumes are bound to places. */
  readonly topology: boolean
  /** Names under which operations on a volume exclude each other; the same volume by name and by id must share one. */
  lockKeysOfName(name: string): readonly string[]
  lockKeysOfVolume(volumeId: string): readonly string[]
  /** Why these capabilities cannot be served, or undefined. */
  capabilityFault(capabilities: readonly VolumeCapability[]): string | undefined
  /** Whether it can serve now. Fails with the reason otherwise. */
  probe(): Promise<void>
  readonly create?: (wish: VolumeWish) => Promise<ProvisionedVolume>
  /** An unknown volume is deleted already. */
  readonly delete?: (volumeId: string) => Promise<void>
  /** Answers the publish context. */
  readonly publish?: (wish: PublishWish) => Promise<Parameters>
  /** From that node, or from wherever it is. */
  readonly unpublish?: (volumeId: string, nodeId: string | undefined) => Promise<void>
  /** Fails with `not-found`. */
  readonly get?: (volumeId: string) => Promise<ProvisionedVolume>
  /** Sorted by id. */
  readonly list?: () => Promise<readonly ListedVolume[]>
  readonly capacity?: (question: CapacityQuestion) => Promise<Capacity>
  readonly expand?: (wish: ExpandWish) => Promise<Expansion>
}
