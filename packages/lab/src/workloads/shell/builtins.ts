import { FileFailure } from '@stowage/effects'
import type { CommandFunction, Io, Shell } from './shell.ts'
import { LoopControl, ShellExit } from './shell.ts'

/** Commands that change the shell itself. */
export const builtins: Readonly<Record<string, CommandFunction>> = {
  ':': async () => 0,
  '.': async ([path = ''], shell, io) => await shell.init.interpreter.script(await shell.files.readText(shell.path(path)), shell, io),
  ash: shellCommand,
  bash: shellCommand,
  break: async () => {
    throw new LoopControl('break')
  },
  cd: changeDirectory,
  command: async (args, shell, io) => (args[0] === '-v' ? await which(args.slice(1), shell, io) : await shell.init.interpreter.argv(args, shell, io)),
  continue: async () => {
    throw new LoopControl('continue')
  },
  eval: async (args, shell, io) => await shell.init.interpreter.script(args.join(' '), shell, io),
  exec: async (args, shell, io) => {
    if (args.length === 0) return 0
    throw new ShellExit(await shell.init.interpreter.argv(args, shell, io))
  },
  exit: async ([code], shell) => {
    throw new ShellExit(code === undefined ? shell.lastExit : Number(code) & 255)
  },
  export: async (args, shell) => assign(args, shell),
  local: async (args, shell) => assign(args, shell),
  pwd: async (_, shell, io) => {
    await io.out(`${shell.directory}\n`)
    return 0
  },
  read: readLine,
  readonly: async (args, shell) => assign(args, shell),
  set: setOptions,
  sh: shellCommand,
  shift: async (_, shell) => {
    shell.positional = [shell.positional[0] ?? 'sh', ...shell.positional.slice(2)]
    return 0
  },
  trap: async ([script = '', ...signals], shell) => {
    for (const signal of signals) shell.traps.set(signal.replace(/^SIG/, ''), script)
    return 0
  },
  umask: async () => 0,
  unset: async (args, shell) => {
    for (const name of args) shell.variables.delete(name)
    return 0
  },
  wait: async (_, shell) => {
    const codes = await Promise.all(shell.background)
    return codes.at(-1) ?? 0
  },
}

async function which(args: readonly string[], shell: Shell, io: Io): Promise<number> {
  const known = args.filter((name) => shell.init.interpreter.knows(name))
  for (const name of known) await io.out(`${name}\n`)
  return known.length === args.length ? 0 : 127
}

function assign(args: readonly string[], shell: Shell): number {
  for (const arg of args) {
    const at = arg.indexOf('=')
    if (at > 0) shell.variables.set(arg.slice(0, at), arg.slice(at + 1))
  }
  return 0
}

async function changeDirectory([target = '/root']: readonly string[], shell: Shell, io: Io): Promise<number> {
  const path = shell.path(target)
  const found = await shell.files.statFollowing(path)
  if (found?.kind !== 'directory') {
    await io.err(`sh: cd: can't cd to ${target}: ${found === undefined ? 'No such file or directory' : 'Not a directory'}\n`)
    return 2
  }
  shell.directory = path
  return 0
}

/** One line of standard input. A loop over a file reads it whole: the rest stays with the shell. */
async function readLine(args: readonly string[], shell: Shell, io: Io): Promise<number> {
  const names = args.filter((arg) => !arg.startsWith('-'))
  const [line, ...rest] = new TextDecoder().decode(io.stdin).split('\n')
  const fields = (line ?? '').trim().split(/\s+/)
  for (const [index, name] of names.entries()) shell.variables.set(name, index === names.length - 1 ? fields.slice(index).join(' ') : (fields[index] ?? ''))
  if (rest.length > 1) throw new FileFailure('EINVAL', 'read', "the lab's shell reads one line of its input only")
  return rest.length > 0 ? 0 : 1
}

async function setOptions(args: readonly string[], shell: Shell): Promise<number> {
  for (const [index, arg] of args.entries()) {
    if (arg === '--') {
      shell.positional = [shell.positional[0] ?? 'sh', ...args.slice(index + 1)]
      return 0
    }
    if (arg.startsWith('-') && arg.includes('e')) shell.errexit = true
    if (arg.startsWith('+') && arg.includes('e')) shell.errexit = false
  }
  return 0
}

/** `sh -c script name args…`, `sh file args…`; without either it reads its standard input, which is empty without a terminal. */
async function shellCommand(args: readonly string[], shell: Shell, io: Io): Promise<number> {
  const inner = shell.copy()
  const rest = [...args]
  let script: string | undefined
  while (rest[0]?.startsWith('-') === true) {
    const option = rest.shift() ?? ''
    if (option.includes('e')) inner.errexit = true
    if (option.includes('c') && !option.startsWith('--')) script = rest.shift()
  }
  if (script !== undefined) inner.positional = rest.length > 0 ? rest : ['sh']
  else if (rest[0] !== undefined) {
    inner.positional = rest
    script = await shell.files.readText(shell.path(rest[0]))
  }
  const code = await shell.init.interpreter.script(script ?? new TextDecoder().decode(io.stdin), inner, io)
  const atExit = inner.traps.get('EXIT') ?? inner.traps.get('0')
  if (atExit !== undefined) await shell.init.interpreter.script(atExit, inner, io)
  return code
}
