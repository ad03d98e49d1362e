/** A tree of inodes as the kernel holds it: in memory only (tmpfs, devtmpfs, proc, sysfs), or over a `Storage` that keeps it on a disk. */
import type { FileKind, FilesystemStat } from '@stowage/effects'
import { Errno } from './errno.ts'
import type { Inode } from './inode.ts'
import { createInode } from './inode.ts'

/** Keeps blocks and commits changes. All calls may throw `Errno('EIO')`. */
export interface Storage {
  readonly blockSize: number
  take(): number
  give(block: number): void
  read(block: number): Uint8Array
  write(block: number, bytes: Uint8Array): void
  /** Makes the given inodes' present state durable; a number alone says that the inode is gone. */
  commit(changed: readonly (Inode | number)[], everything: () => Iterable<Inode>): void
}

export interface FilesystemInit {
  readonly type: string
  readonly rootInode: number
  readonly major: number
  readonly minor: number
  readonly now: () => number
  readonly blockSize: number
  /** Called when something is dirty that was not. */
  readonly onDirty?: () => void
  readonly capacity: FilesystemCapacity
  readonly storage?: Storage
}

export interface FilesystemCapacity {
  readonly blocks: number
  readonly free: number
  readonly reserved: number
  readonly inodes: number
  readonly usedInodes: number
}

export interface NewFile {
  readonly kind: FileKind
  readonly mode: number
  readonly target?: string
  readonly major?: number
  readonly minor?: number
  readonly generated?: () => Uint8Array
}

/** More dirty data than this is written back at once. */
const dirtyLimitBytes = 16 * 1024 * 1024

export class Filesystem {
  readonly type: string
  readonly root: number
  readonly major: number
  readonly minor: number
  readonly blockSize: number
  /** Set when the kernel gave the filesystem up after a failed commit. */
  aborted = false
  /** Set by the mount table: a superblock mounted read-only takes no writes. */
  readOnly = false
  protected readonly inodes = new Map<number, Inode>()
  protected readonly init: FilesystemInit
  private capacity: FilesystemCapacity
  private nextInode: number
  private usedBlocks = 0
  private dirtyBytes = 0
  private readonly dirty = new Set<number>()

  constructor(init: FilesystemInit, inodes: readonly Inode[] = []) {
    this.init = init
    this.type = init.type
    this.root = init.rootInode
    this.major = init.major
    this.minor = init.minor
    this.blockSize = init.blockSize
    this.capacity = init.capacity
    this.nextInode = init.rootInode + 10
    for (const inode of inodes) this.adopt(inode)
    if (!this.inodes.has(this.root)) {
      this.inodes.set(this.root, createInode({ number: this.root, kind: 'directory', mode: 0o755, nowMs: init.now() }))
      this.dirty.add(this.root)
    }
  }

  inode(number: number): Inode {
    const found = this.inodes.get(number)
    if (found === undefined) throw new Errno('ENOENT')
    return found
  }

  lookup(directory: number, name: string): Inode | undefined {
    const found = this.directory(directory).entries.get(name)
    return found === undefined ? undefined : this.inode(found)
  }

  create(directory: number, name: string, file: NewFile): Inode {
    this.writable()
    const parent = this.directory(directory)
    if (parent.entries.has(name)) throw new Errno('EEXIST')
    if (this.inodes.size + this.capacity.usedInodes - 1 >= this.capacity.inodes) throw new Errno('ENOSPC')
    if (file.kind === 'directory') this.charge(1)
    const inode = createInode({ ...file, number: this.nextInode++, nowMs: this.init.now() })
    this.inodes.set(inode.number, inode)
    parent.entries.set(name, inode.number)
    if (file.kind === 'directory') parent.links += 1
    this.changed(parent, inode)
    return inode
  }

  unlink(directory: number, name: string): void {
    this.writable()
    const inode = this.existing(directory, name)
    if (inode.kind === 'directory') throw new Errno('EISDIR')
    this.detach(directory, name, inode)
  }

  removeDirectory(directory: number, name: string): void {
    this.writable()
    const inode = this.existing(directory, name)
    if (inode.kind !== 'directory') throw new Errno('ENOTDIR')
    if (inode.entries.size > 0) throw new Errno('ENOTEMPTY')
    this.directory(directory).links -= 1
    this.detach(directory, name, inode)
  }

  rename(fromDirectory: number, fromName: string, toDirectory: number, toName: string): void {
    this.writable()
    const inode = this.existing(fromDirectory, fromName)
    const target = this.lookup(toDirectory, toName)
    if (target === inode) return
    if (target !== undefined) this.replace(toDirectory, toName, inode, target)
    const from = this.directory(fromDirectory)
    const to = this.directory(toDirectory)
    from.entries.delete(fromName)
    to.entries.set(toName, inode.number)
    if (inode.kind === 'directory') {
      from.links -= 1
      to.links += 1
    }
    this.changed(from, to)
  }

  setAttributes(inode: Inode, attributes: { mode?: number; uid?: number; gid?: number; modifiedMs?: number }): void {
    this.writable()
    Object.assign(inode, attributes)
    this.mark(inode.number)
  }

  read(inode: Inode, offset: number, length: number): Uint8Array {
    if (inode.generated !== undefined) return inode.generated().slice(offset, offset + length)
    const out = new Uint8Array(Math.max(0, Math.min(length, inode.size - offset)))
    for (let at = 0; at < out.length; ) {
      const index = Math.floor((offset + at) / this.blockSize)
      const start = (offset + at) % this.blockSize
      const count = Math.min(this.blockSize - start, out.length - at)
      const block = this.blockOf(inode, index)
      if (block !== undefined) out.set(block.subarray(start, start + count), at)
      at += count
    }
    return out
  }

  write(inode: Inode, offset: number, bytes: Uint8Array): void {
    this.writable()
    if (inode.kind === 'directory') throw new Errno('EISDIR')
    if (inode.generated !== undefined) throw new Errno('EACCES')
    for (let at = 0; at < bytes.length; ) {
      const index = Math.floor((offset + at) / this.blockSize)
      const start = (offset + at) % this.blockSize
      const count = Math.min(this.blockSize - start, bytes.length - at)
      this.cacheBlock(inode, index).set(bytes.subarray(at, at + count), start)
      at += count
      // What was written before a full disk stays written, as write(2) does it.
      inode.size = Math.max(inode.size, offset + at)
    }
    this.changed(inode)
    if (this.init.storage !== undefined && this.dirtyBytes > dirtyLimitBytes) this.flushAll()
  }

  truncate(inode: Inode, size: number): void {
    this.writable()
    const keep = Math.ceil(size / this.blockSize)
    for (const index of [...inode.blocks.keys(), ...inode.cached.keys()]) if (index >= keep) this.dropBlock(inode, index)
    if (size < inode.size && size % this.blockSize > 0 && this.blockOf(inode, keep - 1) !== undefined) {
      this.cacheBlock(inode, keep - 1).fill(0, size % this.blockSize)
    }
    inode.size = size
    inode.durableSize = Math.min(inode.durableSize, size)
    this.changed(inode)
  }

  statfs(): FilesystemStat {
    const free = Math.max(0, this.capacity.free - this.usedBlocks)
    const usedInodes = this.inodes.size - 1 + this.capacity.usedInodes
    return {
      totalBytes: this.capacity.blocks * this.blockSize,
      availableBytes: Math.max(0, free - this.capacity.reserved) * this.blockSize,
      usedBytes: (this.capacity.blocks - free) * this.blockSize,
      totalInodes: this.capacity.inodes,
      freeInodes: Math.max(0, this.capacity.inodes - usedInodes),
    }
  }

  get inodeCount(): number {
    return this.inodes.size - 1 + this.capacity.usedInodes
  }

  get isDirty(): boolean {
    return this.dirty.size > 0
  }

  /** fsync of one file, or sync of all: data first, then one commit. Throws EIO, and gives the filesystem up when the commit fails. */
  sync(only?: Inode): void {
    const storage = this.init.storage
    if (storage === undefined || this.readOnly || this.dirty.size === 0) return
    if (this.aborted) throw new Errno('EIO')
    if (only === undefined) this.flushAll()
    else this.flush(only)
    this.commit(storage)
  }

  /** The journal's own commit: names and attributes become durable, data that is not flushed does not. */
  commitMetadata(): void {
    const storage = this.init.storage
    if (storage === undefined || this.readOnly || this.aborted || this.dirty.size === 0) return
    this.commit(storage)
  }

  private commit(storage: Storage): void {
    try {
      storage.commit([...this.dirty].map((number) => this.inodes.get(number) ?? number), () => this.inodes.values())
    } catch (error) {
      this.aborted = true
      throw error
    }
    for (const number of this.dirty) if ((this.inodes.get(number)?.cached.size ?? 0) === 0) this.dirty.delete(number)
  }

  protected setCapacity(capacity: FilesystemCapacity): void {
    this.capacity = capacity
  }

  private adopt(inode: Inode): void {
    this.inodes.set(inode.number, inode)
    this.nextInode = Math.max(this.nextInode, inode.number + 1)
    this.usedBlocks += inode.blocks.size + (inode.kind === 'directory' && inode.number !== this.root ? 1 : 0)
  }

  private writable(): void {
    if (this.readOnly) throw new Errno('EROFS')
    if (this.aborted) throw new Errno(this.type === 'xfs' ? 'EIO' : 'EROFS')
  }

  private directory(number: number): Inode {
    const inode = this.inode(number)
    if (inode.kind !== 'directory') throw new Errno('ENOTDIR')
    return inode
  }

  private existing(directory: number, name: string): Inode {
    const inode = this.lookup(directory, name)
    if (inode === undefined) throw new Errno('ENOENT')
    return inode
  }

  private replace(directory: number, name: string, by: Inode, target: Inode): void {
    if (target.kind === 'directory') {
      if (by.kind !== 'directory') throw new Errno('EISDIR')
      this.removeDirectory(directory, name)
    } else {
      if (by.kind === 'directory') throw new Errno('ENOTDIR')
      this.detach(directory, name, target)
    }
  }

  private detach(directory: number, name: string, inode: Inode): void {
    const parent = this.directory(directory)
    parent.entries.delete(name)
    for (const index of [...inode.blocks.keys(), ...inode.cached.keys()]) this.dropBlock(inode, index)
    if (inode.kind === 'directory') this.usedBlocks -= 1
    this.inodes.delete(inode.number)
    this.mark(inode.number)
    this.changed(parent)
  }

  private charge(blocks: number): void {
    if (this.usedBlocks + blocks > this.capacity.free) throw new Errno('ENOSPC')
    this.usedBlocks += blocks
  }

  private blockOf(inode: Inode, index: number): Uint8Array | undefined {
    const cached = inode.cached.get(index)
    if (cached !== undefined) return cached
    const block = inode.blocks.get(index)
    return block === undefined ? undefined : this.init.storage?.read(block)
  }

  private cacheBlock(inode: Inode, index: number): Uint8Array {
    const cached = inode.cached.get(index)
    if (cached !== undefined) return cached
    const old = this.blockOf(inode, index)
    if (old === undefined) this.newBlock(inode, index)
    const block = old ?? new Uint8Array(this.blockSize)
    inode.cached.set(index, block)
    this.dirtyBytes += this.blockSize
    return block
  }

  private newBlock(inode: Inode, index: number): void {
    this.charge(1)
    if (this.init.storage !== undefined) inode.blocks.set(index, this.init.storage.take())
  }

  private dropBlock(inode: Inode, index: number): void {
    const held = inode.blocks.has(index) || inode.cached.has(index)
    const block = inode.blocks.get(index)
    if (inode.cached.delete(index)) this.dirtyBytes -= this.blockSize
    if (block !== undefined) {
      inode.blocks.delete(index)
      this.init.storage?.give(block)
    }
    if (held) this.usedBlocks -= 1
  }

  private flushAll(): void {
    for (const number of this.dirty) {
      const inode = this.inodes.get(number)
      if (inode !== undefined) this.flush(inode)
    }
  }

  private flush(inode: Inode): void {
    const storage = this.init.storage
    if (storage === undefined) return
    for (const [index, bytes] of inode.cached) {
      const block = inode.blocks.get(index)
      if (block !== undefined) storage.write(block, bytes)
      inode.cached.delete(index)
      this.dirtyBytes -= this.blockSize
    }
    inode.durableSize = inode.size
  }

  private changed(...inodes: readonly Inode[]): void {
    const now = this.init.now()
    for (const inode of inodes) {
      inode.modifiedMs = now
      this.mark(inode.number)
    }
  }

  private mark(number: number): void {
    if (this.init.storage === undefined) return
    const clean = this.dirty.size === 0
    this.dirty.add(number)
    if (clean) this.init.onDirty?.()
  }
}
