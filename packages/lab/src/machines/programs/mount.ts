/** mount(8) of util-linux 2.38.1: texts and exit codes as measured. Every failure of the system call is exit code 32. */
import { DamagedFilesystem } from '../filesystem/commit-log.ts'
import { DiskFilesystem } from '../filesystem/disk-filesystem.ts'
import { Errno } from '../filesystem/errno.ts'
import { readSuperblock } from '../filesystem/superblock.ts'
import type { BlockDevice } from '../filesystem/block-device.ts'
import type { Kernel } from '../kernel/kernel.ts'
import { mergedOptions } from '../kernel/mount-table.ts'
import type { Found } from '../kernel/resolve.ts'
import { pathWithin } from '../kernel/resolve.ts'
import { memoryFilesystem } from '../kernel/system-trees.ts'
import type { MountOptions } from './mount-options.ts'
import { parseMountOptions } from './mount-options.ts'
import { parseOptions } from './options.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const mount: LinuxProgram = { ms: 8, run: runMount }

const dmesg = '       dmesg(1) may have more information after failed mount system call.\n'

function runMount({ kernel, args }: ProgramContext): Output {
  const { given, operands, fault } = parseOptions(args, { flags: 'rwvnsB', valued: 'to', longFlags: ['bind', 'rbind', 'read-only'], longValued: ['types', 'options'] })
  if (fault !== undefined) return fail(1, `mount: invalid option -- '${fault}'\nTry 'mount --help' for more information.\n`)
  if (args.length === 0) return ok(list(kernel))
  const words = [given.get('o') ?? given.get('options') ?? '', ...(given.has('r') || given.has('read-only') ? ['ro'] : []), ...(given.has('bind') || given.has('B') ? ['bind'] : []), ...(given.has('rbind') ? ['rbind'] : [])]
  const options = parseMountOptions(words.filter((word) => word !== '').join(','))
  if (options.remount) return remount(kernel, operands.at(-1), options)
  const [source, target] = operands
  if (source === undefined || target === undefined) return fail(1, 'mount: bad usage\nTry \'mount --help\' for more information.\n')
  const point = existing(kernel, target)
  if (point === undefined) return fail(32, `mount: ${target}: mount point does not exist.\n${dmesg}`)
  if (options.bind) return bind(kernel, source, target, point, options)
  const type = given.get('t') ?? given.get('types')
  if (point.inode.kind !== 'directory') return fail(32, `mount: ${target}: mount point is not a directory.\n${dmesg}`)
  return type === 'tmpfs' ? mountTmpfs(kernel, source, point, options) : mountDevice(kernel, source, target, point, type, options)
}

function list(kernel: Kernel): string {
  return kernel.mounts
    .all()
    .map((one) => `${one.source} on ${one.target} type ${one.filesystem.type} (${mergedOptions(one)})\n`)
    .join('')
}

function existing(kernel: Kernel, path: string): Found | undefined {
  try {
    return kernel.resolve(path)
  } catch (error) {
    if (error instanceof Errno) return undefined
    throw error
  }
}

function remount(kernel: Kernel, target: string | undefined, options: MountOptions): Output {
  const found = target === undefined ? undefined : existing(kernel, target)
  if (found === undefined) return fail(32, `mount: ${target ?? ''}: no mount point specified.\n`)
  const { mount: at } = found.location
  if (at.target !== found.path) return fail(32, `mount: ${target}: mount point not mounted or bad option.\n${dmesg}`)
  const changed = { ...flagsOf(at.options), ...options.flags }
  at.options = optionList(changed)
  if (options.bind || !(at.filesystem instanceof DiskFilesystem)) return ok()
  at.filesystem.setReadOnly(changed.readOnly)
  at.superOptions = [changed.readOnly ? 'ro' : 'rw', ...at.superOptions.slice(1)]
  return ok()
}

function bind(kernel: Kernel, source: string, target: string, point: Found, options: MountOptions): Output {
  const from = existing(kernel, source)
  if (from === undefined) return fail(32, `mount: ${target}: special device ${source} does not exist.\n${dmesg}`)
  const onDirectory = point.inode.kind === 'directory'
  if (onDirectory !== (from.inode.kind === 'directory')) return fail(32, `mount: ${target}: mount point is not a directory.\n${dmesg}`)
  const { mount: origin } = from.location
  kernel.mounts.add({
    on: point.location,
    target: point.path,
    filesystem: origin.filesystem,
    root: from.location.inode,
    rootPath: pathWithin(from),
    source: origin.source,
    options: optionList({ ...flagsOf(origin.options), ...(Object.keys(options.flags).length > 0 ? options.flags : {}) }),
    superOptions: origin.superOptions,
  })
  return ok()
}

function mountTmpfs(kernel: Kernel, source: string, point: Found, options: MountOptions): Output {
  const size = /^size=(\d+)([kmg]?)$/i.exec(options.own.find((word) => word.startsWith('size=')) ?? '')
  const bytes = size === null ? undefined : Number(size[1]) * 1024 ** ['', 'k', 'm', 'g'].indexOf((size[2] ?? '').toLowerCase())
  const filesystem = memoryFilesystem('tmpfs', 40 + kernel.mounts.all().length, () => kernel.now, bytes)
  kernel.mounts.add({ on: point.location, target: point.path, filesystem, root: filesystem.root, rootPath: '/', source, options: optionList({ ...plain, ...options.flags }), superOptions: ['rw', ...options.own] })
  return ok()
}

function mountDevice(kernel: Kernel, source: string, target: string, point: Found, type: string | undefined, options: MountOptions): Output {
  const node = existing(kernel, source)
  if (node === undefined) return fail(32, `mount: ${target}: special device ${source} does not exist.\n${dmesg}`)
  if (node.inode.kind !== 'block') return fail(32, `mount: ${target}: ${source} is not a block device.\n${dmesg}`)
  const wrong = fail(32, `mount: ${target}: wrong fs type, bad option, bad superblock on ${source}, missing codepage or helper program, or other error.\n${dmesg}`)
  const device = kernel.deviceAt(node)
  const mounted = kernel.mountedOn(device)
  if (mounted !== undefined && mounted.root === point.location.mount.filesystem.root && point.location.mount.filesystem === mounted) {
    return fail(32, `mount: ${target}: ${source} already mounted on ${point.path}.\n${dmesg}`)
  }
  const opened = mounted ?? open(kernel, device, type, options)
  if (typeof opened === 'string') return opened === '' ? wrong : fail(32, `mount: ${target}: ${opened}.\n${dmesg}`)
  if (type !== undefined && type !== 'auto' && type !== opened.type) return wrong
  const readOnly = opened.readOnly
  const flags = { ...plain, ...options.flags, ...(readOnly ? { readOnly } : {}) }
  const own = opened.type === 'xfs' ? ['inode64', 'logbufs=8', 'logbsize=32k', ...options.own, 'noquota'] : options.own
  kernel.mounts.add({ on: point.location, target: point.path, filesystem: opened, root: opened.root, rootPath: '/', source: node.path, options: optionList(flags), superOptions: [readOnly ? 'ro' : 'rw', ...own.filter((word) => word !== 'nouuid' || opened.type === 'xfs')] })
  const protectedNow = readOnly && options.flags.readOnly === undefined
  return protectedNow ? { ...ok(), stderr: `mount: ${target}: WARNING: source write-protected, mounted read-only.\n` } : ok()
}

/** The filesystem, or why not: '' is the kernel's EINVAL. */
function open(kernel: Kernel, device: BlockDevice, type: string | undefined, options: MountOptions): DiskFilesystem | string {
  try {
    const superblock = readSuperblock(device)
    if (superblock === undefined || (type !== undefined && type !== 'auto' && type !== superblock.type)) return ''
    if (options.own.some((word) => !known[superblock.type].test(word))) return ''
    const twin = kernel.diskFilesystems().some((one) => one.type === 'xfs' && one.superblock.uuid === superblock.uuid)
    if (superblock.type === 'xfs' && twin && !options.own.includes('nouuid')) {
      kernel.log(`XFS (${device.name}): Filesystem has duplicate UUID ${superblock.uuid} - can't mount`)
      return ''
    }
    return kernel.openDisk(device, options.flags.readOnly === true || device.readOnly)
  } catch (error) {
    if (error instanceof DamagedFilesystem) {
      kernel.log(`${device.name}: ${error.message}`)
      return ''
    }
    if (error instanceof Errno) return `can't read superblock on /dev/${device.name}`
    throw error
  }
}

const known = {
  ext4: /^(discard|nodiscard|errors=(remount-ro|continue|panic)|data=(ordered|writeback|journal)|barrier(=[01])?|nobarrier|commit=\d+|stripe=\d+|user_xattr|acl|noacl|delalloc|nodelalloc|noload|prjquota|usrquota|grpquota|quota|noquota|lazytime|journal_checksum|journal_async_commit|init_itable(=\d+)?|noinit_itable|resuid=\d+|resgid=\d+)$/,
  xfs: /^(discard|nodiscard|nouuid|inode64|inode32|attr2|logbufs=\d+|logbsize=\d+k?|noquota|uquota|gquota|pquota|prjquota|usrquota|grpquota|norecovery|largeio|nolargeio|swalloc|allocsize=\d+[kmg]?|sunit=\d+|swidth=\d+|wsync|lazytime|noalign)$/,
} as const

const plain = { readOnly: false } as const

interface Flags {
  readonly readOnly: boolean
  readonly nosuid?: boolean
  readonly nodev?: boolean
  readonly noexec?: boolean
  readonly noatime?: boolean
  readonly nodiratime?: boolean
  readonly strictatime?: boolean
}

/** In the kernel's order (show_mnt_opts): `relatime` stands when no other atime option does. */
function optionList(flags: Flags): string[] {
  const names = (['nosuid', 'nodev', 'noexec', 'noatime', 'nodiratime'] as const).filter((name) => flags[name] === true)
  const relative = flags.noatime === true || flags.strictatime === true ? [] : ['relatime']
  return [flags.readOnly ? 'ro' : 'rw', ...names, ...relative]
}

function flagsOf(options: readonly string[]): Flags {
  const has = (name: string): boolean => options.includes(name)
  return { readOnly: has('ro'), nosuid: has('nosuid'), nodev: has('nodev'), noexec: has('noexec'), noatime: has('noatime'), nodiratime: has('nodiratime'), strictatime: !has('relatime') && !has('noatime') }
}
