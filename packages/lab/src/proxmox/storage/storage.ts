import type { Clock } from '@stowage/effects'
import type { Disk } from '../../machines/disk.ts'
import { createDisk } from '../../machines/sparse-disk.ts'
import { FileLock } from '../file-lock.ts'
import { died } from '../schema/failure.ts'
import type { StorageKind, StorageType } from './kinds.ts'
import { storageKinds } from './kinds.ts'

export interface StorageOptions {
  /** `local-zfs` */
  readonly storage: string
  readonly type: StorageType
  /** Bytes of each node's pool, or of the whole where it is shared. */
  readonly sizeBytes: number
  /** nfs and rbd always are; a dir may be marked so. */
  readonly shared?: boolean
  /** Nodes that have it; default all. */
  readonly nodes?: readonly string[]
  /** Default images and rootdir. */
  readonly content?: readonly string[]
  /** ZFS: without reservation, so that space is taken as it is written. Default false, as in Proxmox. */
  readonly sparse?: boolean
  /** Pool, volume group or directory. Defaults: `rpool/data`, `pve`, `/var/lib/vz` or `/mnt/pve/<storage>`. */
  readonly place?: string
}

export interface Volume {
  readonly volid: string
  readonly name: string
  readonly owner: number
  readonly format: string
  readonly disk: Disk
  /** Seconds since the epoch. */
  readonly created: number
  readonly area: StorageArea
}

/** A storage as one node has it, or as all have it when it is shared. */
export class StorageArea {
  readonly definition: StorageDefinition
  /** undefined: shared. */
  readonly node: string | undefined
  readonly volumes = new Map<string, Volume>()
  readonly lock: FileLock
  /** Bytes taken by data of thin volumes, or reserved by thick ones. */
  private used = 0

  constructor(definition: StorageDefinition, node: string | undefined, clock: Clock) {
    this.definition = definition
    this.node = node
    const { id } = definition
    // A shared storage is locked through the cluster's filesystem, a local one by a file.
    const timeout = definition.shared
      ? `cfs-lock 'storage-${id}' error: got lock request timeout`
      : `can't lock file '/var/lock/pve-manager/pve-storage-${id}' - got timeout`
    this.lock = new FileLock(clock, 10_000, timeout)
  }

  get usedBytes(): number {
    return this.used
  }

  get freeBytes(): number {
    return Math.max(0, this.definition.sizeBytes - this.used)
  }

  /** Makes the volume; dies with the plugin's words when the name is wrong or taken, or the pool is full. */
  allocate(vmid: number, file: string, format: string | undefined, bytes: number, nowMs: number): Volume {
    const { kind, place, id } = this.definition
    const chosen = format ?? kind.defaultFormat
    if (!kind.formats.includes(chosen)) throw died(`unsupported format '${chosen}'`)
    const name = kind.allocate(vmid, file, chosen, place)
    if (this.volumes.has(name)) throw died(kind.texts.exists(place, name))
    const size = this.rounded(bytes)
    if (this.definition.thick && size > this.freeBytes) throw died(kind.texts.full(place, name))
    if (this.freeBytes === 0) throw died(kind.texts.full(place, name))
    const disk = createDisk(size)
    const volume: Volume = { volid: `${id}:${name}`, name, owner: vmid, format: chosen, disk, created: Math.floor(nowMs / 1000), area: this }
    this.account(volume)
    this.volumes.set(name, volume)
    return volume
  }

  /** Dies when it is not there. */
  find(name: string): Volume {
    const { kind, place } = this.definition
    kind.parse(name)
    const volume = this.volumes.get(name)
    if (volume === undefined) throw died(kind.texts.missing(place, name))
    return volume
  }

  free(name: string): Volume | undefined {
    const volume = this.volumes.get(name)
    if (volume === undefined) return undefined
    this.volumes.delete(name)
    this.used -= this.definition.thick ? volume.disk.size : volume.disk.allocated
    volume.disk.onAllocate = undefined
    return volume
  }

  grow(volume: Volume, bytes: number): void {
    const size = this.rounded(bytes)
    const more = size - volume.disk.size
    if (this.definition.thick && more > this.freeBytes) {
      throw died(`zfs error: cannot set property for '${this.definition.place}/${volume.name}': out of space`)
    }
    if (this.definition.thick) this.used += more
    volume.disk.resize(size)
  }

  private rounded(bytes: number): number {
    const { granularity } = this.definition.kind
    return Math.ceil(bytes / granularity) * granularity
  }

  private account(volume: Volume): void {
    if (this.definition.thick) {
      this.used += volume.disk.size
      return
    }
    volume.disk.onAllocate = (bytes) => {
      if (bytes > this.freeBytes) throw new Error(`no space left in ${this.definition.id}: write to ${volume.name} failed`)
      this.used += bytes
    }
  }
}

/** A storage as `/etc/pve/storage.cfg` has it. */
export class StorageDefinition {
  readonly id: string
  readonly type: StorageType
  readonly kind: StorageKind
  readonly sizeBytes: number
  readonly shared: boolean
  readonly thick: boolean
  readonly content: readonly string[]
  readonly place: string
  readonly nodes: readonly string[]
  /** By node; the one of a shared storage under every node. */
  readonly areas: ReadonlyMap<string, StorageArea>
  /** Nodes where it cannot be reached. */
  readonly offline = new Set<string>()

  constructor(options: StorageOptions, allNodes: readonly string[], clock: Clock) {
    this.id = options.storage
    this.type = options.type
    this.kind = storageKinds[options.type]
    this.sizeBytes = options.sizeBytes
    this.shared = this.kind.alwaysShared || options.shared === true
    this.thick = !this.kind.thin && options.sparse !== true
    this.content = options.content ?? ['images', 'rootdir']
    this.place = options.place ?? defaultPlace(options)
    this.nodes = options.nodes ?? allNodes
    const whole = new StorageArea(this, undefined, clock)
    this.areas = new Map(this.nodes.map((node) => [node, this.shared ? whole : new StorageArea(this, node, clock)]))
  }

  /** Dies as Proxmox does where the node does not have it or cannot reach it. */
  areaOn(node: string): StorageArea {
    const area = this.areas.get(node)
    if (area === undefined) throw died(`storage '${this.id}' is not available on node '${node}'`)
    if (this.offline.has(node)) throw died(`storage '${this.id}' is not online`)
    return area
  }

  /** Every area once. */
  allAreas(): StorageArea[] {
    return [...new Set(this.areas.values())]
  }
}

function defaultPlace({ storage, type }: StorageOptions): string {
  if (type === 'zfspool') return 'rpool/data'
  if (type === 'lvmthin') return 'pve'
  return type === 'dir' && storage === 'local' ? '/var/lib/vz' : type === 'rbd' ? storage : `/mnt/pve/${storage}`
}
