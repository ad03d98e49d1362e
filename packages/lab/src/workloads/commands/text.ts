/** Commands over text: what they print is what busybox prints. */
import { createHash } from 'node:crypto'
import { FileFailure } from '@stowage/effects'
import type { CommandFunction, Io, Shell } from '../shell/shell.ts'
import { splitArguments } from './arguments.ts'
import { explain } from './explain.ts'

const decode = (bytes: Uint8Array): string => new TextDecoder().decode(bytes)
const chunkBytes = 4 * 1024 * 1024

/** A file in pieces, or standard input for `-`. */
export async function* piecesOf(path: string, shell: Shell, io: Io): AsyncGenerator<Uint8Array> {
  if (path === '-') {
    yield io.stdin
    return
  }
  for (let at = 0; ; at += chunkBytes) {
    const piece = await shell.files.readSome(shell.path(path), at, chunkBytes)
    if (piece.length > 0) yield piece
    if (piece.length < chunkBytes) return
  }
}

async function whole(path: string, shell: Shell, io: Io): Promise<Uint8Array> {
  const pieces: Uint8Array[] = []
  for await (const piece of piecesOf(path, shell, io)) pieces.push(piece)
  return Buffer.concat(pieces)
}

/** Runs for each operand; one that cannot be read is told, and the others go on. */
async function forEachFile(name: string, operands: readonly string[], io: Io, work: (path: string) => Promise<void>): Promise<number> {
  let code = 0
  for (const path of operands.length === 0 ? ['-'] : operands) {
    try {
      await work(path)
    } catch (error) {
      if (!(error instanceof FileFailure)) throw error
      await io.err(`${name}: ${error.code === 'ENOENT' ? `can't open '${path}'` : path}: ${explain(error)}\n`)
      code = 1
    }
  }
  return code
}

const echo: CommandFunction = async (args, _, io) => {
  const rest = [...args]
  let newline = true
  let escapes = false
  while (/^-[neE]+$/.test(rest[0] ?? '')) {
    const option = rest.shift() ?? ''
    if (option.includes('n')) newline = false
    if (option.includes('e')) escapes = true
  }
  const text = rest.join(' ')
  await io.out(`${escapes ? unescape(text) : text}${newline ? '\n' : ''}`)
  return 0
}

function unescape(text: string): string {
  const names: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', '\\': '\\', a: '\u0007', b: '\b', '0': '\0', e: '\u001B' }
  return text.replace(/\\(.)/g, (match, letter: string) => names[letter] ?? match)
}

const printf: CommandFunction = async ([format = '', ...args], _, io) => {
  const rest = [...args]
  const once = (): string =>
    unescape(format).replace(/%(-?0?)(\d*)(?:\.(\d+))?([sdiuxcf%b])/g, (_match, flags: string, width: string, precision: string | undefined, kind: string) => {
      if (kind === '%') return '%'
      const value = rest.shift() ?? (kind === 's' || kind === 'b' ? '' : '0')
      const text = kind === 's' || kind === 'c' ? value : kind === 'b' ? unescape(value) : kind === 'x' ? Number(value).toString(16) : kind === 'f' ? Number(value).toFixed(Number(precision ?? 6)) : String(Math.trunc(Number(value)))
      const size = Number(width || 0)
      return flags.startsWith('-') ? text.padEnd(size) : text.padStart(size, flags.includes('0') ? '0' : ' ')
    })
  let out = once()
  while (rest.length > 0 && format.includes('%')) {
    const before = rest.length
    out += once()
    if (rest.length === before) break
  }
  await io.out(out)
  return 0
}

const cat: CommandFunction = async (args, shell, io) => {
  const { operands } = splitArguments(args, 'nuve')
  return await forEachFile('cat', operands, io, async (path) => {
    for await (const piece of piecesOf(path, shell, io)) await io.out(piece)
  })
}

const digest = (algorithm: 'sha256' | 'md5' | 'sha1' | 'sha512'): CommandFunction => async (args, shell, io) => {
  const name = `${algorithm}sum`
  const { given, operands } = splitArguments(args, 'csbtw')
  if (given.has('c')) return await checkDigests(algorithm, operands, shell, io)
  return await forEachFile(name, operands, io, async (path) => {
    await io.out(`${await digestOf(algorithm, path, shell, io)}  ${path}\n`)
  })
}

async function digestOf(algorithm: string, path: string, shell: Shell, io: Io): Promise<string> {
  const hash = createHash(algorithm)
  for await (const piece of piecesOf(path, shell, io)) hash.update(piece)
  return hash.digest('hex')
}

async function checkDigests(algorithm: string, operands: readonly string[], shell: Shell, io: Io): Promise<number> {
  let bad = 0
  for (const list of operands.length === 0 ? ['-'] : operands) {
    for (const line of decode(await whole(list, shell, io)).split('\n').filter((one) => one !== '')) {
      const [expected, path] = line.split(/ [ *]/)
      const same = (await digestOf(algorithm, path ?? '', shell, io).catch(() => undefined)) === expected
      await io.out(`${path}: ${same ? 'OK' : 'FAILED'}\n`)
      if (!same) bad += 1
    }
  }
  if (bad > 0) await io.err(`${algorithm}sum: WARNING: ${bad} computed checksums did NOT match\n`)
  return bad > 0 ? 1 : 0
}

const wc: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'lwcm')
  return await forEachFile('wc', operands, io, async (path) => {
    const bytes = await whole(path, shell, io)
    const text = decode(bytes)
    const counts = { l: text.split('\n').length - 1, w: text.split(/\s+/).filter((word) => word !== '').length, c: bytes.length, m: text.length }
    const wanted = (['l', 'w', 'c', 'm'] as const).filter((key) => (given.size === 0 ? key !== 'm' : given.has(key)))
    const shown = wanted.map((key) => String(counts[key]))
    const columns = wanted.length === 1 ? shown : shown.map((count) => count.padStart(9))
    await io.out(`${columns.join(' ')}${path === '-' ? '' : ` ${path}`}\n`)
  })
}

const head: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(shortCount(args), 'q', 'nc')
  return await forEachFile('head', operands, io, async (path) => {
    const bytes = await whole(path, shell, io)
    if (given.has('c')) return await io.out(bytes.subarray(0, Number(given.get('c'))))
    const lines = decode(bytes).split(/(?<=\n)/)
    await io.out(lines.slice(0, Number(given.get('n') ?? 10)).join(''))
  })
}

const tail: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(shortCount(args), 'qfF', 'nc')
  const sizes = new Map<string, number>()
  const code = await forEachFile('tail', operands, io, async (path) => {
    const bytes = await whole(path, shell, io)
    sizes.set(path, bytes.length)
    const count = given.get('n') ?? '10'
    const lines = decode(bytes).split(/(?<=\n)/)
    if (given.has('c')) return await io.out(bytes.subarray(-Number(given.get('c'))))
    await io.out(lines.slice(count.startsWith('+') ? Number(count) - 1 : Math.max(0, lines.length - Number(count))).join(''))
  })
  if (given.has('f') || given.has('F')) await follow(sizes, shell, io)
  return code
}

async function follow(sizes: Map<string, number>, shell: Shell, io: Io): Promise<void> {
  while (!shell.init.stop.aborted) {
    await shell.init.clock.sleep(1000)
    for (const [path, size] of sizes) {
      if (path === '-' || path === '/dev/null') continue
      const more = await shell.files.readSome(shell.path(path), size, chunkBytes)
      if (more.length > 0) await io.out(more)
      sizes.set(path, size + more.length)
    }
  }
}

/** `head -5` is `head -n 5`. */
function shortCount(args: readonly string[]): string[] {
  return args.map((arg) => (/^-\d+$/.test(arg) ? `-n${arg.slice(1)}` : arg))
}

const grep: CommandFunction = async (args, shell, io) => {
  const { given, operands, unknown } = splitArguments(args, 'qivcnlEFoxhHsw', 'em')
  if (unknown !== undefined) return await usage('grep', unknown, io)
  const [pattern, ...paths] = given.has('e') ? [given.get('e') ?? '', ...operands] : operands
  if (pattern === undefined) return await usage('grep', 'pattern', io)
  const expression = grepExpression(pattern, given)
  let matched = false
  const code = await forEachFile('grep', paths, io, async (path) => {
    const lines = decode(await whole(path, shell, io)).replace(/\n$/, '').split('\n')
    const hits = lines.map((line, index) => ({ line, index })).filter(({ line }) => expression.test(line) !== given.has('v'))
    if (hits.length > 0) matched = true
    if (given.has('q')) return
    if (given.has('c')) return await io.out(`${hits.length}\n`)
    if (given.has('l')) return await io.out(hits.length > 0 ? `${path}\n` : '')
    const prefix = paths.length > 1 && !given.has('h') ? `${path}:` : ''
    for (const { line, index } of hits) {
      await io.out(`${prefix}${given.has('n') ? `${index + 1}:` : ''}${given.has('o') ? (expression.exec(line)?.[0] ?? '') : line}\n`)
    }
  })
  return code === 0 ? Number(!matched) : 2
}

function grepExpression(pattern: string, given: ReadonlyMap<string, string>): RegExp {
  const literal = (text: string): string => text.replace(/[.*+?^${}()|[\]\\]/g, '\\$&')
  // In basic expressions + ? | ( ) { } are ordinary unless escaped.
  const basic = (text: string): string => text.replace(/\\?[+?|(){}]/g, (match) => (match.length === 2 ? match.slice(1) : `\\${match}`))
  const source = given.has('F') ? literal(pattern) : given.has('E') ? pattern : basic(pattern)
  const bounded = given.has('x') ? `^(?:${source})$` : given.has('w') ? `\\b(?:${source})\\b` : source
  return new RegExp(bounded, given.has('i') ? 'i' : '')
}

const tee: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'ai')
  for (const path of operands) await shell.files.write(shell.path(path), io.stdin, 0, given.has('a') ? { append: true } : { truncate: true })
  await io.out(io.stdin)
  return 0
}

const seq: CommandFunction = async (args, _, io) => {
  const numbers = args.map(Number)
  if (numbers.length === 0 || numbers.some((number) => !Number.isFinite(number))) return await usage('seq', args.join(' '), io)
  const [first, step, last] = numbers.length === 1 ? [1, 1, numbers[0]] : numbers.length === 2 ? [numbers[0], 1, numbers[1]] : numbers
  const lines: string[] = []
  for (let at = first ?? 1; (step ?? 1) > 0 ? at <= (last ?? 0) : at >= (last ?? 0); at += step ?? 1) lines.push(`${at}\n`)
  await io.out(lines.join(''))
  return 0
}

const sort: CommandFunction = async (args, shell, io) => {
  const { given, operands } = splitArguments(args, 'nru', 'k')
  const lines: string[] = []
  const code = await forEachFile('sort', operands, io, async (path) => {
    lines.push(...decode(await whole(path, shell, io)).split('\n').filter((line, index, all) => line !== '' || index < all.length - 1))
  })
  const ordered = given.has('n') ? lines.sort((a, b) => Number.parseFloat(a) - Number.parseFloat(b)) : lines.sort()
  const shown = given.has('r') ? ordered.toReversed() : ordered
  for (const line of given.has('u') ? new Set(shown) : shown) await io.out(`${line}\n`)
  return code
}

export async function usage(name: string, what: string, io: Io): Promise<number> {
  await io.err(`${name}: the lab's ${name} does not know '${what}'\n`)
  return 1
}

export const textCommands: Readonly<Record<string, CommandFunction>> = {
  cat,
  echo,
  grep,
  head,
  md5sum: digest('md5'),
  printf,
  seq,
  sha1sum: digest('sha1'),
  sha256sum: digest('sha256'),
  sha512sum: digest('sha512'),
  sort,
  tail,
  tee,
  wc,
}
