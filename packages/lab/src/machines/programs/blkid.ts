/** blkid(8) in its low-level mode. Exit code 2 says "nothing found", for a blank device and for one that is missing or unreadable alike (measured). */
import type { BlockDevice } from '../filesystem/block-device.ts'
import { Errno } from '../filesystem/errno.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { readSuperblock } from '../filesystem/superblock.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const blkid: LinuxProgram = { ms: 6, run: runBlkid }

type Tags = readonly (readonly [string, string])[]

function runBlkid({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'pi', valued: 'osuc', longFlags: ['probe'], longValued: ['output', 'match-tag', 'usages'] })
  const [path] = operands
  if (fault !== undefined) return fail(4, `blkid: invalid option -- '${fault}'\nTry 'blkid --help' for more information.\n`)
  if (!given.has('p') && !given.has('probe')) return fail(4, 'blkid: only low-level probing (-p) is here: the lab keeps no cache of tags\n')
  if (path === undefined) return fail(4, 'blkid: The low-level probing mode requires a device\n')
  const tags = probe(kernel, path)
  const wanted = args.filter((_, index) => args[index - 1] === '-s' || args[index - 1] === '--match-tag')
  const shown = tags.filter(([name]) => wanted.length === 0 || wanted.includes(name))
  if (shown.length === 0) return fail(2, '')
  return ok(format(path, shown, given.get('o') ?? given.get('output') ?? 'full'))
}

function probe(kernel: Kernel, path: string): Tags {
  try {
    return deviceTags(kernel.deviceAt(kernel.resolve(path)))
  } catch (error) {
    if (error instanceof Errno) return []
    throw error
  }
}

function deviceTags(device: BlockDevice): Tags {
  const superblock = readSuperblock(device)
  if (superblock !== undefined) {
    return [
      ...(superblock.label === '' ? [] : [['LABEL', superblock.label] as const]),
      ['UUID', superblock.uuid],
      ...(superblock.type === 'ext4' ? [['VERSION', '1.0'] as const] : []),
      ['BLOCK_SIZE', superblock.type === 'xfs' ? '512' : String(superblock.blockSize)],
      ['TYPE', superblock.type],
      ['USAGE', 'filesystem'],
    ]
  }
  return otherTags(device)
}

/** Signatures of what else a disk may hold: [offset, bytes in latin1, tags]. Offsets and magics from libblkid. */
const signatures: readonly (readonly [number, string, Tags])[] = [
  [0, 'LUKS\xba\xbe', [['TYPE', 'crypto_LUKS'], ['USAGE', 'crypto']]],
  [0x218, 'LVM2 001', [['TYPE', 'LVM2_member'], ['USAGE', 'raid']]],
  [4086, 'SWAPSPACE2', [['TYPE', 'swap'], ['USAGE', 'other']]],
  [0x10040, '_BHRfS_M', [['TYPE', 'btrfs'], ['USAGE', 'filesystem']]],
  [0x8001, 'CD001', [['TYPE', 'iso9660'], ['USAGE', 'filesystem']]],
  [512, 'EFI PART', [['PTTYPE', 'gpt']]],
  [510, '\x55\xaa', [['PTTYPE', 'dos']]],
]

function otherTags(device: BlockDevice): Tags {
  const found = signatures.find(([offset, magic]) => {
    if (offset + magic.length > device.size) return false
    return String.fromCharCode(...device.read(offset, magic.length)) === magic
  })
  return found?.[2] ?? []
}

function format(path: string, tags: Tags, output: string): string {
  if (output === 'value') return tags.map(([, value]) => `${value}\n`).join('')
  if (output === 'export') return [['DEVNAME', path] as const, ...tags].map(([name, value]) => `${name}=${escape(value)}\n`).join('')
  return `${path}: ${tags.map(([name, value]) => `${name}="${value}"`).join(' ')}\n`
}

function escape(value: string): string {
  return value.replace(/[ "'\\$`<>&|;()]/g, '\\$&')
}
