/** What a volume is asked to be, from Kubernetes' words into CSI's: csi-lib-utils' accessmodes. Pure. */
import type { VolumeCapability } from '@stowage/wire/csi'

type Mode = NonNullable<VolumeCapability['accessMode']>['mode']

/** Throws in the sidecars' words for combinations that CSI has no word for. */
export function csiAccessMode(modes: readonly string[], singleNodeMultiWriter: boolean): Mode {
  if (modes.includes('ReadWriteMany')) return 'MULTI_NODE_MULTI_WRITER'
  if (modes.includes('ReadOnlyMany') && (modes.includes('ReadWriteOnce') || modes.includes('ReadWriteOncePod'))) {
    throw new Error('CSI does not support ReadOnlyMany and ReadWriteOnce on the same PersistentVolume')
  }
  if (modes.includes('ReadOnlyMany')) return 'MULTI_NODE_READER_ONLY'
  if (modes.includes('ReadWriteOncePod')) return singleNodeMultiWriter ? 'SINGLE_NODE_SINGLE_WRITER' : 'SINGLE_NODE_WRITER'
  if (modes.includes('ReadWriteOnce')) return singleNodeMultiWriter ? 'SINGLE_NODE_MULTI_WRITER' : 'SINGLE_NODE_WRITER'
  throw new Error(`unsupported AccessMode combination: ${modes.join(',')}`)
}

export interface CapabilityFacts {
  readonly block: boolean
  readonly fsType: string
  readonly mountOptions: readonly string[]
  readonly mode: Mode
  /** fsGroup, when the driver applies it itself. */
  readonly mountGroup?: string
}

export function csiCapability({ block, fsType, mountOptions, mode, mountGroup = '' }: CapabilityFacts): VolumeCapability {
  const accessMode = { mode }
  return block ? { block: {}, accessMode } : { mount: { fsType, mountFlags: mountOptions, volumeMountGroup: mountGroup }, accessMode }
}
