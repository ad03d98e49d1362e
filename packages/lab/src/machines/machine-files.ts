import type { FileStat, FilesystemStat } from '@stowage/effects'
import { FileFailure } from '@stowage/effects'
import { DamagedFilesystem } from './filesystem/commit-log.ts'
import { Errno } from './filesystem/errno.ts'
import type { Filesystem } from './filesystem/filesystem.ts'
import type { Kernel } from './kernel/kernel.ts'
import type { Found, Place } from './kernel/resolve.ts'
import { locate } from './kernel/resolve.ts'
import { ScsiDevice } from './kernel/scsi-device.ts'
import type { LinuxFiles, WriteOptions } from './linux-files.ts'

const mostReadBytes = 16 * 1024 * 1024

/** `kernel` is asked at each call: after a crash there is another one, or none (then every call fails with EIO). */
export function createMachineFiles(kernel: () => Kernel): LinuxFiles {
  return new MachineFiles(kernel)
}

class MachineFiles implements LinuxFiles {
  private readonly kernel: () => Kernel
  private temporary = 0

  constructor(kernel: () => Kernel) {
    this.kernel = kernel
  }

  read = (path: string): Promise<Uint8Array> =>
    this.call(path, (kernel) => {
      const found = kernel.resolve(path)
      if (found.inode.kind === 'directory') throw new Errno('EISDIR')
      if (found.inode.size > mostReadBytes) throw new Errno('EFBIG')
      return this.bytesOf(kernel, found, 0, mostReadBytes)
    })

  readText = async (path: string): Promise<string> => new TextDecoder().decode(await this.read(path))

  readAt = (path: string, offset: number, length: number): Promise<Uint8Array> =>
    this.call(path, (kernel) => {
      const bytes = this.bytesOf(kernel, kernel.resolve(path), offset, length)
      if (bytes.length < length) throw new Errno('EIO')
      return bytes
    })

  readSome = (path: string, offset: number, length: number): Promise<Uint8Array> =>
    this.call(path, (kernel) => this.bytesOf(kernel, kernel.resolve(path), offset, length))

  writeAtomic = (path: string, content: string | Uint8Array, mode = 0o644): Promise<void> =>
    this.call(path, (kernel) => {
      const place = locate(kernel.mounts, path)
      const { directory } = place
      const { mount, inode } = directory.location
      this.refuseReadOnly(directory)
      const temporary = `.${place.name}.${this.temporary++}`
      const made = mount.filesystem.create(inode, temporary, { kind: 'file', mode })
      try {
        mount.filesystem.write(made, 0, typeof content === 'string' ? new TextEncoder().encode(content) : content)
        mount.filesystem.sync(made)
        this.refuseMountpoint(kernel, place)
        mount.filesystem.rename(inode, temporary, inode, place.name)
        mount.filesystem.sync(directory.inode)
      } catch (error) {
        this.forget(mount.filesystem, inode, temporary)
        throw error
      }
    })

  createFile = (path: string, mode = 0o644): Promise<void> =>
    this.call(path, (kernel) => {
      const place = this.newPlace(kernel, path)
      place.directory.location.mount.filesystem.create(place.directory.location.inode, place.name, { kind: 'file', mode })
    })

  list = (path: string): Promise<readonly string[]> =>
    this.call(path, (kernel) => {
      const { inode } = kernel.resolve(path)
      if (inode.kind !== 'directory') throw new Errno('ENOTDIR')
      return [...inode.entries.keys()].sort()
    })

  stat = (path: string): Promise<FileStat | undefined> => this.statAs(path, false)
  statFollowing = (path: string): Promise<FileStat | undefined> => this.statAs(path, true)

  realpath = (path: string): Promise<string> => this.call(path, (kernel) => kernel.resolve(path).path)

  readlink = (path: string): Promise<string> =>
    this.call(path, (kernel) => {
      const { inode } = kernel.resolve(path, false)
      if (inode.kind !== 'symlink') throw new Errno('EINVAL')
      return inode.target
    })

  symlink = (target: string, path: string): Promise<void> =>
    this.call(path, (kernel) => {
      const place = this.newPlace(kernel, path)
      place.directory.location.mount.filesystem.create(place.directory.location.inode, place.name, { kind: 'symlink', mode: 0o777, target })
    })

  makeDirectory = (path: string, mode = 0o755): Promise<void> =>
    this.call(path, (kernel) => {
      const names = path.split('/').filter((name) => name !== '')
      for (let depth = 1; depth <= names.length; depth += 1) this.makeOne(kernel, `/${names.slice(0, depth).join('/')}`, mode)
    })

  rename = (from: string, to: string): Promise<void> =>
    this.call(from, (kernel) => {
      const source = this.existingPlace(kernel, from)
      const target = locate(kernel.mounts, to)
      this.refuseReadOnly(source.directory)
      if (source.directory.location.mount !== target.directory.location.mount) throw new Errno('EXDEV')
      this.refuseMountpoint(kernel, source)
      this.refuseMountpoint(kernel, target)
      if (`${target.directory.path}/`.startsWith(`${source.found?.path ?? ''}/`)) throw new Errno('EINVAL')
      const { filesystem } = source.directory.location.mount
      filesystem.rename(source.directory.location.inode, source.name, target.directory.location.inode, target.name)
    })

  removeFile = (path: string): Promise<void> =>
    this.call(path, (kernel) => {
      const place = this.existingPlace(kernel, path)
      this.refuseReadOnly(place.directory)
      this.refuseMountpoint(kernel, place)
      place.directory.location.mount.filesystem.unlink(place.directory.location.inode, place.name)
    })

  removeDirectory = (path: string): Promise<void> =>
    this.call(path, (kernel) => {
      const place = this.existingPlace(kernel, path)
      this.refuseReadOnly(place.directory)
      this.refuseMountpoint(kernel, place)
      place.directory.location.mount.filesystem.removeDirectory(place.directory.location.inode, place.name)
    })

  removeTree = async (path: string): Promise<void> => {
    const top = await this.stat(path)
    if (top === undefined) return
    await this.removeBelow(path, top)
  }

  chmod = (path: string, mode: number): Promise<void> => this.setAttributes(path, { mode: mode & 0o7777 })
  chown = (path: string, uid: number, gid: number): Promise<void> => this.setAttributes(path, { uid, gid })

  filesystem = (path: string): Promise<FilesystemStat> =>
    this.call(path, (kernel) => kernel.resolve(path).location.mount.filesystem.statfs())

  write = (path: string, bytes: Uint8Array, offset: number, options: WriteOptions = {}): Promise<void> =>
    this.call(path, (kernel) => {
      const found = this.openForWriting(kernel, path, options)
      if (found.inode.kind === 'block') return this.writeDevice(kernel, found, offset, bytes)
      if (found.inode.kind === 'character') return
      const { filesystem } = found.location.mount
      if (options.truncate === true) filesystem.truncate(found.inode, 0)
      filesystem.write(found.inode, options.append === true ? found.inode.size : offset, bytes)
    })

  truncate = (path: string, size: number): Promise<void> =>
    this.call(path, (kernel) => {
      const found = kernel.resolve(path)
      this.refuseReadOnly(found)
      found.location.mount.filesystem.truncate(found.inode, size)
    })

  sync = (path: string): Promise<void> =>
    this.call(path, (kernel) => {
      const found = kernel.resolve(path)
      found.location.mount.filesystem.sync(found.inode)
    })

  syncAll = (): Promise<void> => this.call('/', (kernel) => kernel.syncAll())

  hold = (path: string): Promise<() => void> =>
    this.call(path, (kernel) => {
      const found = kernel.resolve(path)
      if (found.inode.kind !== 'block') return kernel.mounts.hold(found.location.mount)
      const device = kernel.deviceAt(found)
      if (!(device instanceof ScsiDevice)) return () => {}
      device.openers += 1
      let open = true
      return () => {
        if (open) device.openers -= 1
        open = false
      }
    })

  private statAs(path: string, follow: boolean): Promise<FileStat | undefined> {
    return this.call(path, (kernel) => {
      try {
        return statOf(kernel.resolve(path, follow))
      } catch (error) {
        if (error instanceof Errno && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return undefined
        throw error
      }
    })
  }

  private setAttributes(path: string, attributes: { mode?: number; uid?: number; gid?: number }): Promise<void> {
    return this.call(path, (kernel) => {
      const found = kernel.resolve(path)
      this.refuseReadOnly(found)
      found.location.mount.filesystem.setAttributes(found.inode, attributes)
    })
  }

  /** As `rm --one-file-system` sees it: another device number is another filesystem; a bind mount of the same one is not. */
  private async removeBelow(path: string, stat: FileStat): Promise<void> {
    if (stat.kind !== 'directory') return this.removeFile(path)
    for (const name of await this.list(path)) {
      const inner = await this.stat(`${path}/${name}`)
      if (inner === undefined) continue
      if (inner.device !== stat.device) throw new FileFailure('EXDEV', `${path}/${name}`)
      await this.removeBelow(`${path}/${name}`, inner)
    }
    await this.removeDirectory(path)
  }

  private makeOne(kernel: Kernel, path: string, mode: number): void {
    const place = locate(kernel.mounts, path)
    if (place.found !== undefined) {
      if (kernel.resolve(path).inode.kind !== 'directory') throw new Errno('EEXIST')
      return
    }
    this.refuseReadOnly(place.directory)
    place.directory.location.mount.filesystem.create(place.directory.location.inode, place.name, { kind: 'directory', mode })
  }

  private openForWriting(kernel: Kernel, path: string, options: WriteOptions): Found {
    try {
      const found = kernel.resolve(path)
      if (found.inode.kind === 'directory') throw new Errno('EISDIR')
      if (found.inode.kind === 'file') this.refuseReadOnly(found)
      return found
    } catch (error) {
      if (!(error instanceof Errno) || error.code !== 'ENOENT' || options.create === false) throw error
    }
    const place = this.newPlace(kernel, path)
    const { location } = place.directory
    location.mount.filesystem.create(location.inode, place.name, { kind: 'file', mode: options.mode ?? 0o644 })
    return kernel.resolve(path)
  }

  private bytesOf(kernel: Kernel, found: Found, offset: number, length: number): Uint8Array {
    const { inode, location } = found
    if (inode.kind === 'directory') throw new Errno('EISDIR')
    if (inode.kind === 'block') return readDevice(kernel, found, offset, length)
    if (inode.kind === 'character') return new Uint8Array(inode.minor === 5 ? length : 0)
    if (inode.kind !== 'file') throw new Errno('ENXIO')
    return location.mount.filesystem.read(inode, offset, length)
  }

  private writeDevice(kernel: Kernel, found: Found, offset: number, bytes: Uint8Array): void {
    const device = kernel.deviceAt(found)
    if (device.readOnly) throw new Errno('EPERM')
    if (offset + bytes.length > device.size) throw new Errno('ENOSPC')
    device.write(offset, bytes)
  }

  /** A half-written file goes, if the filesystem still lets it. */
  private forget(filesystem: Filesystem, directory: number, name: string): void {
    try {
      if (filesystem.lookup(directory, name) !== undefined) filesystem.unlink(directory, name)
    } catch (error) {
      if (!(error instanceof Errno)) throw error
    }
  }

  private newPlace(kernel: Kernel, path: string): Place {
    const place = locate(kernel.mounts, path)
    if (place.found !== undefined) throw new Errno('EEXIST')
    this.refuseReadOnly(place.directory)
    return place
  }

  private existingPlace(kernel: Kernel, path: string): Place {
    const place = locate(kernel.mounts, path)
    if (place.found === undefined) throw new Errno('ENOENT')
    return place
  }

  private refuseReadOnly(found: Found): void {
    if (found.location.mount.options.includes('ro')) throw new Errno('EROFS')
  }

  private refuseMountpoint(kernel: Kernel, place: Place): void {
    const { location } = place.directory
    const inode = location.mount.filesystem.lookup(location.inode, place.name)
    if (inode !== undefined && kernel.mounts.isMountpoint({ mount: location.mount, inode: inode.number })) throw new Errno('EBUSY')
  }

  private async call<T>(path: string, work: (kernel: Kernel) => T): Promise<T> {
    if (!path.startsWith('/')) throw new FileFailure('EINVAL', path, `EINVAL: ${path} is not an absolute path`)
    try {
      return work(this.kernel())
    } catch (error) {
      if (error instanceof Errno) throw new FileFailure(error.code, path, `${error.code}: ${error.message}, ${path}`, error)
      if (error instanceof DamagedFilesystem) throw new FileFailure('EIO', path, `EIO: ${path}`, error)
      throw error
    }
  }
}

function readDevice(kernel: Kernel, found: Found, offset: number, length: number): Uint8Array {
  const device = kernel.deviceAt(found)
  const count = Math.max(0, Math.min(length, device.size - offset))
  return count === 0 ? new Uint8Array() : device.read(offset, count)
}

function statOf(found: Found): FileStat {
  const { filesystem } = found.location.mount
  const { inode } = found
  return {
    kind: inode.kind,
    size: inode.kind === 'block' || inode.generated !== undefined ? 0 : inode.size,
    mode: inode.mode,
    uid: inode.uid,
    gid: inode.gid,
    modifiedMs: inode.modifiedMs,
    device: filesystem.major * 256 + filesystem.minor,
    inode: inode.number,
  }
}
