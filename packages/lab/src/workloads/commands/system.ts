/** Commands about the machine, its mounts and its time. */
import { FileFailure, ProgramFailure } from '@stowage/effects'
import type { CommandFunction, Io, Shell } from '../shell/shell.ts'
import { splitArguments } from './arguments.ts'
import { explain } from './explain.ts'
import { humanSize } from './listing.ts'
import { usage } from './text.ts'

interface MountLine {
  readonly source: string
  readonly target: string
  readonly type: string
  readonly options: string
}

async function mountLines(shell: Shell): Promise<MountLine[]> {
  const plain = (text: string): string => text.replace(/\\([0-7]{3})/g, (_, digits: string) => String.fromCharCode(Number.parseInt(digits, 8)))
  const text = await shell.files.readText('/proc/mounts')
  return text.split('\n').filter((line) => line !== '').map((line) => {
    const [source = '', target = '', type = '', options = ''] = line.split(' ')
    return { source: plain(source), target: plain(target), type, options }
  })
}

const silent = new Set(['proc', 'sysfs', 'devpts', 'mqueue', 'cgroup', 'cgroup2'])

const df: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'hkmTPia')
  if (unknown !== undefined) return await usage('df', unknown, io)
  const human = given.has('h')
  const lines = await mountLines(shell)
  const shown: MountLine[] = operands.length === 0 ? lines.filter((line) => !silent.has(line.type)) : []
  let code = 0
  for (const path of operands) {
    const found = await mountOf(path, lines, shell)
    if (found === undefined) {
      await io.err(`df: ${path}: can't find mount point\n`)
      code = 1
    } else shown.push(found)
  }
  const type = given.has('T')
  await io.out(`Filesystem           ${type ? 'Type       ' : ''}${(human ? '     Size' : given.has('m') ? '1M-blocks' : '1K-blocks').padEnd(15)}Used Available Use% Mounted on\n`)
  for (const line of shown) await io.out(await dfLine(line, human, given.has('m') ? 1024 ** 2 : 1024, type, shell))
  return code
}

async function mountOf(path: string, lines: readonly MountLine[], shell: Shell): Promise<MountLine | undefined> {
  if ((await shell.files.stat(shell.path(path))) === undefined) return undefined
  const real = await shell.files.realpath(shell.path(path))
  const above = lines.filter((line) => line.target === '/' || real === line.target || real.startsWith(`${line.target}/`))
  return above.toSorted((a, b) => a.target.length - b.target.length).at(-1)
}

async function dfLine(line: MountLine, human: boolean, unit: number, type: boolean, shell: Shell): Promise<string> {
  const { totalBytes, usedBytes, availableBytes } = await shell.files.filesystem(line.target)
  const size = (bytes: number): string => (human ? humanSize(bytes) : String(Math.round(bytes / unit))).padStart(9)
  const percent = usedBytes + availableBytes === 0 ? 0 : Math.ceil((usedBytes * 100) / (usedBytes + availableBytes))
  const name = line.source.length > 20 ? `${line.source}\n${' '.repeat(20)}` : line.source.padEnd(20)
  return `${name} ${type ? line.type.padEnd(10) : ''}${size(totalBytes)} ${size(usedBytes)} ${size(availableBytes)} ${String(percent).padStart(3)}% ${line.target}\n`
}

const mount: CommandFunction = async (args, shell, io) => {
  if (args.length > 0) return await machineProgram('mount', args, shell, io)
  for (const line of await mountLines(shell)) await io.out(`${line.source} on ${line.target} type ${line.type} (${line.options})\n`)
  return 0
}

/** A program of the machine, for a privileged container. */
async function machineProgram(program: string, args: readonly string[], shell: Shell, io: Io): Promise<number> {
  if (!shell.init.privileged) {
    await io.err(`${program}: permission denied (are you root?)\n`)
    return 1
  }
  try {
    const { exitCode, stdout, stderr } = await shell.init.programs.run({ program, args, timeoutMs: 300_000 })
    await io.out(stdout)
    await io.err(stderr)
    return exitCode ?? 137
  } catch (error) {
    if (!(error instanceof ProgramFailure)) throw error
    await io.err(`${program}: ${error.message}\n`)
    return 127
  }
}

const blockdev: CommandFunction = async (args, shell, io) => {
  const [option = '', path = ''] = args
  const bytes = option === '--getsize64' || option === '--getsz' ? await deviceBytes(shell.path(path), shell) : undefined
  if (bytes === undefined) return await machineProgram('blockdev', args, shell, io)
  await io.out(`${option === '--getsz' ? Math.floor(bytes / 512) : bytes}\n`)
  return 0
}

/** A device's size by reading at its end: a container sees no /sys of its disk. */
async function deviceBytes(path: string, shell: Shell): Promise<number | undefined> {
  if ((await shell.files.statFollowing(path))?.kind !== 'block') return undefined
  let [low, high] = [0, 2 ** 52]
  while (low < high) {
    const middle = Math.floor((low + high) / 2)
    if ((await shell.files.readSome(path, middle, 1)).length > 0) low = middle + 1
    else high = middle
  }
  return low
}

const sync: CommandFunction = async (args, shell, io) => {
  try {
    const paths = args.filter((arg) => !arg.startsWith('-'))
    if (paths.length === 0) await shell.files.syncAll()
    for (const path of paths) await shell.files.sync(shell.path(path))
    return 0
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error
    await io.err(`sync: error syncing '${error.path}': ${explain(error)}\n`)
    return 1
  }
}

const sleep: CommandFunction = async (args, shell, io) => {
  const units: Readonly<Record<string, number>> = { s: 1, m: 60, h: 3600, d: 86_400, '': 1 }
  const seconds = args.map((arg) => /^([0-9.]+)([smhd]?)$/.exec(arg)).map((match) => (match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? ''] ?? 1)))
  if (args[0] === 'infinity' || args[0] === 'inf') return await new Promise<never>(() => {})
  if (seconds.length === 0 || seconds.some(Number.isNaN)) {
    await io.err(`sleep: invalid number '${args[0] ?? ''}'\n`)
    return 1
  }
  await shell.init.clock.sleep(seconds.reduce((sum, one) => sum + one, 0) * 1000)
  return 0
}

const date: CommandFunction = async (args, shell, io) => {
  const now = new Date(shell.init.clock.now())
  const format = args.find((arg) => arg.startsWith('+'))?.slice(1) ?? (args.includes('-Iseconds') ? '%Y-%m-%dT%H:%M:%S+00:00' : '%a %b %e %H:%M:%S UTC %Y')
  const iso = now.toISOString()
  const fields: Readonly<Record<string, string>> = {
    Y: iso.slice(0, 4), m: iso.slice(5, 7), d: iso.slice(8, 10), e: String(now.getUTCDate()).padStart(2), H: iso.slice(11, 13), M: iso.slice(14, 16), S: iso.slice(17, 19),
    F: iso.slice(0, 10), T: iso.slice(11, 19), s: String(Math.floor(now.getTime() / 1000)), N: `${iso.slice(20, 23)}000000`, Z: 'UTC', z: '+0000',
    a: ['Sun', 'Mon', 'Tue', 'Wed', 'Thu', 'Fri', 'Sat'][now.getUTCDay()] ?? '', b: ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'][now.getUTCMonth()] ?? '',
  }
  await io.out(`${format.replace(/%([A-Za-z])/g, (match, letter: string) => fields[letter] ?? match)}\n`)
  return 0
}

const id: CommandFunction = async (args, _, io) => {
  await io.out(args.includes('-u') || args.includes('-g') ? '0\n' : 'uid=0(root) gid=0(root) groups=0(root)\n')
  return 0
}

const env: CommandFunction = async (args, shell, io) => {
  const inner = shell.copy()
  const rest = [...args]
  while (/^[A-Za-z_]\w*=/.test(rest[0] ?? '')) {
    const [name = '', ...value] = (rest.shift() ?? '').split('=')
    inner.variables.set(name, value.join('='))
  }
  if (rest.length > 0) return await shell.init.interpreter.argv(rest, inner, io)
  for (const [name, value] of inner.variables) await io.out(`${name}=${value}\n`)
  return 0
}

const hostname: CommandFunction = async (_, shell, io) => {
  await io.out(`${shell.init.hostname}\n`)
  return 0
}

const uname: CommandFunction = async (args, shell, io) => {
  await io.out(args.includes('-a') ? `Linux ${shell.init.hostname} 6.12.0 #1 SMP x86_64 GNU/Linux\n` : args.includes('-r') ? '6.12.0\n' : args.includes('-n') ? `${shell.init.hostname}\n` : args.includes('-m') ? 'x86_64\n' : 'Linux\n')
  return 0
}

const whoami: CommandFunction = async (_, _shell, io) => {
  await io.out('root\n')
  return 0
}

const mountpoint: CommandFunction = async (args, shell, io) => {
  const quiet = args.includes('-q')
  const path = args.find((arg) => !arg.startsWith('-')) ?? ''
  const is = (await mountLines(shell)).some((line) => line.target === shell.path(path))
  if (!quiet) await io.out(`${path} is ${is ? '' : 'not '}a mountpoint\n`)
  return is ? 0 : 1
}

export const systemCommands: Readonly<Record<string, CommandFunction>> = {
  blockdev, date, df, env, hostname, id, mount, mountpoint, sleep, sync, uname, whoami,
  false: async () => 1,
  true: async () => 0,
  umount: (args, shell, io) => machineProgram('umount', args, shell, io),
}
