import { FileFailure } from '@stowage/effects'
import { commands } from '../commands/table.ts'
import { explain } from '../commands/explain.ts'
import { builtins } from './builtins.ts'
import { expandJoined, expandWord } from './expand.ts'
import { parse } from './parser.ts'
import type { Interpreter, Io, Shell } from './shell.ts'
import { LoopControl, ShellExit } from './shell.ts'
import type { Command, List, Pipeline, Redirect } from './syntax.ts'
import { SyntaxFault } from './syntax.ts'

/** What a shell hands to commands that run others. */
export const interpreter: Interpreter = {
  script: (script, shell, io) => runScript(script, shell, io),
  argv: (argv, shell, io) => runArgv(argv, shell, io),
  knows: (name) => Object.hasOwn(builtins, name) || Object.hasOwn(commands, name),
}

/** Runs a script to its end and answers the exit code. */
export async function runScript(script: string, shell: Shell, io: Io): Promise<number> {
  try {
    return await runList(parse(script), shell, io)
  } catch (error) {
    if (error instanceof ShellExit) return error.code
    if (!(error instanceof SyntaxFault)) throw error
    await io.err(`sh: ${error.message}\n`)
    return 2
  }
}

async function runList(list: List, shell: Shell, io: Io): Promise<number> {
  for (const item of list) {
    if ((item.after === '&&' && shell.lastExit !== 0) || (item.after === '||' && shell.lastExit === 0)) continue
    if (item.background) {
      shell.background.push(runPipeline(item.pipeline, shell.copy(), io))
      shell.lastExit = 0
      continue
    }
    shell.lastExit = await runPipeline(item.pipeline, shell, io)
    const next = list[list.indexOf(item) + 1]
    const guarded = item.pipeline.negated || next?.after === '&&' || next?.after === '||'
    if (shell.errexit && shell.lastExit !== 0 && !guarded) throw new ShellExit(shell.lastExit)
  }
  return shell.lastExit
}

/** Each command runs to its end and hands its output to the next: enough for what pods do, not for `yes | head`. */
async function runPipeline(pipeline: Pipeline, shell: Shell, io: Io): Promise<number> {
  let { stdin } = io
  let code = 0
  for (const [index, command] of pipeline.commands.entries()) {
    const last = index === pipeline.commands.length - 1
    const collected: Uint8Array[] = []
    const out = last ? io.out : async (bytes: Uint8Array | string): Promise<void> => void collected.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
    code = await runCommand(command, pipeline.commands.length > 1 ? shell.copy() : shell, { stdin, out, err: io.err })
    stdin = Buffer.concat(collected)
  }
  return pipeline.negated ? Number(code === 0) : code
}

async function runCommand(command: Command, shell: Shell, outer: Io): Promise<number> {
  if (command.kind === 'simple') return await runSimple(command, shell, outer)
  const redirected = await redirect(command.redirects, shell, outer)
  if (typeof redirected === 'number') return redirected
  return await runCompound(command, shell, redirected)
}

async function runCompound(command: Exclude<Command, { kind: 'simple' }>, shell: Shell, io: Io): Promise<number> {
  if (command.kind === 'group') {
    if (!command.subshell) return await runList(command.body, shell, io)
    return await ownExit(() => runList(command.body, shell.copy(), io))
  }
  if (command.kind === 'if') {
    for (const { condition, body } of command.branches) if ((await unguarded(condition, shell, io)) === 0) return await runList(body, shell, io)
    return command.otherwise === undefined ? 0 : await runList(command.otherwise, shell, io)
  }
  return await runLoop(command, shell, io)
}

/** A condition may fail without ending a shell under `set -e`. */
async function unguarded(list: List, shell: Shell, io: Io): Promise<number> {
  const { errexit } = shell
  shell.errexit = false
  const code = await runList(list, shell, io)
  shell.errexit = errexit
  return code
}

async function ownExit(work: () => Promise<number>): Promise<number> {
  try {
    return await work()
  } catch (error) {
    if (error instanceof ShellExit) return error.code
    throw error
  }
}

async function runLoop(command: Extract<Command, { kind: 'while' | 'for' }>, shell: Shell, io: Io): Promise<number> {
  const turns = command.kind === 'for' ? await fields(command.words, shell, io) : undefined
  let code = 0
  for (let turn = 0; ; turn += 1) {
    if (command.kind === 'while' && ((await unguarded(command.condition, shell, io)) === 0) === command.until) break
    const value = turns?.[turn]
    if (command.kind === 'for') {
      if (value === undefined) break
      shell.variables.set(command.name, value)
    }
    // A loop without a sleep must let the world go on, or it would stop virtual time.
    await shell.init.clock.sleep(1)
    try {
      code = await runList(command.body, shell, io)
    } catch (error) {
      if (!(error instanceof LoopControl)) throw error
      if (error.kind === 'break') break
    }
  }
  return code
}

async function fields(words: readonly Parameters<typeof expandWord>[0][], shell: Shell, io: Io): Promise<string[]> {
  const out: string[] = []
  for (const word of words) out.push(...(await expandWord(word, shell, substitution(io))))
  return out
}

function substitution(io: Io): (script: string, shell: Shell) => Promise<string> {
  return async (script, shell) => {
    const collected: Uint8Array[] = []
    const out = async (bytes: Uint8Array | string): Promise<void> => void collected.push(typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes)
    shell.lastExit = await runScript(script, shell.copy(), { stdin: io.stdin, out, err: io.err })
    return new TextDecoder().decode(Buffer.concat(collected))
  }
}

async function runSimple(command: Extract<Command, { kind: 'simple' }>, shell: Shell, outer: Io): Promise<number> {
  const substitute = substitution(outer)
  const argv = await fields(command.words, shell, outer)
  const own = argv.length === 0 ? shell : command.assignments.length > 0 ? shell.copy() : shell
  for (const { name, value } of command.assignments) own.variables.set(name, await expandJoined(value, shell, substitute))
  const io = await redirect(command.redirects, shell, outer)
  if (typeof io === 'number') return io
  if (argv.length === 0) return command.assignments.length > 0 ? shell.lastExit : 0
  return await runArgv(argv, own, io)
}

/** A builtin, one of the lab's commands, or 127. */
export async function runArgv(argv: readonly string[], shell: Shell, io: Io): Promise<number> {
  const [name = '', ...args] = argv
  const bare = name.replace(/^(\/usr(\/local)?)?\/s?bin\//, '')
  const found = (Object.hasOwn(builtins, bare) ? builtins[bare] : undefined) ?? (Object.hasOwn(commands, bare) ? commands[bare] : undefined)
  if (found === undefined) {
    await io.err(name.includes('/') ? `sh: ${name}: not found\n` : `sh: ${name}: not found (the lab has no such program)\n`)
    return 127
  }
  try {
    return await found(args, shell, io)
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error
    await io.err(`${bare}: ${error.path}: ${explain(error)}\n`)
    return 1
  }
}

/** Files are opened before the command runs; when one cannot be, the command does not run. */
async function redirect(redirects: readonly Redirect[], shell: Shell, io: Io): Promise<Io | number> {
  let result = io
  for (const one of redirects) {
    const target = await expandJoined(one.target, shell, substitution(io))
    try {
      result = await applyRedirect(one, target, shell, result)
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error
      await io.err(`sh: can't ${one.operator === '<' ? 'open' : 'create'} ${target}: ${one.operator === '<' ? 'no such file' : explain(error)}\n`)
      return one.operator === '<' ? 2 : 1
    }
  }
  return result
}

async function applyRedirect(one: Redirect, target: string, shell: Shell, io: Io): Promise<Io> {
  if (one.operator === '<<') return { ...io, stdin: new TextEncoder().encode(target) }
  if (one.operator === '<') return { ...io, stdin: await shell.files.read(shell.path(target)) }
  if (one.operator === '>&') {
    const { out, err } = io
    return one.fd === 2 ? { ...io, err: out } : { ...io, out: (bytes) => err(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes)) }
  }
  const path = shell.path(target)
  const file = path === '/dev/null' || path === '/dev/stdout' || path === '/dev/stderr'
  if (!file) await shell.files.write(path, new Uint8Array(), 0, one.operator === '>' ? { truncate: true } : { append: true })
  const sink = path === '/dev/null' ? async (): Promise<void> => {} : fileSink(path, shell, io)
  return one.fd === 2 ? { ...io, err: sink } : { ...io, out: sink }
}

function fileSink(path: string, shell: Shell, io: Io): (bytes: Uint8Array | string) => Promise<void> {
  if (path === '/dev/stdout') return io.out
  if (path === '/dev/stderr') return (bytes) => io.err(typeof bytes === 'string' ? bytes : new TextDecoder().decode(bytes))
  return (bytes) => shell.files.write(path, typeof bytes === 'string' ? new TextEncoder().encode(bytes) : bytes, 0, { append: true })
}
