/**
 * Names of volumes: `storage:volume`, where the form of the volume's name depends on the storage's type.
 * Source: pve-storage 9.1, PVE/Storage/*Plugin.pm, parse_volname.
 */
import { StorageError } from '@stowage/core'

export interface Volid {
  readonly storage: string
  readonly volume: string
}

/** undefined for a path, `none`, `cdrom`, or anything else that names no volume of a storage. */
export function parseVolid(text: string): Volid | undefined {
  const [, storage, volume] = /^([A-Za-z][A-Za-z0-9\-_.]*[A-Za-z0-9]):(\S+)$/.exec(text) ?? []
  return storage === undefined || volume === undefined ? undefined : { storage, volume }
}

export function formatVolid({ storage, volume }: Volid): string {
  return `${storage}:${volume}`
}

/** Storages whose disks are files in folders named for the owner's VMID. */
export const fileStorageTypes = ['dir', 'nfs', 'cifs', 'btrfs', 'glusterfs', 'cephfs'] as const
/** Storages whose disks are block devices. */
export const blockStorageTypes = ['zfspool', 'zfs', 'lvmthin', 'lvm', 'rbd'] as const

export function holdsFiles(storageType: string): boolean {
  return fileStorageTypes.some((type) => type === storageType)
}

export type ImageFormat = 'raw' | 'qcow2' | 'vmdk'

export interface ImageName {
  /** The VMID in the name: whose disk it is. */
  readonly owner: number
  /** What follows `vm-<owner>-`, without a file's extension. */
  readonly name: string
  readonly format: ImageFormat
  /** A template's disk, `base-…`. */
  readonly base: boolean
  /** The volume that this one is a linked clone of. */
  readonly clonedFrom?: string
}

/** undefined when the storage of this type would not take the name for a disk's. */
export function parseImageName(storageType: string, volume: string): ImageName | undefined {
  return holdsFiles(storageType) ? parseFile(volume) : parseBlock(storageType, volume)
}

export function formatImageName(storageType: string, image: ImageName): string {
  const kind = image.base ? 'base' : 'vm'
  const plain = `${kind}-${image.owner}-${image.name}`
  const suffix = holdsFiles(storageType) ? `.${image.format}` : lvmSuffix(storageType, image.format)
  const folder = holdsFiles(storageType) ? `${image.owner}/` : ''
  const clone = image.clonedFrom === undefined ? '' : `${image.clonedFrom}/`
  const text = `${clone}${folder}${plain}${suffix}`
  if (parseImageName(storageType, text) === undefined) {
    throw new StorageError('invalid', `${JSON.stringify(text)} cannot name a disk on a storage of type ${storageType}`)
  }
  return text
}

function lvmSuffix(storageType: string, format: ImageFormat): string {
  return storageType === 'lvm' && format === 'qcow2' ? '.qcow2' : ''
}

function parseFile(volume: string): ImageName | undefined {
  const [, clonedFrom, folder, kind, owner, name, format] =
    /^(?:(\d+\/base-[^/\s]+)\/)?(\d+)\/(vm|base)-(\d+)-([^/\s]+)\.(raw|qcow2|vmdk)$/.exec(volume) ?? []
  if (name === undefined || owner === undefined || folder !== owner || !isFormat(format)) return undefined
  return { owner: Number(owner), name, format, base: kind === 'base', ...(clonedFrom === undefined ? {} : { clonedFrom }) }
}

function parseBlock(storageType: string, volume: string): ImageName | undefined {
  const [, clonedFrom, kind, owner, rest] = /^(?:(base-\d+-[^/\s]+)\/)?(vm|base)-(\d+)-([^/\s]+)$/.exec(volume) ?? []
  if (rest === undefined || owner === undefined) return undefined
  const qcow2 = storageType === 'lvm' && rest.endsWith('.qcow2') && rest.length > '.qcow2'.length
  const name = qcow2 ? rest.slice(0, -'.qcow2'.length) : rest
  const format = qcow2 ? 'qcow2' : 'raw'
  return { owner: Number(owner), name, format, base: kind === 'base', ...(clonedFrom === undefined ? {} : { clonedFrom }) }
}

function isFormat(text: string | undefined): text is ImageFormat {
  return text === 'raw' || text === 'qcow2' || text === 'vmdk'
}
