/** What the controller tells the node about a volume: the publish context, and the class parameters in the volume context. */
import { StorageError, type FilesystemType } from '@stowage/core'
import type { FilesystemLayout, FormatEvidence } from '@stowage/host'
import type { VolumeCapability } from '@stowage/wire/csi'
import { originKey } from '../backends/proxmox/context.ts'
import type { Parameters } from '../volume/backend.ts'

/** Keys of the publish context of a proxmox volume, as ControllerPublishVolume answers them. */
export const publishKeys = { serial: 'serial', wwn: 'wwn', size: 'size', slot: 'slot', format: 'format' } as const

/** `allowed`: the controller made the volume blank. `never`: it is a copy, or the controller says so. `unknown`: nobody said anything. */
export type FormatPermission = FormatEvidence['permission']

/** The disk that was promised to this node. */
export interface PromisedDisk {
  readonly serial: string
  /** `0x` and 16 hexadecimal digits. */
  readonly wwn?: string
  /** Bytes. */
  readonly size: number
  /** `scsi3`. */
  readonly slot: string
  readonly format: FormatPermission
}

/** Throws `invalid` when the controller did not say which disk it is. */
export function promisedDisk(volumeId: string, context: Parameters, volumeContext: Parameters): PromisedDisk {
  const { serial = '', wwn, size = '', slot = '' } = context
  const bytes = Number(size)
  if (serial === '' || !/^\d+$/.test(size) || !Number.isSafeInteger(bytes)) {
    throw new StorageError('invalid', `the publish context of ${volumeId} does not say which disk it is: it needs ${publishKeys.serial} and ${publishKeys.size}. ControllerPublishVolume of this driver answers them; was the volume attached by another driver? Detach it and let it be attached again`)
  }
  if (wwn !== undefined && !/^0x[0-9a-fA-F]{16}$/.test(wwn)) throw new StorageError('invalid', `the publish context of ${volumeId} has the WWN ${JSON.stringify(wwn)}; it must be 0x and 16 hexadecimal digits`)
  return { serial, size: bytes, slot, format: formatPermission(context, volumeContext), ...(wwn === undefined ? {} : { wwn: wwn.toLowerCase() }) }
}

/** The attachment may forbid; what allows is how the volume came to be, which stands in the PersistentVolume for as long as it lives. */
function formatPermission({ format }: Parameters, volumeContext: Parameters): FormatPermission {
  if (format === 'never' || format === 'allowed') return format
  const origin = volumeContext[originKey]
  if (origin === undefined) return 'unknown'
  return origin === 'blank' ? 'allowed' : 'never'
}

export interface WantedFilesystem extends FilesystemLayout {
  /** For mount(8), without `ro` and `rw`. */
  readonly mountFlags: readonly string[]
}

/** The capability's filesystem type counts; where it says nothing, the volume context's, then ext4. */
export function wantedFilesystem(capability: VolumeCapability, context: Parameters): WantedFilesystem {
  const { fsType = '', mountFlags = [] } = capability.mount ?? {}
  const type = fsType === '' ? (context['csi.storage.k8s.io/fstype'] ?? 'ext4') : fsType
  if (!isFilesystemType(type)) throw new StorageError('invalid', `filesystem type ${JSON.stringify(type)} is not served; use ext4 or xfs (csi.storage.k8s.io/fstype in the StorageClass)`)
  // On a solid-state disk an access time costs a write for each read: the existing plugin mounts them noatime, too.
  const flags = isTrue(context['ssd']) && !mountFlags.includes('noatime') && !mountFlags.some((flag) => /^(rel|strict)atime$/.test(flag)) ? [...mountFlags, 'noatime'] : mountFlags
  return { type, mountFlags: flags, ...sizeOf('blockSize', context), ...sizeOf('inodeSize', context) }
}

function sizeOf<Key extends 'blockSize' | 'inodeSize'>(key: Key, context: Parameters): { readonly [K in Key]?: number } {
  const text = context[key]
  if (text === undefined || text === '') return {}
  if (!/^\d+$/.test(text)) throw new StorageError('invalid', `the volume context has ${key} ${JSON.stringify(text)}; it must be a whole number`)
  const sizes: { [K in Key]?: number } = {}
  sizes[key] = Number(text)
  return sizes
}

function isFilesystemType(type: string): type is FilesystemType {
  return type === 'ext4' || type === 'xfs'
}

function isTrue(text: string | undefined): boolean {
  return text === 'true' || text === '1'
}

/** Modes that never write: such a volume is mounted read-only, and never formatted, checked or grown. */
export function isReaderOnly({ accessMode }: VolumeCapability): boolean {
  return accessMode?.mode === 'SINGLE_NODE_READER_ONLY' || accessMode?.mode === 'MULTI_NODE_READER_ONLY'
}
