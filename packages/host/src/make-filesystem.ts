/** mkfs.ext4 and mkfs.xfs. Whoever calls this has asked the format guard. */
import type { FilesystemType } from '@stowage/core'
import { runOrThrow, timeouts, type Host } from './program.ts'

export interface FilesystemLayout {
  readonly type: FilesystemType
  /** Bytes. */
  readonly blockSize?: number
  /** Bytes. */
  readonly inodeSize?: number
}

/**
 * `-F` and `-f` are never given: mkfs.xfs then refuses a device that holds a filesystem. mkfs.ext4 does not, since its stdin is no
 * terminal (measured); the format guard stands before both.
 */
export function mkfsArguments({ type, blockSize, inodeSize }: FilesystemLayout, device: string): readonly string[] {
  if (type === 'ext4') {
    return ['-q', '-m', '0', ...(blockSize === undefined ? [] : ['-b', `${blockSize}`]), ...(inodeSize === undefined ? [] : ['-I', `${inodeSize}`]), device]
  }
  return ['-q', ...(blockSize === undefined ? [] : ['-b', `size=${blockSize}`]), ...(inodeSize === undefined ? [] : ['-i', `size=${inodeSize}`]), device]
}

/** Throws `internal` with mkfs' own words. */
export async function makeFilesystem(host: Host, layout: FilesystemLayout, device: string): Promise<void> {
  await runOrThrow(host, `mkfs.${layout.type}`, mkfsArguments(layout, device), timeouts.format)
}
