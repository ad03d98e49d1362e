/** fsck before an existing filesystem is mounted for writing. */
import { StorageError, type FilesystemType } from '@stowage/core'
import { programError, runProgram, saidBy, timeouts, type Host } from './program.ts'

export interface CheckOptions {
  /** Even if it is marked clean; resize2fs asks for it. */
  readonly full?: boolean
}

/**
 * ext4: e2fsck repairs what it safely can; what is left throws `precondition`. XFS: nothing, for its mount replays the log, and
 * xfs_repair calls a filesystem with a log to replay corrupt. Exit codes: e2fsck(8); from 4 on they are failures.
 */
export async function checkFilesystem(host: Host, type: FilesystemType, device: string, { full = false }: CheckOptions = {}): Promise<'clean' | 'repaired' | 'not-checked'> {
  if (type === 'xfs') return 'not-checked'
  const args = [...(full ? ['-f'] : []), '-p', device]
  const result = await runProgram(host, 'e2fsck', args, timeouts.check)
  if (result.exitCode === null || result.exitCode >= 8) throw programError('e2fsck', args, result)
  if (result.exitCode >= 4) {
    throw new StorageError('precondition', `the filesystem on ${device} is damaged beyond automatic repair; run e2fsck -f ${device} by hand, with a copy of the disk at hand (${saidBy(result)})`, { details: { device, exitCode: result.exitCode } })
  }
  return result.exitCode === 0 ? 'clean' : 'repaired'
}

/** What xfs_repair finds without changing anything, for the sentence after a mount that failed. */
export async function diagnoseXfs(host: Host, device: string): Promise<string> {
  const result = await runProgram(host, 'xfs_repair', ['-n', device], timeouts.check)
  return result.exitCode === 0 ? 'xfs_repair -n finds no damage' : `xfs_repair -n finds damage (${saidBy(result)})`
}
