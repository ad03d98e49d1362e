export type FileKind = 'file' | 'directory' | 'symlink' | 'block' | 'character' | 'socket' | 'fifo'

export interface FileStat {
  readonly kind: FileKind
  /** Bytes; for a block device its size is not here: ask the device. */
  readonly size: number
  /** Permission bits, e.g. 0o750. */
  readonly mode: number
  readonly uid: number
  readonly gid: number
  /** Milliseconds since the epoch. */
  readonly modifiedMs: number
  /** Device number of the filesystem that holds it. */
  readonly device: number
  readonly inode: number
}

export interface FilesystemStat {
  readonly totalBytes: number
  readonly availableBytes: number
  readonly usedBytes: number
  readonly totalInodes: number
  readonly freeInodes: number
}

/** Files of one machine, seen by one process. Paths are absolute. Errors are `FileFailure`. */
export interface Files {
  /** At most 16 MiB. Works on /proc and /sys. */
  read(path: string): Promise<Uint8Array>
  readText(path: string): Promise<string>
  /** Exactly `length` bytes at `offset` of a file or block device, past the page cache where the platform can. Fails with EIO at a short read. */
  readAt(path: string, offset: number, length: number): Promise<Uint8Array>
  /** Written beside, fsynced, renamed, directory fsynced: old or new content, never half. */
  writeAtomic(path: string, content: string | Uint8Array, mode?: number): Promise<void>
  /** Creates an empty file; fails with EEXIST. */
  createFile(path: string, mode?: number): Promise<void>
  list(path: string): Promise<readonly string[]>
  /** lstat; undefined when nothing is there. */
  stat(path: string): Promise<FileStat | undefined>
  realpath(path: string): Promise<string>
  readlink(path: string): Promise<string>
  symlink(target: string, path: string): Promise<void>
  /** Existing directories are fine. */
  makeDirectory(path: string, mode?: number): Promise<void>
  rename(from: string, to: string): Promise<void>
  /** A file or symlink. */
  removeFile(path: string): Promise<void>
  /** An empty directory only: there is no recursive delete here on purpose, except `removeTree`. */
  removeDirectory(path: string): Promise<void>
  /** Deletes a tree without following symlinks or crossing into another filesystem (EXDEV). */
  removeTree(path: string): Promise<void>
  chmod(path: string, mode: number): Promise<void>
  chown(path: string, uid: number, gid: number): Promise<void>
  filesystem(path: string): Promise<FilesystemStat>
}

export class FileFailure extends Error {
  override readonly name = 'FileFailure'
  /** `ENOENT`, `EEXIST`, `ENOTEMPTY`, `EIO`, `ENOSPC`, `EBUSY`, … */
  readonly code: string
  readonly path: string
  constructor(code: string, path: string, message = `${code}: ${path}`, cause?: unknown) {
    super(message, { cause })
    this.code = code
    this.path = path
  }
}
