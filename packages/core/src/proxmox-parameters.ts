/**
 * The StorageClass parameters of the proxmox backend: the existing plugin's whole list (proxmox-csi-plugin v0.19.1,
 * docs/options.md and pkg/csi/parameters.go), read strictly.
 */
import { isProxmoxStorageId } from './names.ts'
import { ParameterReader, type ParameterDescription, type ParameterMap } from './parameter-reader.ts'
import type { Finding } from './finding.ts'
import { readSidecarParameters, sidecarKeys, type FilesystemType, type SidecarParameters } from './sidecar-parameters.ts'

export const diskCaches = ['none', 'writethrough', 'writeback', 'directsync'] as const
export type DiskCache = (typeof diskCaches)[number]
export const diskAios = ['native', 'threads', 'io_uring'] as const
export type DiskAio = (typeof diskAios)[number]

/** What may change while the volume lives: the keys of a VolumeAttributesClass. */
export interface ProxmoxMutableParameters {
  /** Whether Proxmox' own backup of the VM takes the disk along. */
  readonly backup?: boolean
  /** Reads and writes per second, each. */
  readonly diskIOPS?: number
  /** Megabytes per second, reads and writes each. */
  readonly diskMBps?: number
}

export interface ProxmoxParameters extends ProxmoxMutableParameters {
  readonly storage: string
  /** Only for file storages (dir, nfs, cifs). */
  readonly storageFormat?: 'raw' | 'qcow2'
  readonly cache?: DiskCache
  readonly aio?: DiskAio
  /** True also adds `discard=on` to the drive and `noatime` to the mount. */
  readonly ssd?: boolean
  readonly iothread: boolean
  readonly backup: boolean
  readonly fstype: FilesystemType
  /** Bytes, for mkfs. */
  readonly blockSize?: number
  /** Bytes, for mkfs. */
  readonly inodeSize?: number
  readonly replicate: boolean
  /** A Proxmox calendar event, e.g. `*\/15`. */
  readonly replicateSchedule?: string
  readonly replicateZones?: readonly string[]
  /** The backend's name in the driver's configuration, when it has several. */
  readonly backend?: string
}

export interface ParsedParameters<Parameters> extends Pick<SidecarParameters, 'claim' | 'secrets'> {
  /** undefined when a finding is an error. */
  readonly parameters: Parameters | undefined
  readonly findings: readonly Finding[]
}

export const proxmoxParameterDescriptions: readonly ParameterDescription[] = [
  { key: 'storage', type: 'Proxmox storage id', required: true, description: 'the storage that holds the disks' },
  { key: 'storageFormat', type: 'raw|qcow2', description: 'the format of the image, on file storages only' },
  { key: 'cache', type: diskCaches.join('|'), default: 'none', description: 'how QEMU caches the disk' },
  { key: 'aio', type: diskAios.join('|'), description: 'how QEMU does input and output' },
  { key: 'ssd', type: 'true|false', description: 'the disk is solid state: the guest is told, discards pass, and it is mounted noatime' },
  { key: 'iothread', type: 'true|false', default: 'true', description: 'the disk gets a thread of its own' },
  { key: 'backup', type: 'true|false', default: 'false', description: "Proxmox' backups of the VM take the disk along" },
  { key: 'diskIOPS', type: 'whole number 1–1000000', description: 'the most reads and the most writes in a second' },
  { key: 'diskMBps', type: 'whole number 1–100000', description: 'the most megabytes read and written in a second' },
  { key: 'blockSize', type: 'power of two 512–65536', description: "the filesystem's block size, bytes" },
  { key: 'inodeSize', type: 'power of two 128–4096', description: "the filesystem's inode size, bytes" },
  { key: 'replicate', type: 'true|false', default: 'false', description: 'the disk is replicated by Proxmox (zfspool only)' },
  { key: 'replicateSchedule', type: 'calendar event', description: 'when it is replicated, e.g. */15' },
  { key: 'replicateZones', type: 'node names, comma-separated', description: 'where it is replicated to' },
  { key: 'backend', type: 'name', description: "the backend's name, when the driver serves several" },
]

const mutableKeys = ['backup', 'diskIOPS', 'diskMBps']
const knownKeys = [...proxmoxParameterDescriptions.map(({ key }) => key), ...sidecarKeys]

/** Reads a class's or a CreateVolume request's parameters. */
export function parseProxmoxParameters(input: ParameterMap, path: readonly (string | number)[] = ['parameters']): ParsedParameters<ProxmoxParameters> {
  const reader = new ParameterReader(input, path)
  reader.refuseUnknown(knownKeys)
  reader.warnAboutEmpty()
  const { fstype = 'ext4', claim, secrets } = readSidecarParameters(reader)
  const storage = readStorage(reader)
  const values = { ...readDrive(reader), ...readFilesystem(reader, fstype), ...readReplication(reader), fstype }
  const backend = reader.pattern('backend', /^[A-Za-z0-9]([-A-Za-z0-9_.]*[A-Za-z0-9])?$/, 'a name')
  const parameters = reader.ok && storage !== undefined ? { ...values, storage, ...(backend === undefined ? {} : { backend }) } : undefined
  return { parameters, claim, secrets, findings: reader.findings }
}

/** Reads a VolumeAttributesClass' parameters. */
export function parseProxmoxMutableParameters(
  input: ParameterMap,
  path: readonly (string | number)[] = ['parameters'],
): { readonly parameters: ProxmoxMutableParameters | undefined; readonly findings: readonly Finding[] } {
  const reader = new ParameterReader(input, path)
  reader.refuseUnknown(mutableKeys)
  const parameters = readMutable(reader)
  return { parameters: reader.ok ? parameters : undefined, findings: reader.findings }
}

function readStorage(reader: ParameterReader): string | undefined {
  const storage = reader.required('storage', 'the Proxmox storage that holds the disks')
  if (storage === undefined || isProxmoxStorageId(storage)) return storage
  reader.fault('storage', 'invalid-parameter', `parameter storage is ${JSON.stringify(storage)}, which cannot be the id of a Proxmox storage`, 'write the id as `pvesm status` shows it, e.g. local-zfs')
  return undefined
}

function readMutable(reader: ParameterReader): ProxmoxMutableParameters {
  return defined({
    backup: reader.flag('backup'),
    diskIOPS: reader.count('diskIOPS', 1, 1_000_000),
    diskMBps: reader.count('diskMBps', 1, 100_000),
  })
}

function readDrive(reader: ParameterReader) {
  const cache = reader.choice('cache', diskCaches)
  const aio = reader.choice('aio', diskAios)
  if (aio === 'native' && (cache === 'writethrough' || cache === 'writeback')) {
    reader.fault('aio', 'conflicting-parameters', `aio native needs direct access, which cache ${cache} does not give`, 'use cache none or directsync, or aio io_uring')
  }
  const mutable = readMutable(reader)
  return {
    ...defined({ storageFormat: reader.choice('storageFormat', ['raw', 'qcow2']), cache, aio, ssd: reader.flag('ssd') }),
    ...mutable,
    iothread: reader.flag('iothread') ?? true,
    backup: mutable.backup ?? false,
  }
}

function readFilesystem(reader: ParameterReader, fstype: FilesystemType) {
  const [smallestBlock, smallestInode, largestInode] = fstype === 'xfs' ? [512, 256, 2048] : [1024, 128, 4096]
  const blockSize = reader.powerOfTwo('blockSize', smallestBlock, 65_536)
  const inodeSize = reader.powerOfTwo('inodeSize', smallestInode, largestInode)
  const largest = (blockSize ?? 4096) / (fstype === 'xfs' ? 2 : 1)
  if (inodeSize !== undefined && inodeSize > largest) {
    reader.fault('inodeSize', 'conflicting-parameters', `inodeSize ${inodeSize} does not fit ${fstype} blocks of ${blockSize ?? 4096} bytes`, `use at most ${largest}`)
  }
  return defined({ blockSize, inodeSize })
}

function readReplication(reader: ParameterReader) {
  const replicate = reader.flag('replicate') ?? false
  const replicateSchedule = reader.text('replicateSchedule')
  const zones = reader.pattern('replicateZones', /^[A-Za-z0-9.-]+(,[A-Za-z0-9.-]+)*$/, 'a comma-separated list of Proxmox nodes')
  for (const [key, value] of Object.entries({ replicateSchedule, replicateZones: zones })) {
    if (value !== undefined && !replicate) reader.fault(key, 'conflicting-parameters', `parameter ${key} has no effect without replicate`, 'set replicate to true, or remove it')
  }
  return { replicate, ...defined({ replicateSchedule, replicateZones: zones?.split(',') }) }
}

/** The same without its undefined values, which `exactOptionalPropertyTypes` does not allow. */
function defined<T extends object>(values: T): { readonly [Key in keyof T]?: Exclude<T[Key], undefined> } {
  const kept: { [Key in keyof T]?: Exclude<T[Key], undefined> } = {}
  for (const key in values) {
    const value = values[key]
    if (isDefined(value)) kept[key] = value
  }
  return kept
}

function isDefined<T>(value: T): value is Exclude<T, undefined> {
  return value !== undefined
}
