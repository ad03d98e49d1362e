/**
 * The id of a Proxmox volume as it stands in a PersistentVolume: `region/zone/storage/disk`, and `region//storage/disk`
 * when the storage is shared. The existing Proxmox plugin writes the same, so its volumes are ours as they are.
 * The zone is the Proxmox node. On file storages the disk holds a folder: `9999/vm-9999-pvc-….raw`.
 * Source: proxmox-csi-plugin v0.19.1, pkg/utils/volume (it splits at the first three slashes).
 */
import { StorageError } from './storage-error.ts'

export interface VolumeHandle {
  readonly region: string
  /** The Proxmox node; empty when the storage is shared. */
  readonly zone: string
  readonly storage: string
  /** The name of the volume within its storage, e.g. `vm-9999-pvc-…` or `9999/vm-9999-pvc-….raw`. */
  readonly disk: string
}

const storageId = /^[A-Za-z][A-Za-z0-9\-_.]*[A-Za-z0-9]$/
const diskName = /^[^\s/][^\s]*$/

/** What keeps `text` from being a handle, or undefined. */
export function volumeHandleFault(text: string): string | undefined {
  const [region, zone, storage, disk] = splitHandle(text)
  if (disk === undefined) return 'it does not have the four parts region/zone/storage/disk'
  if (region === undefined || region === '' || /\s/.test(region)) return 'the region (first part) is empty or holds a blank'
  if (zone === undefined || /\s/.test(zone)) return 'the zone (second part) holds a blank'
  if (storage === undefined || !storageId.test(storage)) return `the storage (third part) ${JSON.stringify(storage ?? '')} is not a Proxmox storage id`
  if (!diskName.test(disk) || disk.endsWith('/') || disk.split('/').includes('..')) return `the disk (fourth part) ${JSON.stringify(disk)} is not a volume name`
  return undefined
}

/** Throws `invalid` when `text` is no handle. */
export function parseVolumeHandle(text: string): VolumeHandle {
  const fault = volumeHandleFault(text)
  const [region, zone, storage, disk] = splitHandle(text)
  if (fault !== undefined || region === undefined || zone === undefined || storage === undefined || disk === undefined) {
    throw new StorageError('invalid', `${JSON.stringify(text)} is not a volume handle: ${fault ?? 'parts are missing'}`)
  }
  return { region, zone, storage, disk }
}

/** undefined when `text` is no handle; for calls in which an unknown id means "no such volume". */
export function tryParseVolumeHandle(text: string): VolumeHandle | undefined {
  return volumeHandleFault(text) === undefined ? parseVolumeHandle(text) : undefined
}

/** Throws `invalid` when the parts do not make a handle that parses back. */
export function formatVolumeHandle({ region, zone, storage, disk }: VolumeHandle): string {
  const text = `${region}/${zone}/${storage}/${disk}`
  const fault = region.includes('/') || zone.includes('/') ? 'region and zone hold no slash' : volumeHandleFault(text)
  if (fault !== undefined) throw new StorageError('invalid', `cannot make a volume handle of ${JSON.stringify(text)}: ${fault}`)
  return text
}

/** Proxmox's own name of the volume: `storage:disk`. */
export function volidOf({ storage, disk }: VolumeHandle): string {
  return `${storage}:${disk}`
}

export function isShared({ zone }: VolumeHandle): boolean {
  return zone === ''
}

/** The disk keeps its slashes; it is undefined when there are fewer than three before it. */
function splitHandle(text: string): readonly (string | undefined)[] {
  const first = text.indexOf('/')
  const second = first === -1 ? -1 : text.indexOf('/', first + 1)
  const third = second === -1 ? -1 : text.indexOf('/', second + 1)
  if (third === -1) return [...text.split('/'), undefined, undefined, undefined].slice(0, 3)
  return [text.slice(0, first), text.slice(first + 1, second), text.slice(second + 1, third), text.slice(third + 1)]
}
