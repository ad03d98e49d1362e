import { Errno } from '../filesystem/errno.ts'
import type { Filesystem } from '../filesystem/filesystem.ts'

export interface Location {
  readonly mount: Mount
  readonly inode: number
}

export interface Mount {
  readonly id: number
  /** Undefined for the root. */
  readonly on: Location | undefined
  /** Where it shows, without symlinks. */
  readonly target: string
  readonly filesystem: Filesystem
  /** The inode that shows at the target, and its path within the filesystem: `/` unless it is a bind mount. */
  readonly root: number
  readonly rootPath: string
  readonly source: string
  /** Options of this mount, `ro` or `rw` first. */
  options: readonly string[]
  /** Options of the filesystem. */
  superOptions: readonly string[]
  /** Open files of processes: unmounting is refused while there are any. */
  holds: number
}

/** One mount namespace for the whole machine; every mount is shared, as under systemd. */
export class MountTable {
  private nextId = 21
  private readonly mounts: Mount[] = []
  /** By the mount and the inode that they cover; the last one shows. */
  private readonly covering = new Map<Mount, Map<number, Mount[]>>()
  /** Detached by `umount -l` and still held. */
  private readonly lingering = new Set<Mount>()

  all(): readonly Mount[] {
    return this.mounts
  }

  add(mount: Omit<Mount, 'id' | 'holds'>): Mount {
    const added = { ...mount, id: this.nextId++, holds: 0 }
    this.mounts.push(added)
    if (added.on !== undefined) this.coveringAt(added.on).push(added)
    return added
  }

  get root(): Mount {
    const root = this.mounts[0]
    if (root === undefined) throw new Errno('ENOENT')
    return root
  }

  /** Goes up through everything that is mounted on a place: the last mount wins. */
  cross(location: Location): Location {
    const over = this.covering.get(location.mount)?.get(location.inode)?.at(-1)
    return over === undefined ? location : this.cross({ mount: over, inode: over.root })
  }

  isMountpoint(location: Location): boolean {
    return (this.covering.get(location.mount)?.get(location.inode)?.length ?? 0) > 0
  }

  private coveringAt({ mount, inode }: Location): Mount[] {
    const of = this.covering.get(mount) ?? new Map<number, Mount[]>()
    this.covering.set(mount, of)
    const list = of.get(inode) ?? []
    of.set(inode, list)
    return list
  }

  children(mount: Mount): readonly Mount[] {
    return this.mounts.filter((other) => other.on?.mount === mount)
  }

  isBusy(mount: Mount): boolean {
    return mount.holds > 0 || this.children(mount).length > 0
  }

  remove(mount: Mount): void {
    for (const child of this.children(mount)) this.remove(child)
    this.mounts.splice(this.mounts.indexOf(mount), 1)
    this.covering.delete(mount)
    if (mount.on !== undefined) {
      const list = this.coveringAt(mount.on)
      list.splice(list.indexOf(mount), 1)
      if (list.length === 0) this.covering.get(mount.on.mount)?.delete(mount.on.inode)
    }
    if (mount.holds > 0) this.lingering.add(mount)
  }

  hold(mount: Mount): () => void {
    mount.holds += 1
    let held = true
    return () => {
      if (!held) return
      held = false
      mount.holds -= 1
      if (mount.holds === 0) this.lingering.delete(mount)
    }
  }

  /** Whether a filesystem is still reachable or held. */
  uses(filesystem: Filesystem): boolean {
    return this.mounts.some((mount) => mount.filesystem === filesystem) || [...this.lingering].some((mount) => mount.filesystem === filesystem)
  }

  filesystems(): readonly Filesystem[] {
    return [...new Set([...this.mounts, ...this.lingering].map((mount) => mount.filesystem))]
  }

  /** proc_pid_mountinfo(5). */
  mountinfo(): string {
    return this.mounts.map((mount) => mountinfoLine(mount)).join('')
  }

  /** The format of fstab(5). */
  procMounts(): string {
    return this.mounts
      .map((mount) => `${escape(mount.source)} ${escape(mount.target)} ${mount.filesystem.type} ${mergedOptions(mount)} 0 0\n`)
      .join('')
  }
}

/** The options as mount(8) and /proc/mounts show them: those of the mount, then those of the filesystem. */
export function mergedOptions(mount: Mount): string {
  const [, ...others] = mount.superOptions
  const readOnly = mount.options[0] === 'ro' || mount.superOptions[0] === 'ro'
  return [readOnly ? 'ro' : 'rw', ...mount.options.slice(1), ...others].join(',')
}

function mountinfoLine(mount: Mount): string {
  const { filesystem } = mount
  const parent = mount.on?.mount.id ?? 1
  const place = `${mount.id} ${parent} ${filesystem.major}:${filesystem.minor} ${escape(mount.rootPath)} ${escape(mount.target)}`
  return `${place} ${mount.options.join(',')} shared:${mount.id} - ${filesystem.type} ${escape(mount.source)} ${mount.superOptions.join(',')}\n`
}

function escape(text: string): string {
  return text.replace(/[ \t\n\\]/g, (character) => `\\${character.charCodeAt(0).toString(8).padStart(3, '0')}`)
}
