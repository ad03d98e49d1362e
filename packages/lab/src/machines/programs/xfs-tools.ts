/** xfs_repair and xfs_growfs 6.1.0. */
import { DiskFilesystem } from '../filesystem/disk-filesystem.ts'
import type { BlockDevice } from '../filesystem/block-device.ts'
import { CommitLog, DamagedFilesystem } from '../filesystem/commit-log.ts'
import { Errno } from '../filesystem/errno.ts'
import { readSuperblock } from '../filesystem/superblock.ts'
import { openDevice } from './device-argument.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const xfsRepair: LinuxProgram = { ms: 80, run: runRepair }
export const xfsGrowfs: LinuxProgram = { ms: 30, run: runGrow }

const hopeless = "\nfatal error -- couldn't initialize XFS library\n"

function runRepair({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'fnLvdP', valued: 'ltmocor' })
  const [path] = operands
  if (fault !== undefined || path === undefined) return fail(1, 'Usage: xfs_repair [options] device\n')
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(1, `${path}: ${device.message}\n${path}: ${device.message}\n${hopeless}`)
  if (kernel.mountedOn(device) !== undefined) return fail(1, `xfs_repair: ${path} contains a mounted filesystem\nxfs_repair: ${path} contains a mounted and writable filesystem\n${hopeless}`)
  try {
    return repair(device, given.has('n'))
  } catch (error) {
    if (error instanceof Errno) return fail(1, `xfs_repair: read failed: ${error.message}\n${hopeless}`)
    throw error
  }
}

function repair(device: BlockDevice, dryRun: boolean): Output {
  const superblock = readSuperblock(device)
  if (superblock?.type !== 'xfs') return fail(1, 'Phase 1 - find and verify superblock...\nbad primary superblock - bad magic number !!!\n\nattempting to find secondary superblock...\nSorry, could not find valid secondary superblock\nExiting now.\n')
  if (superblock.needsRecovery && !dryRun) return fail(2, 'ERROR: The filesystem has valuable metadata changes in a log which needs to\nbe replayed.  Mount the filesystem to replay the log, and unmount it before\nre-running xfs_repair.\n')
  const whole = superblock.blockCount * superblock.blockSize <= device.size && !superblock.hasErrors && readable(device, superblock.blockSize)
  // A dry run calls a dirty log corrupt as well: it cannot replay it.
  if (!whole || superblock.needsRecovery) return fail(1, 'Phase 2 - using internal log\nwould have corrected the filesystem\n')
  return { ...ok(), stderr: 'Phase 1 - find and verify superblock...\nPhase 2 - using internal log\nPhase 7 - verify link counts...\n' }
}

function readable(device: BlockDevice, blockSize: number): boolean {
  try {
    CommitLog.open(device, blockSize)
    return true
  } catch (error) {
    if (error instanceof DamagedFilesystem) return false
    throw error
  }
}

function runGrow({ kernel, args }: ProgramContext): Output {
  const { operands, fault } = parseOptions(args, { flags: 'dlrinx', valued: 'DLRemt' })
  const [path] = operands
  if (fault !== undefined || path === undefined) return fail(1, 'Usage: xfs_growfs [options] mountpoint\n')
  try {
    const found = kernel.resolve(path)
    const { filesystem } = found.location.mount
    const mounted = found.location.mount.target === found.path && filesystem.type === 'xfs' && found.inode.kind === 'directory'
    if (!mounted || !(filesystem instanceof DiskFilesystem)) return fail(1, `xfs_growfs: ${path} is not a mounted XFS filesystem\n`)
    return grown(filesystem)
  } catch (error) {
    if (error instanceof Errno && error.code === 'ENOENT') return fail(1, `xfs_growfs: path resolution failed for ${path}: ${error.message}\n`)
    if (error instanceof Errno) return fail(1, `xfs_growfs: XFS_IOC_FSGROWFSDATA xfsctl failed: ${error.message}\n`)
    throw error
  }
}

function grown(filesystem: DiskFilesystem): Output {
  if (filesystem.readOnly) throw new Errno('EROFS')
  const { before, after } = filesystem.grow()
  const head = `meta-data=/dev/${filesystem.device.name}  isize=512\ndata     =  bsize=4096   blocks=${before}, imaxpct=25\n`
  return ok(after === before ? head : `${head}data blocks changed from ${before} to ${after}\n`)
}
