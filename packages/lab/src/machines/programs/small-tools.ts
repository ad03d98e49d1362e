/** blockdev, fstrim, sync, and the few of coreutils that a driver may call. */
import { DiskFilesystem } from '../filesystem/disk-filesystem.ts'
import { Errno } from '../filesystem/errno.ts'
import { openDevice } from './device-argument.ts'
import type { LinuxProgram, Output, ProgramContext } from './program.ts'
import { fail, ok } from './program.ts'

export const blockdev: LinuxProgram = { ms: 3, run: runBlockdev }
export const fstrim: LinuxProgram = { ms: 20, run: runFstrim }
export const sync: LinuxProgram = { ms: 10, run: runSync }
export const echo: LinuxProgram = { ms: 1, run: ({ args }) => ok(`${args.join(' ')}\n`) }
export const cat: LinuxProgram = { ms: 1, run: runCat }
export const trueProgram: LinuxProgram = { ms: 1, run: () => ok() }
export const falseProgram: LinuxProgram = { ms: 1, run: () => fail(1, '') }
export const sleep: LinuxProgram = { ms: 0, run: runSleep }

function runBlockdev({ kernel, args }: ProgramContext): Output {
  const [command = '', path] = args
  const answers = {
    '--getsize64': (size: number) => `${size}\n`,
    '--getsz': (size: number) => `${Math.floor(size / 512)}\n`,
    '--getss': () => '512\n',
    '--getbsz': () => '4096\n',
    '--getro': (_: number, readOnly: boolean) => `${readOnly ? 1 : 0}\n`,
    '--flushbufs': () => '',
  } as const
  const answer = Object.entries(answers).find(([name]) => name === command)?.[1]
  if (answer === undefined || path === undefined) return fail(1, `blockdev: Unknown command: ${command}\nTry 'blockdev --help' for more information.\n`)
  const device = openDevice(kernel, path)
  if (device instanceof Errno) return fail(1, `blockdev: cannot open ${path}: ${device.message}\n`)
  return ok(answer(device.size, device.readOnly))
}

function runFstrim({ kernel, args }: ProgramContext): Output {
  const verbose = args.includes('-v')
  const [path] = args.filter((arg) => !arg.startsWith('-'))
  if (path === undefined || args.some((arg) => arg.startsWith('-') && arg !== '-v')) return fail(1, "fstrim: no mountpoint specified\n")
  try {
    const { filesystem } = kernel.resolve(path).location.mount
    if (!(filesystem instanceof DiskFilesystem)) return fail(1, `fstrim: ${path}: the discard operation is not supported\n`)
    const bytes = filesystem.trim()
    return ok(verbose ? `${path}: ${(bytes / 1024 ** 3).toFixed(1)} GiB (${bytes} bytes) trimmed\n` : '')
  } catch (error) {
    if (error instanceof Errno) return fail(1, `fstrim: ${error.code === 'ENOENT' ? `stat of ${path} failed` : `${path}: FITRIM ioctl failed`}: ${error.message}\n`)
    throw error
  }
}

function runSync({ kernel, args }: ProgramContext): Output {
  const paths = args.filter((arg) => !arg.startsWith('-'))
  if (paths.length === 0) {
    kernel.syncAll()
    return ok()
  }
  for (const path of paths) {
    try {
      const found = kernel.resolve(path)
      found.location.mount.filesystem.sync(args.includes('-f') ? undefined : found.inode)
    } catch (error) {
      if (error instanceof Errno) return fail(1, `sync: error ${error.code === 'ENOENT' ? 'opening' : 'syncing'} '${path}': ${error.message}\n`)
      throw error
    }
  }
  return ok()
}

function runCat({ kernel, args, stdin }: ProgramContext): Output {
  if (args.length === 0) return ok(stdin)
  try {
    const texts = args.map((path) => {
      const { inode, location } = kernel.resolve(path)
      return new TextDecoder().decode(location.mount.filesystem.read(inode, 0, 16 * 1024 * 1024))
    })
    return ok(texts.join(''))
  } catch (error) {
    if (error instanceof Errno) return fail(1, `cat: ${args.join(' ')}: ${error.message}\n`)
    throw error
  }
}

async function runSleep({ args, clock, signal }: ProgramContext): Promise<Output> {
  const seconds = Number(args[0])
  if (!Number.isFinite(seconds)) return fail(1, `sleep: invalid time interval '${args[0] ?? ''}'\n`)
  await clock.sleep(seconds * 1000, signal)
  return ok()
}
