/**
 * A container's view of its machine's files: volume mounts by their paths in the container, and a root of its own elsewhere.
 * While it is open it keeps its volumes in use, so that unmounting them under it answers "target is busy".
 */
import { FileFailure } from '@stowage/effects'
import type { LinuxFiles } from './linux-files.ts'

export interface ContainerMount {
  /** In the container. */
  readonly path: string
  /** On the machine: a directory, a file, or a device node for a raw block volume. */
  readonly source: string
  readonly readOnly?: boolean
}

export interface ContainerViewInit {
  readonly files: LinuxFiles
  /** The container's own root on the machine; made when it is missing. */
  readonly root: string
  readonly mounts: readonly ContainerMount[]
  /** Sees the machine's /dev. Everybody sees /proc and /sys. */
  readonly privileged?: boolean
}

export interface ContainerView {
  readonly files: LinuxFiles
  /** Lets go of the volumes. */
  close(): void
}

export async function openContainerView(init: ContainerViewInit): Promise<ContainerView> {
  const { files } = init
  for (const directory of ['', '/tmp', '/etc', '/root', '/var', '/mnt']) await files.makeDirectory(`${init.root}${directory}`)
  for (const mount of init.mounts) await makeMountpoint(files, `${init.root}${mount.path}`, mount.source)
  const holds: (() => void)[] = []
  try {
    for (const { source } of init.mounts) holds.push(await files.hold(source))
  } catch (error) {
    for (const release of holds) release()
    throw error
  }
  const mapping = new Mapping(init)
  return {
    files: viewFiles(files, mapping, () => mountList(files, mapping)),
    close: () => {
      for (const release of holds) release()
    },
  }
}

/** So that `ls /` shows the volumes, as the runtime's own mount points do. */
async function makeMountpoint(files: LinuxFiles, path: string, source: string): Promise<void> {
  if ((await files.statFollowing(source))?.kind === 'directory') return await files.makeDirectory(path)
  await files.makeDirectory(path.replace(/\/[^/]*$/, ''))
  if ((await files.stat(path)) === undefined) await files.createFile(path)
}

class Mapping implements PathView {
  private readonly init: ContainerViewInit
  private readonly mounts: readonly ContainerMount[]

  constructor(init: ContainerViewInit) {
    this.init = init
    const system = ['/proc', '/sys', ...(init.privileged === true ? ['/dev'] : [])].map((path) => ({ path, source: path }))
    this.mounts = [...init.mounts, ...system].toSorted((a, b) => b.path.length - a.path.length)
  }

  toHost(path: string): string {
    if (!path.startsWith('/')) throw new FileFailure('EINVAL', path, `EINVAL: ${path} is not an absolute path`)
    const clean = normal(path)
    const mount = this.mountOf(clean)
    if (mount === undefined) return `${this.init.root}${clean === '/' ? '' : clean}`
    return `${mount.source}${clean.slice(mount.path.replace(/\/$/, '').length)}`
  }

  isReadOnly(path: string): boolean {
    return this.mountOf(normal(path))?.readOnly === true
  }

  toContainer(path: string): string {
    const mount = this.mounts.toSorted((a, b) => b.source.length - a.source.length).find((one) => isWithin(path, one.source))
    if (mount !== undefined) return `${mount.path.replace(/\/$/, '')}${path.slice(mount.source.length)}` || '/'
    return isWithin(path, this.init.root) ? path.slice(this.init.root.length) || '/' : path
  }

  private mountOf(clean: string): ContainerMount | undefined {
    return this.mounts.find((one) => isWithin(clean, one.path))
  }

  /** Where the container's mounts lie, for its own /proc/mounts. */
  get volumes(): readonly ContainerMount[] {
    return this.init.mounts
  }
}

function normal(path: string): string {
  const names: string[] = []
  for (const name of path.split('/')) {
    if (name === '..') names.pop()
    else if (name !== '' && name !== '.') names.push(name)
  }
  return `/${names.join('/')}`
}

function isWithin(path: string, directory: string): boolean {
  return directory === '/' || path === directory || path.startsWith(`${directory}/`)
}

/** How paths of a container lie on its machine. */
export interface PathView {
  toHost(path: string): string
  toContainer(path: string): string
  isReadOnly(path: string): boolean
}

/** A machine's files through a view. `mountList` answers /proc/mounts, which is the container's own. */
export function viewFiles(files: LinuxFiles, view: PathView, mountList?: () => Promise<Uint8Array>): LinuxFiles {
  const at = async <T>(path: string, work: (machinePath: string) => Promise<T>, writes = false): Promise<T> => {
    const target = view.toHost(path)
    if (writes && view.isReadOnly(path)) throw new FileFailure('EROFS', path)
    try {
      return await work(target)
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error
      throw new FileFailure(error.code, path, error.message.replaceAll(target, path), error)
    }
  }
  const read = (path: string): Promise<Uint8Array> => (mountList !== undefined && isMountList(normal(path)) ? mountList() : at(path, (real) => files.read(real)))
  return {
    read,
    readText: async (path) => new TextDecoder().decode(await read(path)),
    readAt: (path, offset, length) => at(path, (real) => files.readAt(real, offset, length)),
    readSome: (path, offset, length) => at(path, (real) => files.readSome(real, offset, length)),
    list: (path) => at(path, (real) => files.list(real)),
    stat: (path) => at(path, (real) => files.stat(real)),
    statFollowing: (path) => at(path, (real) => files.statFollowing(real)),
    realpath: async (path) => view.toContainer(await at(path, (real) => files.realpath(real))),
    readlink: (path) => at(path, (real) => files.readlink(real)),
    filesystem: (path) => at(path, (real) => files.filesystem(real)),
    hold: (path) => at(path, (real) => files.hold(real)),
    syncAll: () => files.syncAll(),
    sync: (path) => at(path, (real) => files.sync(real)),
    write: (path, bytes, offset, options) => at(path, (real) => files.write(real, bytes, offset, options), true),
    truncate: (path, size) => at(path, (real) => files.truncate(real, size), true),
    writeAtomic: (path, content, mode) => at(path, (real) => files.writeAtomic(real, content, mode), true),
    createFile: (path, mode) => at(path, (real) => files.createFile(real, mode), true),
    symlink: (target, path) => at(path, (real) => files.symlink(target, real), true),
    makeDirectory: (path, mode) => at(path, (real) => files.makeDirectory(real, mode), true),
    rename: (from, to) => at(from, (real) => files.rename(real, view.toHost(to)), true),
    removeFile: (path) => at(path, (real) => files.removeFile(real), true),
    removeDirectory: (path) => at(path, (real) => files.removeDirectory(real), true),
    removeTree: (path) => at(path, (real) => files.removeTree(real), true),
    chmod: (path, mode) => at(path, (real) => files.chmod(real, mode), true),
    chown: (path, uid, gid) => at(path, (real) => files.chown(real, uid, gid), true),
  }
}

function isMountList(path: string): boolean {
  return path === '/proc/mounts' || path === '/proc/self/mounts'
}

/** The container's mounts: an overlay as its root, its volumes by their paths in it. */
async function mountList(files: LinuxFiles, mapping: Mapping): Promise<Uint8Array> {
  const machine = (await files.readText('/proc/mounts')).split('\n').filter((line) => line !== '')
  const lines = ['overlay / overlay rw,relatime 0 0', 'proc /proc proc rw,nosuid,nodev,noexec,relatime 0 0']
  for (const mount of mapping.volumes) {
    if ((await files.statFollowing(mount.source))?.kind !== 'directory') continue
    const real = await files.realpath(mount.source)
    const above = machine.filter((line) => isWithin(real, line.split(' ')[1]?.replaceAll('\\040', ' ') ?? ''))
    const [source = '', , type = '', options = ''] = (above.toSorted((a, b) => (a.split(' ')[1]?.length ?? 0) - (b.split(' ')[1]?.length ?? 0)).at(-1) ?? '').split(' ')
    lines.push(`${source} ${mount.path} ${type} ${mount.readOnly === true ? options.replace(/^rw/, 'ro') : options} 0 0`)
  }
  return new TextEncoder().encode(`${lines.join('\n')}\n`)
}
