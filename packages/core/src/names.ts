/** Names as Kubernetes and Proxmox allow them. */
import { StorageError } from './storage-error.ts'

const label = /^[a-z0-9]([-a-z0-9]*[a-z0-9])?$/

/** RFC 1123 label: at most 63 of `[a-z0-9-]`, starting and ending with a letter or digit. */
export function isDnsLabel(text: string): boolean {
  return text.length <= 63 && label.test(text)
}

/** RFC 1123 subdomain as Kubernetes checks it: at most 253 characters, dot-separated parts. */
export function isDnsSubdomain(text: string): boolean {
  return text.length <= 253 && text.split('.').every((part) => label.test(part))
}

/** CSI driver names: a subdomain of at most 63 characters (CSI spec, GetPluginInfo; Kubernetes' CSIDriver validation). */
export function isDriverName(text: string): boolean {
  return text.length <= 63 && isDnsSubdomain(text)
}

/** A label or annotation key: an optional subdomain prefix, a slash, and at most 63 of `[A-Za-z0-9-_.]`. */
export function isQualifiedName(text: string): boolean {
  const parts = text.split('/')
  const [prefix, name] = parts.length === 1 ? [undefined, parts[0]] : [parts[0], parts[1]]
  if (parts.length > 2 || name === undefined) return false
  if (prefix !== undefined && !isDnsSubdomain(prefix)) return false
  return name.length <= 63 && /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/.test(name)
}

/** `[a-z][a-z0-9\-_.]*[a-z0-9]`, any case, two characters or more (pve-common, pve-storage-id). */
export function isProxmoxStorageId(text: string): boolean {
  return /^[A-Za-z][A-Za-z0-9\-_.]*[A-Za-z0-9]$/.test(text)
}

/**
 * The VMID in a disk's name is its owner. No VM has this one, so that no VM's destruction takes a volume along; it is the
 * existing plugin's default, too.
 */
export const ownerVmid = 9999

export type DiskFormat = 'raw' | 'qcow2' | 'vmdk'

export interface DiskName {
  readonly owner: number
  /** The PV's name, e.g. `pvc-0b5c…`. */
  readonly name: string
  /** Set on file storages only, where the disk is `<owner>/vm-<owner>-<name>.<format>`. */
  readonly format?: DiskFormat
}

const volumeName = /^[A-Za-z0-9][A-Za-z0-9_.-]*$/
/** LVM allows 127 characters for `vg-lv`; ZFS and file names more. */
const longestName = 100

/** Throws `invalid` for a name that LVM, ZFS or a file system would not take. */
export function formatDiskName({ owner, name, format }: DiskName): string {
  if (!Number.isInteger(owner) || owner < 100 || owner > 999_999_999) throw new StorageError('invalid', `${owner} is not a VMID (100 to 999999999)`)
  if (!volumeName.test(name) || name.length > longestName) {
    throw new StorageError('invalid', `${JSON.stringify(name)} cannot name a disk: at most ${longestName} of A-Z a-z 0-9 _ . - and a letter or digit first`)
  }
  const disk = `vm-${owner}-${name}`
  return format === undefined ? disk : `${owner}/${disk}.${format}`
}

/** undefined for a disk that was not named by us or by the existing plugin, e.g. `vm-100-disk-0` has the name `disk-0`, `base-…` none. */
export function parseDiskName(disk: string): DiskName | undefined {
  const file = /^(\d+)\/vm-(\d+)-(.+)\.(raw|qcow2|vmdk)$/.exec(disk)
  if (file !== null) {
    const [, folder, owner, name = '', format] = file
    if (folder !== owner || !isDiskFormat(format)) return undefined
    return { owner: Number(owner), name, format }
  }
  const [, owner, name] = /^vm-(\d+)-([^/\s]+)$/.exec(disk) ?? []
  return owner === undefined || name === undefined ? undefined : { owner: Number(owner), name }
}

function isDiskFormat(text: string | undefined): text is DiskFormat {
  return text === 'raw' || text === 'qcow2' || text === 'vmdk'
}

/**
 * A CSI volume name (any text, at most 128 bytes) as a name that every storage takes: itself where it is allowed, otherwise its allowed
 * characters and the first 32 of `digest(name)`, hexadecimal of a cryptographic hash, so that different names stay different.
 */
export function diskNamePart(name: string, digest: (text: string) => string): string {
  if (volumeName.test(name) && name.length <= longestName) return name
  const kept = name.replaceAll(/[^A-Za-z0-9_.-]/g, '-').replace(/^[^A-Za-z0-9]+/, '')
  return `${kept.slice(0, 60)}${kept === '' ? '' : '-'}${digest(name).slice(0, 32)}`
}
