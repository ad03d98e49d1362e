import type { Part, Word } from './syntax.ts'
import { SyntaxFault } from './syntax.ts'
import type { Shell } from './shell.ts'

/** Runs a command substitution and answers its output. */
export type Substitute = (script: string, shell: Shell) => Promise<string>

/** One word to none, one or many fields: variables, commands, splitting, then globs. */
export async function expandWord(word: Word, shell: Shell, substitute: Substitute): Promise<string[]> {
  const fields: { text: string; pattern: string; quoted: boolean }[] = []
  let current: { text: string; pattern: string; quoted: boolean } | undefined
  const add = (text: string, quoted: boolean): void => {
    current ??= { text: '', pattern: '', quoted: false }
    current.text += text
    current.pattern += quoted ? text.replace(/[*?[\]\\]/g, '\\$&') : text
    current.quoted ||= quoted
  }
  const split = (text: string): void => {
    for (const [index, piece] of text.split(/[ \t\n]+/).entries()) {
      if (index > 0 && current !== undefined) {
        fields.push(current)
        current = undefined
      }
      if (piece !== '') add(piece, false)
    }
  }
  for (const part of word) {
    if (part.kind === 'variable' && part.quoted && part.name === '@' && part.operator === '') {
      for (const [index, argument] of shell.positional.slice(1).entries()) {
        if (index > 0 && current !== undefined) {
          fields.push(current)
          current = undefined
        }
        add(argument, true)
      }
      continue
    }
    const text = await expandPart(part, shell, substitute)
    if (part.kind === 'text' || part.quoted) add(text, part.quoted)
    else split(text)
  }
  if (current !== undefined) fields.push(current)
  const out: string[] = []
  for (const field of fields) out.push(...(await glob(field, shell)))
  return out
}

/** A word that stays one: an assignment, a redirection's target. */
export async function expandJoined(word: Word, shell: Shell, substitute: Substitute): Promise<string> {
  const texts: string[] = []
  for (const part of word) texts.push(await expandPart(part, shell, substitute))
  return texts.join('')
}

async function expandPart(part: Part, shell: Shell, substitute: Substitute): Promise<string> {
  if (part.kind === 'text') return tilde(part.text, part.quoted)
  if (part.kind === 'command') return (await substitute(part.script, shell)).replace(/\n+$/, '')
  if (part.kind === 'arithmetic') return String(arithmetic(part.expression, shell))
  return await variable(part, shell, substitute)
}

function tilde(text: string, quoted: boolean): string {
  return !quoted && /^~(\/|$)/.test(text) ? `/root${text.slice(1)}` : text
}

function lookup(name: string, shell: Shell): string | undefined {
  if (name === '?') return String(shell.lastExit)
  if (name === '$') return '1'
  if (name === '#') return String(shell.positional.length - 1)
  if (name === '@' || name === '*') return shell.positional.slice(1).join(' ')
  if (/^\d+$/.test(name)) return shell.positional[Number(name)]
  if (name === 'RANDOM') return String(shell.init.random.integer(32768))
  return shell.variables.get(name)
}

async function variable(part: Extract<Part, { kind: 'variable' }>, shell: Shell, substitute: Substitute): Promise<string> {
  const value = lookup(part.name, shell)
  if (part.operator === 'length') return String((value ?? '').length)
  const unset = value === undefined || (part.operator.startsWith(':') && value === '')
  const word = async (): Promise<string> => await substitute(`printf '%s' "${part.word}"`, shell)
  switch (part.operator.replace(':', '')) {
    case '':
      return value ?? ''
    case '-':
      return unset ? await word() : value
    case '+':
      return unset ? '' : await word()
    case '=': {
      if (!unset) return value
      const set = await word()
      shell.variables.set(part.name, set)
      return set
    }
    case '?':
      if (unset) throw new SyntaxFault(`${part.name}: ${part.word === '' ? 'parameter not set' : part.word}`)
      return value
    default:
      return trimmed(value ?? '', part.operator, part.word)
  }
}

function trimmed(value: string, operator: string, pattern: string): string {
  const matches = globExpression(pattern)
  const cuts = Array.from({ length: value.length + 1 }, (_, index) => index)
  const longest = operator.length === 2
  if (operator.startsWith('#')) {
    const cut = (longest ? cuts.toReversed() : cuts).find((at) => matches.test(value.slice(0, at)))
    return cut === undefined ? value : value.slice(cut)
  }
  const cut = (longest ? cuts : cuts.toReversed()).find((at) => matches.test(value.slice(at)))
  return cut === undefined ? value : value.slice(0, cut)
}

/** Integers with + - * / % and parentheses, comparisons, names of variables. */
export function arithmetic(expression: string, shell: Shell): number {
  const tokens = expression.match(/\d+|[A-Za-z_]\w*|[<>=!]=|&&|\|\||[-+*/%()<>$]/g)?.filter((token) => token !== '$') ?? []
  let at = 0
  const levels = [['||'], ['&&'], ['==', '!='], ['<', '>', '<=', '>='], ['+', '-'], ['*', '/', '%']] as const
  const primary = (): number => {
    const token = tokens[at++]
    if (token === '(') {
      const inner = level(0)
      at += 1
      return inner
    }
    if (token === '-') return -primary()
    if (token === undefined) throw new SyntaxFault('arithmetic syntax error')
    const number = Number(/^\d/.test(token) ? token : (lookup(token, shell) ?? 0))
    if (!Number.isInteger(number)) throw new SyntaxFault('arithmetic syntax error')
    return number
  }
  const level = (depth: number): number => {
    const names: readonly string[] | undefined = levels[depth]
    if (names === undefined) return primary()
    let left = level(depth + 1)
    while (names.includes(tokens[at] ?? '')) left = apply(tokens[at++] ?? '', left, level(depth + 1))
    return left
  }
  return level(0)
}

function apply(operator: string, a: number, b: number): number {
  switch (operator) {
    case '+':
      return a + b
    case '-':
      return a - b
    case '*':
      return a * b
    case '/':
    case '%':
      if (b === 0) throw new SyntaxFault('divide by zero')
      return operator === '/' ? Math.trunc(a / b) : a % b
    default:
      return compare(operator, a, b) ? 1 : 0
  }
}

function compare(operator: string, a: number, b: number): boolean {
  if (operator === '<') return a < b
  if (operator === '>') return a > b
  if (operator === '<=') return a <= b
  if (operator === '>=') return a >= b
  if (operator === '==') return a === b
  if (operator === '!=') return a !== b
  return operator === '&&' ? a !== 0 && b !== 0 : a !== 0 || b !== 0
}

export function globExpression(pattern: string): RegExp {
  const source = pattern.replace(/\\(.)|\*|\?|\[(!?)([^\]]+)\]|[.+^${}()|\\[\]]/g, (match, escaped: string | undefined, not: string | undefined, set: string | undefined) => {
    if (escaped !== undefined) return `\\x${escaped.charCodeAt(0).toString(16).padStart(2, '0')}`
    if (match === '*') return '[^/]*'
    if (match === '?') return '[^/]'
    return set === undefined ? `\\${match}` : `[${not === '!' ? '^' : ''}${set}]`
  })
  return new RegExp(`^${source}$`, 's')
}

/** A pattern that matches nothing stays as it is written. */
async function glob(field: { text: string; pattern: string }, shell: Shell): Promise<string[]> {
  if (!hasPattern(field.pattern)) return [field.text]
  let found = [field.pattern.startsWith('/') ? '/' : '']
  for (const segment of field.pattern.split('/').filter((one) => one !== '')) {
    const next: string[] = []
    for (const base of found) next.push(...(await matchesIn(base, segment, shell)))
    found = next
  }
  return found.length === 0 ? [field.text] : found.sort()
}

/** An unescaped `*`, `?` or whole `[…]`. */
function hasPattern(text: string): boolean {
  return /(^|[^\\])([*?]|\[[^\]]+\])/.test(text)
}

async function matchesIn(base: string, segment: string, shell: Shell): Promise<string[]> {
  const join = (name: string): string => (base === '' || base.endsWith('/') ? `${base}${name}` : `${base}/${name}`)
  const plain = segment.replace(/\\(.)/g, '$1')
  if (!hasPattern(segment)) return (await shell.files.stat(shell.path(join(plain)))) === undefined ? [] : [join(plain)]
  const names = await shell.files.list(shell.path(base === '' ? '.' : base)).catch(() => [])
  const expression = globExpression(segment)
  return names.filter((name) => expression.test(name) && (!name.startsWith('.') || segment.startsWith('.'))).map(join)
}
