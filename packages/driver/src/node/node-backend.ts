/** What a kind of storage does on a node. A member that is missing is not advertised. */
import type { VolumeCapability, VolumeUsageUnit } from '@stowage/wire/csi'
import type { Parameters, Topology } from '../volume/backend.ts'

export interface StageWish {
  readonly volumeId: string
  readonly stagingPath: string
  readonly capability: VolumeCapability
  readonly publishContext: Parameters
  readonly volumeContext: Parameters
  /** Per-call secrets; never in a log or an error. */
  readonly secrets: Parameters
}

export interface NodePublishWish {
  readonly volumeId: string
  /** Empty when the backend does not stage. */
  readonly stagingPath: string
  readonly targetPath: string
  readonly capability: VolumeCapability
  readonly readOnly: boolean
  readonly publishContext: Parameters
  readonly volumeContext: Parameters
}

export interface NodeExpandWish {
  readonly volumeId: string
  /** Where it is published or staged. */
  readonly volumePath: string
  /** Bytes; undefined: to whatever the device has. */
  readonly requiredBytes?: number
}

export interface Usage {
  readonly unit: Exclude<VolumeUsageUnit, 'UNKNOWN'>
  readonly total: number
  readonly available?: number
  readonly used?: number
}

export interface NodeFactsOfBackend {
  readonly topology: Topology
  /** How many volumes of this driver the node takes, those that are attached included; undefined: no limit of its own. */
  readonly maxVolumes?: number
}

/**
 * Each operation makes it so: called again it changes nothing. Mutations take no signal: once begun they go on until their fate is known.
 * All fail with `StorageError`.
 */
export interface NodeBackend {
  readonly kind: 'proxmox' | 'local'
  /** The volume is ready at the staging path. */
  readonly stage?: (wish: StageWish) => Promise<void>
  /** Nothing of it is at the staging path. */
  readonly unstage?: (volumeId: string, stagingPath: string) => Promise<void>
  /** The volume is at the target path. */
  readonly publish: (wish: NodePublishWish) => Promise<void>
  /** Nothing is at the target path, and the path is gone. */
  readonly unpublish: (volumeId: string, targetPath: string) => Promise<void>
  /** Fails with `not-found` when no volume is at the path. */
  readonly statistics: (volumeId: string, path: string) => Promise<readonly Usage[]>
  /** Answers the bytes that it has now. */
  readonly expand?: (wish: NodeExpandWish) => Promise<number>
  readonly facts: () => Promise<NodeFactsOfBackend>
}
