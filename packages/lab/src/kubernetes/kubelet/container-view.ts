/** A machine's files and sockets as one container sees them: its mounts by prefix, and its own root elsewhere. */
import { FileFailure } from '@stowage/effects'
import type { Files, Rpc } from '@stowage/effects'
import { isLinuxFiles } from '../../machines/linux-files.ts'
import type { LinuxFiles } from '../../machines/linux-files.ts'

export interface Mount {
  /** Absolute, as in the container. */
  readonly containerPath: string
  /** Absolute, as on the machine. */
  readonly hostPath: string
  readonly readOnly: boolean
}

export interface View {
  toHost(path: string): string
  /** Where a path of the machine is seen in the container; the path itself when it is not. */
  toContainer(path: string): string
  isReadOnly(path: string): boolean
}

export function viewOf(mounts: readonly Mount[], root: string): View {
  const longest = mounts.toSorted((left, right) => right.containerPath.length - left.containerPath.length)
  const byHost = mounts.toSorted((left, right) => right.hostPath.length - left.hostPath.length)
  const mountOf = (path: string): Mount | undefined => longest.find(({ containerPath }) => isUnder(path, containerPath))
  return {
    toHost: (path) => {
      const mount = mountOf(normal(path))
      return mount === undefined ? joined(root, normal(path)) : moved(normal(path), mount.containerPath, mount.hostPath)
    },
    toContainer: (path) => {
      const mount = byHost.find(({ hostPath }) => isUnder(path, hostPath))
      if (mount !== undefined) return moved(path, mount.hostPath, mount.containerPath)
      return isUnder(path, root) ? moved(path, root, '/') : path
    },
    isReadOnly: (path) => mountOf(normal(path))?.readOnly ?? false,
  }
}

/** Without `.`, `..` and double slashes. */
function normal(path: string): string {
  const parts: string[] = []
  for (const part of path.split('/')) {
    if (part === '..') parts.pop()
    else if (part !== '' && part !== '.') parts.push(part)
  }
  return `/${parts.join('/')}`
}

function isUnder(path: string, prefix: string): boolean {
  const base = prefix.endsWith('/') ? prefix.slice(0, -1) : prefix
  return path === base || path.startsWith(`${base}/`)
}

function moved(path: string, from: string, to: string): string {
  return joined(to, path.slice(from === '/' ? 0 : from.replace(/\/$/, '').length))
}

function joined(base: string, rest: string): string {
  const whole = `${base.replace(/\/$/, '')}/${rest.replace(/^\//, '')}`
  return whole.length > 1 ? whole.replace(/\/$/, '') : whole
}

export function containerFiles(files: Files, view: View): Files {
  const { there, change } = translated(view)
  const plain: Files = plainFiles(files, view)
  if (!isLinuxFiles(files)) return plain
  const linux: LinuxFiles = {
    ...plain,
    write: (path, bytes, offset, options) => change(path, (at) => files.write(at, bytes, offset, options)),
    truncate: (path, size) => change(path, (at) => files.truncate(at, size)),
    readSome: (path, offset, length) => there(path, (at) => files.readSome(at, offset, length)),
    sync: (path) => there(path, (at) => files.sync(at)),
    syncAll: () => files.syncAll(),
    statFollowing: (path) => there(path, (at) => files.statFollowing(at)),
    hold: (path) => there(path, (at) => files.hold(at)),
  }
  return linux
}

interface Translated {
  there<T>(path: string, run: (hostPath: string) => Promise<T>): Promise<T>
  /** Refuses on a read-only mount. */
  change<T>(path: string, run: (hostPath: string) => Promise<T>): Promise<T>
}

function translated(view: View): Translated {
  const there = async <T>(path: string, run: (hostPath: string) => Promise<T>): Promise<T> => {
    try {
      return await run(view.toHost(path))
    } catch (error) {
      throw error instanceof FileFailure ? new FileFailure(error.code, path, error.message.replaceAll(view.toHost(path), path), error) : error
    }
  }
  const change = async <T>(path: string, run: (hostPath: string) => Promise<T>): Promise<T> => {
    if (view.isReadOnly(path)) throw new FileFailure('EROFS', path, `EROFS: read-only file system, ${path}`)
    return there(path, run)
  }
  return { there, change }
}

function plainFiles(files: Files, view: View): Files {
  const { there, change } = translated(view)
  return {
    read: (path) => there(path, (at) => files.read(at)),
    readText: (path) => there(path, (at) => files.readText(at)),
    readAt: (path, offset, length) => there(path, (at) => files.readAt(at, offset, length)),
    writeAtomic: (path, content, mode) => change(path, (at) => files.writeAtomic(at, content, mode)),
    createFile: (path, mode) => change(path, (at) => files.createFile(at, mode)),
    list: (path) => there(path, (at) => files.list(at)),
    stat: (path) => there(path, (at) => files.stat(at)),
    realpath: (path) => there(path, async (at) => view.toContainer(await files.realpath(at))),
    readlink: (path) => there(path, (at) => files.readlink(at)),
    symlink: (target, path) => change(path, (at) => files.symlink(target, at)),
    makeDirectory: (path, mode) => change(path, (at) => files.makeDirectory(at, mode)),
    rename: (from, to) => change(from, (at) => change(to, (target) => files.rename(at, target))),
    removeFile: (path) => change(path, (at) => files.removeFile(at)),
    removeDirectory: (path) => change(path, (at) => files.removeDirectory(at)),
    removeTree: (path) => change(path, (at) => files.removeTree(at)),
    chmod: (path, mode) => change(path, (at) => files.chmod(at, mode)),
    chown: (path, uid, gid) => change(path, (at) => files.chown(at, uid, gid)),
    filesystem: (path) => there(path, (at) => files.filesystem(at)),
  }
}

/** `socketAddress`: where a socket that the machine sees at a path really listens. */
export function containerRpc(rpc: Rpc, view: View, socketAddress: (hostPath: string) => string): Rpc {
  const address = (path: string): string => socketAddress(view.toHost(path.replace(/^unix:(\/\/)?/, '')))
  return {
    connect: (path) => rpc.connect(address(path)),
    serve: (path, methods, handler) => rpc.serve(address(path), methods, handler),
    list: async (directory) => (await rpc.list(address(directory))).map((found) => joined(directory, found.slice(found.lastIndexOf('/') + 1))),
  }
}
