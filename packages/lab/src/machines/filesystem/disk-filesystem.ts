/** ext4 and xfs of the lab: real superblocks, a tree in a commit log, files' bytes in blocks of the device. */
import type { BlockDevice } from './block-device.ts'
import { BlockSpace } from './block-space.ts'
import { CommitLog, DamagedFilesystem, dataStartsAt } from './commit-log.ts'
import { Errno } from './errno.ts'
import type { FilesystemInit, Storage } from './filesystem.ts'
import { Filesystem } from './filesystem.ts'
import type { DiskFilesystemType, Layout } from './geometry.ts'
import { geometryOf } from './geometry.ts'
import type { Inode } from './inode.ts'
import { createInode, fromRecord, toRecord } from './inode.ts'
import type { Superblock } from './superblock.ts'
import { readSuperblock, writeSuperblock } from './superblock.ts'

export interface MakeOptions {
  readonly type: DiskFilesystemType
  readonly uuid: string
  readonly label: string
  readonly nowMs: number
  /** Discards the whole device first, as both mkfs do by default. */
  readonly discard: boolean
  readonly layout?: Layout
}

/** What mkfs does. Whatever the device held is gone. */
export function makeFilesystem(device: BlockDevice, options: MakeOptions): Superblock {
  const { blockSize } = geometryOf(options.type, device.size, options.layout)
  if (options.discard) device.discard(0, device.size)
  else device.write(0, new Uint8Array(dataStartsAt))
  const superblock: Superblock = {
    type: options.type,
    uuid: options.uuid,
    label: options.label,
    blockSize,
    blockCount: Math.floor(device.size / blockSize),
    reservedPercent: options.layout?.reservedPercent ?? (options.type === 'ext4' ? 5 : 0),
    needsRecovery: false,
    hasErrors: false,
    createdMs: options.nowMs,
    mountedMs: 0,
    checkedMs: options.nowMs,
  }
  writeSuperblock(device, superblock)
  const log = CommitLog.create(device, blockSize)
  const space = new BlockSpace(Math.ceil(dataStartsAt / blockSize), superblock.blockCount)
  const root = createInode({ number: rootInode(options.type), kind: 'directory', mode: 0o755, nowMs: options.nowMs })
  const first = options.type === 'ext4' ? [lostAndFound(root, options.nowMs)] : []
  log.rewrite([root, ...first].map(toRecord), space)
  return superblock
}

/** mke2fs makes it; mkfs.xfs does not. */
function lostAndFound(root: Inode, nowMs: number): Inode {
  const directory = createInode({ number: 11, kind: 'directory', mode: 0o700, nowMs })
  directory.size = 16384
  root.entries.set('lost+found', directory.number)
  root.links += 1
  return directory
}

export interface OpenOptions {
  readonly readOnly: boolean
  readonly now: () => number
  readonly onDirty: () => void
  /** Another machine wrote to the disk under us. */
  readonly onForeignWrite: () => void
}

/** Mounts. Throws `DamagedFilesystem` when the disk does not hold one, or not a whole one, and `Errno` for I/O errors. */
export function openFilesystem(device: BlockDevice, options: OpenOptions): DiskFilesystem {
  const superblock = readSuperblock(device)
  if (superblock === undefined) throw new DamagedFilesystem('no superblock')
  if (superblock.blockCount * superblock.blockSize > device.size) throw new DamagedFilesystem('the device is smaller than its filesystem')
  const { log, records } = CommitLog.open(device, superblock.blockSize)
  const inodes = new Map<number, Inode>()
  for (const record of records) {
    const inode = fromRecord(record)
    if (inode === undefined) inodes.delete(record.n)
    else inodes.set(record.n, inode)
  }
  return new DiskFilesystem(device, superblock, log, [...inodes.values()], options)
}

function rootInode(type: DiskFilesystemType): number {
  return type === 'ext4' ? 2 : 128
}

export class DiskFilesystem extends Filesystem {
  readonly device: BlockDevice
  private readonly state: DiskState

  constructor(device: BlockDevice, superblock: Superblock, log: CommitLog, inodes: readonly Inode[], options: OpenOptions) {
    const state = new DiskState(device, superblock, log, options.onForeignWrite)
    state.adopt(inodes)
    super(initFor(device, superblock, state, options), inodes)
    this.device = device
    this.state = state
    this.readOnly = options.readOnly
    if (!options.readOnly) state.setRecovery(true, options.now())
  }

  get superblock(): Superblock {
    return this.state.superblock
  }

  /** Unmount: everything on the disk, the journal empty. Never throws: what cannot be written is lost, as the kernel's last warning says. */
  close(): void {
    if (this.readOnly || this.aborted) return
    try {
      this.sync()
      this.state.setRecovery(false)
    } catch {
      this.aborted = true
    }
  }

  setReadOnly(readOnly: boolean): void {
    if (readOnly === this.readOnly) return
    if (readOnly) this.sync()
    this.readOnly = readOnly
    this.state.setRecovery(!readOnly)
  }

  /** Grows to the device's size. Answers the number of blocks before and after. */
  grow(): { before: number; after: number } {
    const { blockCount, blockSize } = this.superblock
    const after = Math.floor(this.device.size / blockSize)
    if (after > blockCount) {
      this.state.grow(after)
      this.setCapacity(capacityOf(this.superblock))
    }
    return { before: blockCount, after: Math.max(after, blockCount) }
  }

  /** Discards what no file holds. Answers the bytes. */
  trim(): number {
    return this.state.trim()
  }
}

/** Outside a mount: resize2fs of an unmounted device, xfs has no such thing. */
export function growUnmounted(device: BlockDevice, blockCount: number): void {
  const superblock = readSuperblock(device)
  if (superblock !== undefined) writeSuperblock(device, { ...superblock, blockCount })
}

export function updateSuperblock(device: BlockDevice, change: Partial<Superblock>): void {
  const superblock = readSuperblock(device)
  if (superblock !== undefined) writeSuperblock(device, { ...superblock, ...change })
}

function capacityOf(superblock: Superblock): FilesystemInit['capacity'] {
  const geometry = geometryOf(superblock.type, superblock.blockCount * superblock.blockSize, superblock)
  const isExt4 = superblock.type === 'ext4'
  // lost+found is among the inodes of the tree, and it and its block are counted there.
  return { ...geometry, free: geometry.free + (isExt4 ? 1 : 0), usedInodes: geometry.usedInodes - (isExt4 ? 1 : 0) }
}

function initFor(device: BlockDevice, superblock: Superblock, storage: Storage, options: OpenOptions): FilesystemInit {
  return {
    type: superblock.type,
    rootInode: rootInode(superblock.type),
    major: device.major,
    minor: device.minor,
    now: options.now,
    blockSize: superblock.blockSize,
    onDirty: options.onDirty,
    capacity: capacityOf(superblock),
    storage,
  }
}

class DiskState implements Storage {
  superblock: Superblock
  private readonly device: BlockDevice
  private readonly log: CommitLog
  private readonly space: BlockSpace
  private readonly onForeignWrite: () => void

  constructor(device: BlockDevice, superblock: Superblock, log: CommitLog, onForeignWrite: () => void) {
    this.device = device
    this.superblock = superblock
    this.log = log
    this.onForeignWrite = onForeignWrite
    this.space = new BlockSpace(Math.ceil(dataStartsAt / superblock.blockSize), superblock.blockCount)
  }

  get blockSize(): number {
    return this.superblock.blockSize
  }

  adopt(inodes: readonly Inode[]): void {
    const used = new Set(this.log.blocks())
    for (const inode of inodes) for (const block of inode.blocks.values()) used.add(block)
    this.space.adopt(used)
  }

  take(): number {
    return this.space.take()
  }

  give(block: number): void {
    this.space.give(block)
  }

  read(block: number): Uint8Array {
    return this.device.read(block * this.blockSize, this.blockSize)
  }

  write(block: number, bytes: Uint8Array): void {
    this.device.write(block * this.blockSize, bytes)
  }

  commit(changed: readonly (Inode | number)[], everything: () => Iterable<Inode>): void {
    if (!this.log.isOurs) this.foreignWrite()
    if (this.log.wantsRewrite) this.log.rewrite([...everything()].map(toRecord), this.space)
    else this.log.append(changed.map((item) => (typeof item === 'number' ? { n: item } : toRecord(item))), this.space)
  }

  setRecovery(needsRecovery: boolean, mountedMs = this.superblock.mountedMs): void {
    this.superblock = { ...this.superblock, needsRecovery, mountedMs }
    writeSuperblock(this.device, this.superblock)
  }

  grow(blockCount: number): void {
    this.superblock = { ...this.superblock, blockCount }
    writeSuperblock(this.device, this.superblock)
    this.space.grow(blockCount)
  }

  trim(): number {
    let bytes = 0
    for (const [first, count] of this.space.freeRuns()) {
      this.device.discard(first * this.blockSize, count * this.blockSize)
      bytes += count * this.blockSize
    }
    return bytes
  }

  /** Two kernels on one filesystem overwrite each other's metadata: from here on it is damaged, and stays so for fsck to find. */
  private foreignWrite(): void {
    this.onForeignWrite()
    this.superblock = { ...this.superblock, hasErrors: true }
    writeSuperblock(this.device, this.superblock)
    throw new Errno('EIO')
  }
}
