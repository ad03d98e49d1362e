/** mke2fs 1.47.0 and mkfs.xfs 6.1.0: what they refuse, what they overwrite, what they print. */
import type { BlockDevice } from '../filesystem/block-device.ts'
import { makeFilesystem } from '../filesystem/disk-filesystem.ts'
import { Errno } from '../filesystem/errno.ts'
import type { Layout } from '../filesystem/geometry.ts'
import { geometryOf, smallestXfs } from '../filesystem/geometry.ts'
import { readSuperblock } from '../filesystem/superblock.ts'
import { openDevice } from './device-argument.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const mkfsExt4: LinuxProgram = { ms: 120, run: runExt4 }
export const mkfsXfs: LinuxProgram = { ms: 120, run: runXfs }

const mke2fsVersion = 'mke2fs 1.47.0 (5-Feb-2023)\n'

function runExt4({ kernel, args, random }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'FqvjnDS', valued: 'bCiIJGNdmogLMOrEtTUez' })
  const [path] = operands
  if (fault !== undefined) return fail(1, `mkfs.ext4: invalid option -- '${fault}'\nUsage: mkfs.ext4 [-c|-l filename] [-b block-size] [-C cluster-size]\n`)
  if (path === undefined) return fail(1, 'Usage: mkfs.ext4 [-c|-l filename] [-b block-size] [-C cluster-size]\n')
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(1, `${mke2fsVersion}${device.code === 'ENOENT' ? `The file ${path} does not exist and no size was specified.\n` : `Could not open ${path}: ${device.message}\n`}`)
  const layout = ext4Layout(given)
  if (typeof layout === 'string') return fail(1, `mkfs.ext4: ${layout}\n`)
  if (kernel.mountedOn(device) !== undefined) return fail(1, `${mke2fsVersion}${path} is mounted; will not make a filesystem here!\n`)
  return write(device, () => {
    const made = makeFilesystem(device, { type: 'ext4', uuid: given.get('U') ?? random.uuid(), label: given.get('L') ?? '', nowMs: kernel.now, discard: true, layout })
    return given.has('q') ? '' : `Creating filesystem with ${made.blockCount} ${made.blockSize / 1024}k blocks and ${geometryOf('ext4', device.size).inodes} inodes\nFilesystem UUID: ${made.uuid}\n\nWriting superblocks and filesystem accounting information: done\n\n`
  }, (message) => fail(1, `${mke2fsVersion}mkfs.ext4: ${message} while writing out and closing file system\n`))
}

const isPowerOfTwo = (value: number): boolean => Number.isInteger(Math.log2(value))

/** What -b, -m and -I say, or the refusal. The size of inodes is checked and has no further effect here. */
function ext4Layout(given: ReadonlyMap<string, string>): Layout | string {
  const [block, reserved, inode] = ['b', 'm', 'I'].map((letter) => given.get(letter))
  const wanted = Number(block ?? 4096)
  if (!Number.isInteger(wanted) || wanted < 1024 || wanted > 65536) return `invalid block size - ${block}`
  if (wanted > 4096) return `${wanted}-byte blocks too big for system (max 4096)`
  // mke2fs rounds down to a power of two, and says nothing (measured).
  const blockSize = 2 ** Math.floor(Math.log2(wanted))
  const percent = Number(reserved ?? 5)
  if (!(percent >= 0 && percent <= 50)) return `invalid reserved blocks percent - ${reserved}`
  const inodeSize = Number(inode ?? 256)
  if (!isPowerOfTwo(inodeSize) || inodeSize < 128 || inodeSize > blockSize) return `invalid inode size ${inode} (min 128/max ${blockSize})`
  return { reservedPercent: percent, ...(block === undefined ? {} : { blockSize }) }
}

/** `-b size=` and `-i size=`; other sub-options of these two are refused. */
function xfsLayout(given: ReadonlyMap<string, string>): Layout | string {
  for (const letter of ['b', 'i']) {
    const value = given.get(letter)
    if (value !== undefined && !/^size=\d+$/.test(value)) return `unknown option -${letter} ${value}`
  }
  const size = (letter: string): number | undefined => (given.has(letter) ? Number(given.get(letter)?.slice(5)) : undefined)
  const [block = 4096, inode = 512] = [size('b'), size('i')]
  for (const [letter, value, least, most] of [['b', block, 1024, 65536], ['i', inode, 512, 2048]] as const) {
    const why = value < least ? 'is too small' : value > most ? 'is too large' : isPowerOfTwo(value) ? undefined : 'must be a power of 2'
    if (why !== undefined) return `Invalid value ${value} for -${letter} size option. Value ${why}.`
  }
  return { blockSize: block }
}

function runXfs({ kernel, args, random }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'fqKN', valued: 'bmdilLnprs' })
  const [path] = operands
  if (fault !== undefined) return fail(1, `mkfs.xfs: invalid option -- '${fault}'\nunknown option -${fault}\nUsage: mkfs.xfs\n`)
  if (path === undefined) return fail(1, 'no device name given in argument list\nUsage: mkfs.xfs\n')
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(1, `Error accessing specified device ${path}: ${device.message}\nUsage: mkfs.xfs\n`)
  const layout = xfsLayout(given)
  if (typeof layout === 'string') return fail(1, `${layout}\nUsage: mkfs.xfs\n`)
  if (kernel.mountedOn(device) !== undefined) return fail(1, `mkfs.xfs: ${path} contains a mounted filesystem\nUsage: mkfs.xfs\n`)
  return write(device, () => {
    const old = readSuperblock(device)
    if (old !== undefined && !given.has('f')) return fail(1, `mkfs.xfs: ${path} appears to contain an existing filesystem (${old.type}).\nmkfs.xfs: Use the -f option to force overwrite.\n`)
    if (device.size < smallestXfs) return fail(1, 'Filesystem must be larger than 300MB.\nUsage: mkfs.xfs\n')
    const uuid = /uuid=([0-9a-f-]+)/.exec(given.get('m') ?? '')?.[1]
    const made = makeFilesystem(device, { type: 'xfs', uuid: uuid ?? random.uuid(), label: given.get('L') ?? '', nowMs: kernel.now, discard: !given.has('K'), layout })
    return given.has('q') ? '' : `meta-data=${path}  isize=512\ndata     =  bsize=4096   blocks=${made.blockCount}, imaxpct=25\n`
  }, (message) => fail(1, `mkfs.xfs: pwrite failed: ${message}\n`))
}

function write(device: BlockDevice, work: () => string | Output, failed: (message: string) => Output): Output {
  if (device.readOnly) return failed('Operation not permitted')
  try {
    const done = work()
    return typeof done === 'string' ? ok(done) : done
  } catch (error) {
    if (error instanceof Errno) return failed(error.message)
    throw error
  }
}
