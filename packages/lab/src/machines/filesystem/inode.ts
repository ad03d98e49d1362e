import type { FileKind } from '@stowage/effects'

export interface Inode {
  readonly number: number
  readonly kind: FileKind
  mode: number
  uid: number
  gid: number
  /** Milliseconds since the epoch. */
  modifiedMs: number
  /** Bytes of a file, length of a symlink's target, 4096 of a directory. */
  size: number
  /** Size as of the last flush: what a commit for another file's sake may say about this one. */
  durableSize: number
  links: number
  /** A directory's names. */
  readonly entries: Map<string, number>
  /** A symlink's text. */
  readonly target: string
  /** Of a block or character device. */
  readonly major: number
  readonly minor: number
  /** Where the file's blocks lie on the disk. */
  readonly blocks: Map<number, number>
  /** Blocks written and not yet on the disk (in a filesystem in memory: all of them). */
  readonly cached: Map<number, Uint8Array>
  /** A file of /proc or /sys: its content is made when it is read. May throw `Errno`. */
  readonly generated: (() => Uint8Array) | undefined
}

export interface InodeInit {
  readonly number: number
  readonly kind: FileKind
  readonly mode: number
  readonly nowMs: number
  readonly target?: string | undefined
  readonly major?: number | undefined
  readonly minor?: number | undefined
  readonly generated?: (() => Uint8Array) | undefined
}

export function createInode(init: InodeInit): Inode {
  const target = init.target ?? ''
  return {
    number: init.number,
    kind: init.kind,
    mode: init.mode,
    uid: 0,
    gid: 0,
    modifiedMs: init.nowMs,
    size: init.kind === 'directory' ? 4096 : new TextEncoder().encode(target).length,
    durableSize: 0,
    links: init.kind === 'directory' ? 2 : 1,
    entries: new Map(),
    target,
    major: init.major ?? 0,
    minor: init.minor ?? 0,
    blocks: new Map(),
    cached: new Map(),
    generated: init.generated,
  }
}

/** One line of the commit log: an inode as it is now, or that it is gone. Blocks are runs of [first block of file, first on disk, count]. */
export interface InodeRecord {
  readonly n: number
  readonly k?: FileKind
  readonly m?: number
  readonly u?: number
  readonly g?: number
  readonly t?: number
  readonly s?: number
  readonly l?: number
  readonly e?: readonly (readonly [string, number])[]
  readonly y?: string
  readonly d?: readonly [number, number]
  readonly b?: readonly (readonly [number, number, number])[]
}

/** An inode whose data is not flushed is recorded as it was: with the size and the blocks that the disk really holds. */
export function toRecord(inode: Inode): InodeRecord {
  const flushed = inode.cached.size === 0
  const blocks = flushed ? inode.blocks : new Map([...inode.blocks].filter(([block]) => !inode.cached.has(block)))
  return {
    n: inode.number,
    k: inode.kind,
    m: inode.mode,
    u: inode.uid,
    g: inode.gid,
    t: inode.modifiedMs,
    s: flushed ? inode.size : Math.min(inode.size, inode.durableSize),
    l: inode.links,
    ...(inode.entries.size > 0 ? { e: [...inode.entries] } : {}),
    ...(inode.target === '' ? {} : { y: inode.target }),
    ...(inode.major === 0 ? {} : { d: [inode.major, inode.minor] as const }),
    ...(blocks.size > 0 ? { b: runsOf(blocks) } : {}),
  }
}

/** Undefined when the record says that the inode is gone. */
export function fromRecord(record: InodeRecord): Inode | undefined {
  if (record.k === undefined) return undefined
  const inode = createInode({
    number: record.n,
    kind: record.k,
    mode: record.m ?? 0,
    nowMs: record.t ?? 0,
    target: record.y,
    major: record.d?.[0],
    minor: record.d?.[1],
  })
  inode.uid = record.u ?? 0
  inode.gid = record.g ?? 0
  inode.size = record.s ?? 0
  inode.durableSize = inode.size
  inode.links = record.l ?? 1
  for (const [name, number] of record.e ?? []) inode.entries.set(name, number)
  for (const [file, disk, count] of record.b ?? []) {
    for (let index = 0; index < count; index += 1) inode.blocks.set(file + index, disk + index)
  }
  return inode
}

function runsOf(blocks: ReadonlyMap<number, number>): [number, number, number][] {
  const runs: [number, number, number][] = []
  let last: [number, number, number] | undefined
  for (const [file, disk] of blocks) {
    if (last !== undefined && file === last[0] + last[2] && disk === last[1] + last[2]) last[2] += 1
    else runs.push((last = [file, disk, 1]))
  }
  return runs
}
