/** Filesystems grow to the size of their device: ext4 by device, XFS by mount point. */
import { StorageError, type FilesystemType } from '@stowage/core'
import { deviceSize } from './block-device.ts'
import { checkFilesystem } from './check-filesystem.ts'
import { programError, runOrThrow, runProgram, timeouts, type Host } from './program.ts'

/** Grows a mounted filesystem; nothing to do is fine. */
export async function growMounted(host: Host, type: FilesystemType, device: string, mountPoint: string): Promise<void> {
  if (type === 'xfs') await runOrThrow(host, 'xfs_growfs', [mountPoint], timeouts.grow)
  else await resizeMountedExt4(host, device)
}

/** The kernel lets only CAP_SYS_RESOURCE grow a mounted ext4; without it (measured) it grows at the next mount. */
async function resizeMountedExt4(host: Host, device: string): Promise<void> {
  const result = await runProgram(host, 'resize2fs', [device], timeouts.grow)
  if (result.exitCode === 0) return
  const error = programError('resize2fs', [device], result)
  if (!/permission denied/i.test(`${result.stdout}${result.stderr}`)) throw error
  throw new StorageError('precondition', `${error.message}. The driver lacks the capability SYS_RESOURCE, so a mounted ext4 cannot grow; run its container privileged, or restart the pod that uses the volume: it grows before the next mount`, { details: error.details })
}

/**
 * Before the mount: ext4 is grown here, after a full check, where it is smaller than its device (a clone, a restore, an expansion while it
 * was detached). XFS cannot be grown unmounted: `growMounted` does it.
 */
export async function growUnmounted(host: Host, type: FilesystemType, device: string): Promise<boolean> {
  if (type === 'xfs' || !(await isSmallerThanDevice(host, device))) return false
  await checkFilesystem(host, type, device, { full: true })
  await runOrThrow(host, 'resize2fs', [device], timeouts.grow)
  return true
}

async function isSmallerThanDevice(host: Host, device: string): Promise<boolean> {
  const { stdout } = await runOrThrow(host, 'dumpe2fs', ['-h', device], timeouts.probe)
  const { blocks, blockSize } = parseDumpe2fs(stdout)
  return blocks * blockSize + blockSize <= (await deviceSize(host, device))
}

/** Throws `internal` when the numbers are not there. */
export function parseDumpe2fs(text: string): { readonly blocks: number; readonly blockSize: number } {
  const blocks = Number(/^Block count:\s+(\d+)$/m.exec(text)?.[1])
  const blockSize = Number(/^Block size:\s+(\d+)$/m.exec(text)?.[1])
  if (!(blocks > 0) || !(blockSize > 0)) throw new StorageError('internal', `dumpe2fs -h did not say how many blocks there are: ${JSON.stringify(text.slice(0, 200))}`)
  return { blocks, blockSize }
}
