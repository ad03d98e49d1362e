import type { CommandFunction, Io, Shell } from '../shell/shell.ts'
import { FileFailure } from '@stowage/effects'
import { explain } from './explain.ts'
import { usage } from './text.ts'

interface Copy {
  readonly input: string | undefined
  readonly output: string | undefined
  readonly blockSize: number
  readonly count: number
  readonly seek: number
  readonly skip: number
  readonly conversions: readonly string[]
  readonly quiet: boolean
}

const known = new Set(['if', 'of', 'bs', 'count', 'seek', 'skip', 'conv', 'status', 'ibs', 'obs', 'oflag', 'iflag'])
const chunkBytes = 4 * 1024 * 1024

export const dd: CommandFunction = async (args, shell, io) => {
  const fields = new Map(args.map((arg) => [arg.slice(0, arg.indexOf('=')), arg.slice(arg.indexOf('=') + 1)]))
  const odd = [...fields.keys()].find((name) => !known.has(name))
  if (odd !== undefined) return await usage('dd', odd, io)
  const copy: Copy = {
    input: fields.get('if'),
    output: fields.get('of'),
    blockSize: size(fields.get('bs') ?? fields.get('obs') ?? '512'),
    count: fields.has('count') ? size(fields.get('count') ?? '') : Number.POSITIVE_INFINITY,
    seek: size(fields.get('seek') ?? '0'),
    skip: size(fields.get('skip') ?? '0'),
    conversions: (fields.get('conv') ?? '').split(','),
    quiet: fields.get('status') === 'none',
  }
  if ([copy.blockSize, copy.seek, copy.skip].some(Number.isNaN) || Number.isNaN(copy.count)) return await usage('dd', args.join(' '), io)
  return await run(copy, shell, io)
}

async function run(copy: Copy, shell: Shell, io: Io): Promise<number> {
  const started = shell.init.clock.monotonic()
  const target = copy.output === undefined ? undefined : shell.path(copy.output)
  let bytes = 0
  let failure: FileFailure | undefined
  try {
    if (target !== undefined) {
      const device = (await shell.files.statFollowing(target))?.kind === 'block'
      await shell.files.write(target, new Uint8Array(), 0, copy.conversions.includes('notrunc') || device ? {} : { truncate: true })
    }
    for await (const piece of source(copy, shell, io)) {
      if (target === undefined) await io.out(piece)
      else await shell.files.write(target, piece, copy.seek * copy.blockSize + bytes)
      bytes += piece.length
    }
    if (target !== undefined && ['fsync', 'fdatasync'].some((word) => copy.conversions.includes(word))) await shell.files.sync(target)
  } catch (error) {
    if (!(error instanceof FileFailure)) throw error
    failure = error
  }
  if (failure !== undefined) await io.err(`dd: ${failure.code === 'ENOENT' ? `can't open '${copy.input ?? ''}'` : `error writing '${copy.output ?? ''}'`}: ${explain(failure)}\n`)
  const full = Math.floor(bytes / copy.blockSize)
  const seconds = Math.max(0.000001, (shell.init.clock.monotonic() - started) / 1000)
  const blocks = `${full}+${bytes % copy.blockSize > 0 ? 1 : 0}`
  if (!copy.quiet) await io.err(`${blocks} records in\n${blocks} records out\n${bytes} bytes (${(bytes / 1e6).toFixed(1)}MB) copied, ${seconds.toFixed(6)} seconds, ${(bytes / 1e6 / seconds).toFixed(1)}MB/s\n`)
  return failure === undefined ? 0 : 1
}

async function* source(copy: Copy, shell: Shell, io: Io): AsyncGenerator<Uint8Array> {
  const total = copy.count * copy.blockSize
  const from = copy.skip * copy.blockSize
  for (let at = 0; at < total; ) {
    const wanted = Math.min(Math.max(copy.blockSize, Math.min(chunkBytes, total)), total - at)
    const piece = await read(copy.input, from + at, wanted, shell, io)
    if (piece.length > 0) yield piece
    at += piece.length
    if (piece.length < wanted) return
    // Big copies take time in the world too: about 500 MB/s.
    await shell.init.clock.sleep(piece.length / 500_000)
  }
}

async function read(input: string | undefined, offset: number, length: number, shell: Shell, io: Io): Promise<Uint8Array> {
  if (input === undefined) return io.stdin.subarray(offset, offset + length)
  if (input === '/dev/zero') return new Uint8Array(length)
  if (input === '/dev/urandom' || input === '/dev/random') return shell.init.random.bytes(length)
  return await shell.files.readSome(shell.path(input), offset, length)
}

/** `1M`, `4k`, `512`. */
function size(text: string): number {
  const match = /^(\d+)(c|w|b|kB|k|K|MB|M|G)?$/.exec(text)
  const units: Readonly<Record<string, number>> = { c: 1, w: 2, b: 512, k: 1024, K: 1024, kB: 1000, M: 1024 ** 2, MB: 1e6, G: 1024 ** 3 }
  return match === null ? Number.NaN : Number(match[1]) * (units[match[2] ?? 'c'] ?? 1)
}
