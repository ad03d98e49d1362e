/** Go's flags, as the sidecars take them: `--name=value`, `--name value`, and `--name` alone for a boolean. Pure. */

export interface FlagKinds {
  readonly [name: string]: 'text' | 'boolean' | 'duration' | 'count'
}

export class FlagError extends Error {
  override readonly name = 'FlagError'
}

export interface Flags {
  text(name: string): string | undefined
  on(name: string, otherwise: boolean): boolean
  /** Milliseconds. */
  duration(name: string, otherwise: number): number
  count(name: string, otherwise: number): number
}

/** Throws `FlagError` in the words of Go's flag package. */
export function parseFlags(args: readonly string[], kinds: FlagKinds): Flags {
  const values = new Map<string, string>()
  for (let at = 0; at < args.length; at += 1) {
    const [, name = '', given] = /^--?([^=]+)(?:=([\s\S]*))?$/.exec(args[at] ?? '') ?? []
    const kind = kinds[name]
    if (kind === undefined) throw new FlagError(`flag provided but not defined: -${name === '' ? args[at] : name}`)
    if (given !== undefined) values.set(name, given)
    else if (kind === 'boolean') values.set(name, 'true')
    else {
      at += 1
      const next = args[at]
      if (next === undefined) throw new FlagError(`flag needs an argument: -${name}`)
      values.set(name, next)
    }
    check(name, kind, values.get(name) ?? '')
  }
  return {
    text: (name) => values.get(name),
    on: (name, otherwise) => (values.has(name) ? isTrue(values.get(name) ?? '') : otherwise),
    duration: (name, otherwise) => parseDuration(values.get(name) ?? '') ?? otherwise,
    count: (name, otherwise) => (values.has(name) ? Number(values.get(name)) : otherwise),
  }
}

function check(name: string, kind: FlagKinds[string] | undefined, value: string): void {
  const sound =
    kind === 'text' ||
    (kind === 'boolean' && /^(1|0|t|f|true|false)$/i.test(value)) ||
    (kind === 'duration' && parseDuration(value) !== undefined) ||
    (kind === 'count' && /^-?\d+(\.\d+)?$/.test(value))
  if (!sound) throw new FlagError(`invalid value "${value}" for flag -${name}: parse error`)
}

function isTrue(value: string): boolean {
  return /^(1|t|true)$/i.test(value)
}

const unitMs: Readonly<Record<string, number>> = { ns: 1e-6, us: 1e-3, ms: 1, s: 1_000, m: 60_000, h: 3_600_000 }

/** Go's `time.ParseDuration`: `90s`, `1m30s`, `250ms`. */
export function parseDuration(text: string): number | undefined {
  if (text === '0') return 0
  if (!/^(\d+(\.\d+)?(ns|us|ms|s|m|h))+$/.test(text)) return undefined
  return [...text.matchAll(/(\d+(?:\.\d+)?)(ns|us|ms|s|m|h)/g)].reduce((sum, [, number, unit]) => sum + Number(number) * (unitMs[unit ?? ''] ?? 0), 0)
}
