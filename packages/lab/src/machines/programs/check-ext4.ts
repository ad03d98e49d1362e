/** e2fsck 1.47.0, resize2fs and dumpe2fs. Exit codes of e2fsck are bits (fsck(8)). */
import type { BlockDevice } from '../filesystem/block-device.ts'
import { CommitLog, DamagedFilesystem } from '../filesystem/commit-log.ts'
import { growUnmounted, updateSuperblock } from '../filesystem/disk-filesystem.ts'
import { Errno } from '../filesystem/errno.ts'
import { geometryOf } from '../filesystem/geometry.ts'
import type { Superblock } from '../filesystem/superblock.ts'
import { readSuperblock } from '../filesystem/superblock.ts'
import { openDevice } from './device-argument.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const e2fsck: LinuxProgram = { ms: 60, run: runE2fsck }
export const resize2fs: LinuxProgram = { ms: 60, run: runResize2fs }
export const dumpe2fs: LinuxProgram = { ms: 6, run: runDumpe2fs }

const manually = 'UNEXPECTED INCONSISTENCY; RUN fsck MANUALLY.\n\t(i.e., without -a or -p options)\n'
const resizeVersion = 'resize2fs 1.47.0 (5-Feb-2023)\n'

function runE2fsck({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'panyfvtD', valued: 'bBCjE' })
  const [path] = operands
  if (fault !== undefined || path === undefined) return fail(16, `${fault === undefined ? '' : `fsck.ext4: invalid option -- '${fault}'\n`}Usage: fsck.ext4 [-panyrcdfktvDFV] [-b superblock] [-B blocksize]\n`)
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(8, `e2fsck: ${device.message} while trying to open ${path}\n`, 'Possibly non-existent device?\n')
  if (kernel.mountedOn(device) !== undefined && !given.has('n')) return fail(8, 'e2fsck: Cannot continue, aborting.\n\n\n', `${path} is mounted.\n`)
  return guarded(path, () => check(device, path, given, kernel.now))
}

function check(device: BlockDevice, path: string, given: ReadonlyMap<string, string>, now: number): Output {
  const superblock = readSuperblock(device)
  if (superblock?.type !== 'ext4') return fail(8, `e2fsck: Bad magic number in super-block while trying to open ${path}\n`, `${path}: \nThe superblock could not be read or does not describe a valid ext2/ext3/ext4\nfilesystem.\n`)
  const damage = damageOf(device, superblock)
  if (damage !== undefined && given.has('y')) return fail(4, `${path}: ********** WARNING: Filesystem still has errors **********\n`, `${damage}\n`)
  if (damage !== undefined) return fail(4, `\n\n${path}: ${manually}`, `${path}: ${damage}`)
  const recovering = superblock.needsRecovery && !given.has('n') ? `${path}: recovering journal\n` : ''
  const checked = given.has('f') ? { checkedMs: now } : {}
  if (!given.has('n') && !device.readOnly) updateSuperblock(device, { needsRecovery: false, ...checked })
  const { inodes } = geometryOf('ext4', superblock.blockCount * superblock.blockSize)
  return ok(`${recovering}${path}: ${given.has('f') ? '' : 'clean, '}${usedInodes(device, superblock)}/${inodes} files${given.has('f') ? ' (0.0% non-contiguous)' : ''}, 12955/${superblock.blockCount} blocks\n`)
}

function damageOf(device: BlockDevice, superblock: Superblock): string | undefined {
  if (superblock.blockCount * superblock.blockSize > device.size) return `The filesystem size (according to the superblock) is ${superblock.blockCount} blocks\nThe physical size of the device is ${Math.floor(device.size / superblock.blockSize)} blocks\nEither the superblock or the partition table is likely to be corrupt!\n`
  if (superblock.hasErrors) return 'contains a file system with errors, check forced.\nInodes that were part of a corrupted orphan linked list found.  '
  try {
    CommitLog.open(device, superblock.blockSize)
    return undefined
  } catch (error) {
    if (error instanceof DamagedFilesystem) return `Block bitmap for group 0 is not in group: ${error.message}`
    throw error
  }
}

function usedInodes(device: BlockDevice, superblock: Superblock): number {
  const { records } = CommitLog.open(device, superblock.blockSize)
  const alive = new Map(records.map((record) => [record.n, record.k !== undefined]))
  return 9 + [...alive.values()].filter(Boolean).length
}

function guarded(path: string, work: () => Output): Output {
  try {
    return work()
  } catch (error) {
    if (!(error instanceof Errno)) throw error
    return fail(8, `e2fsck: ${error.message} while trying to open ${path}\n`)
  }
}

function runResize2fs({ kernel, args }: ProgramContext): Output {
  const { operands, fault } = parseOptions(args, { flags: 'fFpM', valued: 'dSz' })
  const [path, size] = operands
  if (fault !== undefined || path === undefined) return fail(1, `${resizeVersion}Usage: resize2fs [-d debug_flags] [-f] [-F] [-M] [-P] [-p] device [-b|-s|new_size] [-S RAID-stride] [-z undo_file]\n\n`)
  if (size !== undefined) return fail(1, `${resizeVersion}resize2fs: the lab grows a filesystem to its device only, not to ${size}\n`)
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(1, `${resizeVersion}resize2fs: ${device.message} while opening ${path}\n`)
  try {
    const superblock = readSuperblock(device)
    if (superblock?.type !== 'ext4') return fail(1, `${resizeVersion}resize2fs: Bad magic number in super-block while trying to open ${path}\nCouldn't find valid filesystem superblock.\n`)
    return grow(kernel, device, superblock, path)
  } catch (error) {
    if (error instanceof Errno) return fail(1, `${resizeVersion}resize2fs: ${error.message} while trying to resize ${path}\n`)
    throw error
  }
}

function grow(kernel: ProgramContext['kernel'], device: BlockDevice, superblock: Superblock, path: string): Output {
  const unit = `(${superblock.blockSize / 1024}k) blocks`
  const wanted = Math.floor(device.size / superblock.blockSize)
  const mounted = kernel.mountedOn(device)
  if (mounted === undefined && (superblock.needsRecovery || superblock.hasErrors || superblock.checkedMs < superblock.mountedMs)) {
    return fail(1, `${resizeVersion}Please run 'e2fsck -f ${path}' first.\n\n`)
  }
  if (wanted === superblock.blockCount) return { ...ok(), stderr: `${resizeVersion}The filesystem is already ${wanted} ${unit} long.  Nothing to do!\n\n` }
  if (wanted < superblock.blockCount) return fail(1, `${resizeVersion}resize2fs: New size smaller than minimum (${superblock.blockCount})\n`)
  if (mounted === undefined) {
    growUnmounted(device, wanted)
    return { exitCode: 0, stdout: `Resizing the filesystem on ${path} to ${wanted} ${unit}.\nThe filesystem on ${path} is now ${wanted} ${unit} long.\n\n`, stderr: resizeVersion }
  }
  if (mounted.readOnly) return fail(1, `${resizeVersion}resize2fs: Read-only file system\n`)
  const target = kernel.mounts.all().find((mount) => mount.filesystem === mounted)?.target ?? ''
  mounted.grow()
  return { exitCode: 0, stdout: `Filesystem at ${path} is mounted on ${target}; on-line resizing required\nold_desc_blocks = 1, new_desc_blocks = 1\nThe filesystem on ${path} is now ${wanted} ${unit} long.\n\n`, stderr: resizeVersion }
}

function runDumpe2fs({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'hbfgixV', valued: 'o' })
  const [path] = operands
  const version = 'dumpe2fs 1.47.0 (5-Feb-2023)\n'
  if (fault !== undefined || path === undefined || !given.has('h')) return fail(1, `${version}Usage: dumpe2fs [-bfghimxV] [-o superblock=<num>] [-o blocksize=<num>] device\n`)
  const device = openDevice(kernel, path)
  const superblock = device instanceof Errno ? undefined : guardedSuperblock(device)
  if (superblock?.type !== 'ext4') return fail(1, `${version}dumpe2fs: ${device instanceof Errno ? device.message : 'Bad magic number in super-block'} while trying to open ${path}\nCouldn't find valid filesystem superblock.\n`)
  const { inodes } = geometryOf('ext4', superblock.blockCount * superblock.blockSize)
  const lines = [
    ['Filesystem volume name', superblock.label === '' ? '<none>' : superblock.label],
    ['Filesystem UUID', superblock.uuid],
    ['Filesystem magic number', '0xEF53'],
    ['Filesystem features', `has_journal ext_attr resize_inode dir_index filetype${superblock.needsRecovery ? ' needs_recovery' : ''} extent 64bit flex_bg sparse_super large_file huge_file dir_nlink extra_isize metadata_csum`],
    ['Filesystem state', superblock.hasErrors ? 'clean with errors' : 'clean'],
    ['Inode count', String(inodes)],
    ['Block count', String(superblock.blockCount)],
    ['Reserved block count', String(Math.floor((superblock.blockCount * superblock.reservedPercent) / 100))],
    ['Block size', String(superblock.blockSize)],
    ['Inode size', '256'],
  ]
  return { exitCode: 0, stdout: `${lines.map(([name, value]) => `${`${name}:`.padEnd(26)}${value}\n`).join('')}\n`, stderr: version }
}

function guardedSuperblock(device: BlockDevice): Superblock | undefined {
  try {
    return readSuperblock(device)
  } catch (error) {
    if (error instanceof Errno) return undefined
    throw error
  }
}
