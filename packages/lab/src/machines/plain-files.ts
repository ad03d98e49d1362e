import { FileFailure } from '@stowage/effects'
import type { Files } from '@stowage/effects'
import type { LinuxFiles, WriteOptions } from './linux-files.ts'
import { isLinuxFiles } from './linux-files.ts'

/**
 * Plain writes over files that only know whole, synced ones: content is read, changed and written back.
 * Enough for small files on a real or an in-memory system; block devices cannot be written this way.
 */
export function asLinuxFiles(files: Files): LinuxFiles {
  if (isLinuxFiles(files)) return files
  const statFollowing: LinuxFiles['statFollowing'] = async (path) => {
    const found = await files.stat(path)
    return found?.kind === 'symlink' ? await files.stat(await files.realpath(path)) : found
  }
  const change = async (path: string, options: WriteOptions, edit: (old: Uint8Array) => Uint8Array): Promise<void> => {
    const found = await statFollowing(path)
    if (found !== undefined && found.kind !== 'file') throw new FileFailure(found.kind === 'directory' ? 'EISDIR' : 'EOPNOTSUPP', path)
    const old = found === undefined || options.truncate === true ? new Uint8Array() : await files.read(path)
    await files.writeAtomic(path, edit(old), found?.mode ?? options.mode)
  }
  return {
    ...bound(files),
    statFollowing,
    write: (path, bytes, offset, options = {}) => change(path, options, (old) => spliced(old, bytes, options.append === true ? old.length : offset)),
    truncate: (path, size) => change(path, {}, (old) => spliced(old.subarray(0, size), new Uint8Array(Math.max(0, size - old.length)), Math.min(size, old.length))),
    readSome: async (path, offset, length) => (await files.read(path)).subarray(offset, offset + length),
    sync: async () => {},
    syncAll: async () => {},
    hold: async () => () => {},
  }
}

/** Methods of a class do not survive a spread. */
function bound(files: Files): Files {
  return {
    read: (path) => files.read(path),
    readText: (path) => files.readText(path),
    readAt: (path, offset, length) => files.readAt(path, offset, length),
    writeAtomic: (path, content, mode) => files.writeAtomic(path, content, mode),
    createFile: (path, mode) => files.createFile(path, mode),
    list: (path) => files.list(path),
    stat: (path) => files.stat(path),
    realpath: (path) => files.realpath(path),
    readlink: (path) => files.readlink(path),
    symlink: (target, path) => files.symlink(target, path),
    makeDirectory: (path, mode) => files.makeDirectory(path, mode),
    rename: (from, to) => files.rename(from, to),
    removeFile: (path) => files.removeFile(path),
    removeDirectory: (path) => files.removeDirectory(path),
    removeTree: (path) => files.removeTree(path),
    chmod: (path, mode) => files.chmod(path, mode),
    chown: (path, uid, gid) => files.chown(path, uid, gid),
    filesystem: (path) => files.filesystem(path),
  }
}

function spliced(old: Uint8Array, bytes: Uint8Array, offset: number): Uint8Array {
  const out = new Uint8Array(Math.max(old.length, offset + bytes.length))
  out.set(old)
  out.set(bytes, offset)
  return out
}
