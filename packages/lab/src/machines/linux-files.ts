/** The machine's files as a process sees them: `Files`, and the plain writes that programs in pods make. */
import type { Files } from '@stowage/effects'

export interface WriteOptions {
  readonly append?: boolean
  readonly truncate?: boolean
  readonly create?: boolean
  readonly mode?: number
}

export interface LinuxFiles extends Files {
  /**
   * open, pwrite, close: without an fsync, so a crash may lose it. `offset` is ignored when appending. Works on block devices.
   * Fails with `FileFailure` (ENOSPC, EROFS, EIO, …).
   */
  write(path: string, bytes: Uint8Array, offset: number, options?: WriteOptions): Promise<void>
  truncate(path: string, size: number): Promise<void>
  /** At most `length` bytes; short at the end of the file. */
  readSome(path: string, offset: number, length: number): Promise<Uint8Array>
  /** fsync of a file or directory. */
  sync(path: string): Promise<void>
  /** sync(2). */
  syncAll(): Promise<void>
  /** stat(2) following symlinks. */
  statFollowing(path: string): ReturnType<Files['stat']>
  /**
   * Keeps a file or a device open (a working directory, an open file, a container's volume): its mount answers "target is busy",
   * its device is not given back. Close by calling what is returned.
   */
  hold(path: string): Promise<() => void>
}

export function isLinuxFiles(files: Files): files is LinuxFiles {
  return 'readSome' in files && 'hold' in files && 'write' in files
}
