import { Errno } from '../filesystem/errno.ts'
import type { Inode } from '../filesystem/inode.ts'
import type { Location, MountTable } from './mount-table.ts'

export interface Found {
  readonly location: Location
  readonly inode: Inode
  /** Absolute, without symlinks. */
  readonly path: string
}

/** Where a name would be: its directory is there, the name itself perhaps not. */
export interface Place {
  readonly directory: Found
  readonly name: string
  readonly found: Found | undefined
}

interface Step {
  readonly location: Location
  readonly name: string
}

const mostSymlinks = 40

/** Path walking over mounts and symlinks, as namei does it. Throws ENOENT, ENOTDIR, ELOOP. */
export function resolve(table: MountTable, path: string, followLast = true): Found {
  const place = walk(table, path, followLast)
  if (place.found === undefined) throw new Errno('ENOENT')
  return place.found
}

/** The place of the last name, which itself is not followed when it is a symlink. */
export function locate(table: MountTable, path: string): Place {
  return walk(table, path, false)
}

function walk(table: MountTable, path: string, followLast: boolean): Place {
  const top: Step = { location: table.cross({ mount: table.root, inode: table.root.root }), name: '' }
  const steps: Step[] = [top]
  const todo = names(path).toReversed()
  let links = 0
  for (let name = todo.pop(); name !== undefined; name = todo.pop()) {
    if (name === '..') {
      if (steps.length > 1) steps.pop()
      continue
    }
    const { mount, inode: at } = (steps.at(-1) ?? top).location
    if (mount.filesystem.inode(at).kind !== 'directory') throw new Errno('ENOTDIR')
    const inode = mount.filesystem.lookup(at, name)
    if (inode === undefined) {
      if (todo.length > 0) throw new Errno('ENOENT')
      return { directory: here(steps), name, found: undefined }
    }
    if (inode.kind === 'symlink' && (followLast || todo.length > 0)) {
      if (++links > mostSymlinks) throw new Errno('ELOOP')
      todo.push(...names(inode.target).toReversed())
      if (inode.target.startsWith('/')) steps.length = 1
      continue
    }
    steps.push({ location: table.cross({ mount, inode: inode.number }), name })
  }
  const last = steps.at(-1) ?? top
  return { directory: here(steps.length > 1 ? steps.slice(0, -1) : steps), name: last.name, found: here(steps) }
}

function here(steps: readonly Step[]): Found {
  const last = steps.at(-1)
  if (last === undefined) throw new Errno('ENOENT')
  const path = `/${steps.slice(1).map((step) => step.name).join('/')}`
  return { location: last.location, inode: last.location.mount.filesystem.inode(last.location.inode), path }
}

function names(path: string): string[] {
  return path.split('/').filter((name) => name !== '' && name !== '.')
}

/** The path of an inode within its filesystem, for mountinfo's fourth field. */
export function pathWithin(found: Found): string {
  const { mount } = found.location
  const below = mount.target === '/' ? found.path : found.path.slice(mount.target.length)
  const joined = `${mount.rootPath === '/' ? '' : mount.rootPath}${below === '/' ? '' : below}`
  return joined === '' ? '/' : joined
}
