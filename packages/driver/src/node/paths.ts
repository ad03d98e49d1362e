/** Target and staging paths: made when missing, removed when empty, never emptied. */
import { dirname } from 'node:path/posix'
import { StorageError } from '@stowage/core'
import { FileFailure, type Files } from '@stowage/effects'

/** Throws `precondition` when something else than a directory is there. */
export async function ensureDirectory(files: Files, path: string): Promise<void> {
  const found = await files.stat(path)
  if (found === undefined) return files.makeDirectory(path, 0o750)
  if (found.kind !== 'directory') throw new StorageError('precondition', `${path} is a ${found.kind}, so no filesystem can be mounted there; remove it by hand`)
}

/** An empty file as the place of a raw block device. */
export async function ensureFile(files: Files, path: string): Promise<void> {
  await files.makeDirectory(dirname(path), 0o750)
  const found = await files.stat(path)
  if (found === undefined) return files.createFile(path, 0o660)
  if (found.kind !== 'file' && found.kind !== 'block') throw new StorageError('precondition', `${path} is a ${found.kind}, so no block device can be bound there; remove it by hand`)
}

/** After the unmount. A directory that still holds something was written into while nothing was mounted: that is told, not deleted. */
export async function removeTarget(files: Files, path: string): Promise<void> {
  const found = await files.stat(path)
  if (found === undefined) return
  if (found.kind !== 'directory') return files.removeFile(path)
  try {
    await files.removeDirectory(path)
  } catch (cause) {
    if (!(cause instanceof FileFailure) || cause.code !== 'ENOTEMPTY') throw cause
    throw new StorageError('precondition', `${path} is not empty after the unmount: something was written into it while no volume was mounted there. Move it away by hand; it is not deleted here`, { cause })
  }
}
