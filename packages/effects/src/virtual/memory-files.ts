import { FileFailure } from '../files.ts'
import type { FileKind, FileStat, Files, FilesystemStat } from '../files.ts'

interface Node {
  readonly kind: FileKind
  readonly inode: number
  content: Uint8Array
  target: string
  children: Map<string, Node>
  mode: number
  uid: number
  gid: number
  modifiedMs: number
}

const maxLinks = 40
const maxRead = 16 * 1024 * 1024

/** A tree of files in memory: one filesystem of 1 TiB, no block devices, no mounts. Calls settle at once; the world adds the time. */
export class MemoryFiles implements Files {
  readonly #now: () => number
  readonly #root: Node
  #inodes = 1

  /** `now`: milliseconds since the epoch, for modification times. */
  constructor(now: () => number = () => 0) {
    this.#now = now
    this.#root = this.#make('directory', 0o755)
  }

  async read(path: string): Promise<Uint8Array> {
    const node = this.#file(path)
    if (node.content.length > maxRead) throw new FileFailure('EFBIG', path)
    return node.content.slice()
  }

  async readText(path: string): Promise<string> {
    return new TextDecoder().decode(await this.read(path))
  }

  async readAt(path: string, offset: number, length: number): Promise<Uint8Array> {
    const bytes = this.#file(path).content.slice(offset, offset + length)
    if (bytes.length < length) throw new FileFailure('EIO', path, `EIO: only ${bytes.length} of ${length} bytes at ${offset} of ${path}`)
    return bytes
  }

  async writeAtomic(path: string, content: string | Uint8Array, mode = 0o644): Promise<void> {
    const { parent, name } = this.#parentOf(path)
    if (parent.children.get(name)?.kind === 'directory') throw new FileFailure('EISDIR', path)
    const node = this.#make('file', mode)
    node.content = typeof content === 'string' ? new TextEncoder().encode(content) : content.slice()
    parent.children.set(name, node)
  }

  async createFile(path: string, mode = 0o644): Promise<void> {
    const { parent, name } = this.#parentOf(path)
    if (parent.children.has(name)) throw new FileFailure('EEXIST', path)
    parent.children.set(name, this.#make('file', mode))
  }

  async list(path: string): Promise<readonly string[]> {
    return [...this.#directory(path).children.keys()].sort()
  }

  async stat(path: string): Promise<FileStat | undefined> {
    const node = this.#find(path, false)
    if (node === undefined) return undefined
    const { kind, mode, uid, gid, modifiedMs, inode } = node
    const size = kind === 'symlink' ? node.target.length : node.content.length
    return { kind, size, mode, uid, gid, modifiedMs, inode, device: 1 }
  }

  async realpath(path: string): Promise<string> {
    const seen: string[] = []
    if (this.#find(path, true, seen) === undefined) throw new FileFailure('ENOENT', path)
    return `/${seen.join('/')}`
  }

  async readlink(path: string): Promise<string> {
    const node = this.#required(path, false)
    if (node.kind !== 'symlink') throw new FileFailure('EINVAL', path)
    return node.target
  }

  async symlink(target: string, path: string): Promise<void> {
    const { parent, name } = this.#parentOf(path)
    if (parent.children.has(name)) throw new FileFailure('EEXIST', path)
    const node = this.#make('symlink', 0o777)
    node.target = target
    parent.children.set(name, node)
  }

  async makeDirectory(path: string, mode = 0o755): Promise<void> {
    let made = ''
    for (const part of partsOf(path)) {
      made += `/${part}`
      const there = this.#find(made, true)
      if (there?.kind === 'directory') continue
      if (there !== undefined) throw new FileFailure('EEXIST', made)
      const { parent, name } = this.#parentOf(made)
      parent.children.set(name, this.#make('directory', mode))
    }
  }

  async rename(from: string, to: string): Promise<void> {
    const node = this.#required(from, false)
    const target = this.#parentOf(to)
    const there = target.parent.children.get(target.name)
    if (there === node) return
    if (there?.kind === 'directory' && node.kind !== 'directory') throw new FileFailure('EISDIR', to)
    if (there !== undefined && there.kind !== 'directory' && node.kind === 'directory') throw new FileFailure('ENOTDIR', to)
    if (there !== undefined && there.children.size > 0) throw new FileFailure('ENOTEMPTY', to)
    const source = this.#parentOf(from)
    source.parent.children.delete(source.name)
    target.parent.children.set(target.name, node)
  }

  async removeFile(path: string): Promise<void> {
    if (this.#required(path, false).kind === 'directory') throw new FileFailure('EISDIR', path)
    const { parent, name } = this.#parentOf(path)
    parent.children.delete(name)
  }

  async removeDirectory(path: string): Promise<void> {
    const node = this.#required(path, false)
    if (node.kind !== 'directory') throw new FileFailure('ENOTDIR', path)
    if (node.children.size > 0) throw new FileFailure('ENOTEMPTY', path)
    const { parent, name } = this.#parentOf(path)
    parent.children.delete(name)
  }

  async removeTree(path: string): Promise<void> {
    if (this.#find(path, false) === undefined) return
    const { parent, name } = this.#parentOf(path)
    parent.children.delete(name)
  }

  async chmod(path: string, mode: number): Promise<void> {
    this.#required(path, true).mode = mode
  }

  async chown(path: string, uid: number, gid: number): Promise<void> {
    Object.assign(this.#required(path, true), { uid, gid })
  }

  async filesystem(path: string): Promise<FilesystemStat> {
    this.#required(path, true)
    const [totalBytes, totalInodes] = [2 ** 40, 2 ** 24]
    const usedBytes = usedBy(this.#root)
    return { totalBytes, usedBytes, availableBytes: totalBytes - usedBytes, totalInodes, freeInodes: totalInodes - this.#inodes }
  }

  #make(kind: FileKind, mode: number): Node {
    return { kind, inode: this.#inodes++, content: new Uint8Array(), target: '', children: new Map(), mode, uid: 0, gid: 0, modifiedMs: this.#now() }
  }

  #required(path: string, follow: boolean): Node {
    const node = this.#find(path, follow)
    if (node === undefined) throw new FileFailure('ENOENT', path)
    return node
  }

  #file(path: string): Node {
    const node = this.#required(path, true)
    if (node.kind === 'directory') throw new FileFailure('EISDIR', path)
    return node
  }

  #directory(path: string): Node {
    const node = this.#required(path, true)
    if (node.kind !== 'directory') throw new FileFailure('ENOTDIR', path)
    return node
  }

  #parentOf(path: string): { parent: Node; name: string } {
    const parts = partsOf(path)
    const name = parts.pop()
    if (name === undefined) throw new FileFailure('EBUSY', path)
    return { parent: this.#directory(`/${parts.join('/')}`), name }
  }

  /** Walks from the root; `seen` receives the real path's parts. */
  #find(path: string, follow: boolean, seen: string[] = []): Node | undefined {
    if (!path.startsWith('/')) throw new FileFailure('EINVAL', path, `EINVAL: ${path} is not an absolute path`)
    let links = 0
    const ahead = partsOf(path)
    const nodes: Node[] = [this.#root]
    while (ahead.length > 0) {
      const part = ahead.shift() ?? ''
      const at = nodes.at(-1) ?? this.#root
      if (part === '..') {
        if (nodes.length > 1) nodes.pop()
        seen.pop()
        continue
      }
      if (at.kind !== 'directory') return undefined
      const child = at.children.get(part)
      if (child === undefined) return undefined
      if (child.kind !== 'symlink' || (ahead.length === 0 && !follow)) {
        nodes.push(child)
        seen.push(part)
        continue
      }
      if (++links > maxLinks) throw new FileFailure('ELOOP', path)
      ahead.unshift(...partsOf(child.target))
      if (child.target.startsWith('/')) {
        nodes.splice(1)
        seen.splice(0)
      }
    }
    return nodes.at(-1)
  }
}

function partsOf(path: string): string[] {
  return path.split('/').filter((part) => part !== '' && part !== '.')
}

function usedBy(node: Node): number {
  let bytes = node.content.length
  for (const child of node.children.values()) bytes += usedBy(child)
  return bytes
}
