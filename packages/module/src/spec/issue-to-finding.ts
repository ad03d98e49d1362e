/** Turns the schema library's issues into sentences that say what is wrong and what to write. */
import { didYouMean, nearest, type Finding } from '@stowage/core'
import type * as z from 'zod'
import { fieldsAt, fieldsOf } from './fields.ts'
import { valueAt } from './value-at.ts'

type Issue = z.core.$ZodIssue
type Path = readonly (string | number)[]
type Fault = Omit<Finding, 'severity'>

/** `root` is the schema that was asked; default: the declaration's. */
export function issueToFindings(issue: Issue, whole: unknown, root?: z.core.$ZodType): readonly Finding[] {
  return faultsOf(issue, pathOf(issue), whole, root).map((fault) => ({ severity: 'error', ...fault }))
}

function pathOf(issue: Issue): Path {
  return issue.path.map((part) => (typeof part === 'symbol' ? String(part) : part))
}

function faultsOf(issue: Issue, path: Path, whole: unknown, root: z.core.$ZodType | undefined): readonly Fault[] {
  const value = valueAt(whole, path)
  switch (issue.code) {
    case 'unrecognized_keys':
      return issue.keys.map((key) => unknownKey(key, path, root))
    case 'invalid_type':
      return [value === undefined ? missing(path, root) : wrongType(issue.expected, value, path)]
    case 'invalid_value':
      return [value === undefined ? missing(path, root) : notOneOf(issue.values.map(String), value, path)]
    case 'invalid_key':
      return [{ rule: 'invalid-name', message: `the name ${quote(path.at(-1))} ${issue.issues[0]?.message ?? 'is not allowed'}`, remedy: 'rename it', path }]
    case 'too_small':
      return [tooSmall(issue, value, path)]
    case 'too_big':
      return [{ rule: 'out-of-range', message: `${name(path)} is ${quote(value)}, above ${String(issue.maximum)}`, remedy: `write at most ${String(issue.maximum)}`, path }]
    case 'invalid_union':
      return faultsOfChoice(issue, path, value, whole, root)
    default:
      return [invalid(issue.message, value, path)]
  }
}

/** Of a choice between words and fields, what was meant is known by what was written: text is a word, a map is fields. */
function faultsOfChoice({ errors }: z.core.$ZodIssueInvalidUnion, path: Path, value: unknown, whole: unknown, root: z.core.$ZodType | undefined): readonly Fault[] {
  const words = errors.find((issues) => issues.some(({ code }) => code === 'invalid_value'))
  const fields = errors.find((issues) => issues !== words)
  const meant = typeof value === 'string' ? (words ?? fields) : (fields ?? words)
  return (meant ?? []).flatMap((issue) => faultsOf(issue, [...path, ...pathOf(issue)], whole, root))
}

function unknownKey(key: string, parent: Path, root: z.core.$ZodType | undefined): Fault {
  const known = fieldsAt(parent, root)
  const deeper = known.filter((field) => fieldsOf(field.schema).some((inner) => inner.name === key)).map((field) => `${field.name}.${key}`)
  return {
    rule: 'unknown-key',
    message: `${quote(key)} is not known ${parent.length === 0 ? 'here' : `in ${name(parent)}`}`,
    // `insecure` beside `tls`: the right word, one level too high.
    remedy: deeper.length === 1 ? `did you mean ${quote(deeper[0])}?` : didYouMean(key, known.map((field) => field.name)),
    path: [...parent, key],
  }
}

function missing(path: Path, root: z.core.$ZodType | undefined): Fault {
  const field = fieldsAt(path.slice(0, -1), root).find((candidate) => candidate.name === path.at(-1))
  return {
    rule: 'missing-field',
    message: `${quote(path.at(-1))} is missing${path.length > 1 ? ` in ${name(path.slice(0, -1))}` : ''}`,
    remedy: `add ${String(path.at(-1))}${field?.description === undefined ? '' : `: ${lowerFirst(field.description)}`}`,
    path,
  }
}

const examples: Readonly<Record<string, string>> = {
  string: 'text, in quotes where it looks like a number or true',
  number: 'a number, without quotes',
  int: 'a whole number, without quotes',
  boolean: 'true or false, without quotes',
  array: 'a list, e.g. [a, b]',
  object: 'fields, one per line',
  record: 'names with fields under each',
}

function wrongType(expected: string, value: unknown, path: Path): Fault {
  return { rule: 'wrong-type', message: `${name(path)} is ${describe(value)}, not ${(examples[expected] ?? expected).replace(/,.*/, '')}`, remedy: `write ${examples[expected] ?? expected}`, path }
}

function notOneOf(values: readonly string[], value: unknown, path: Path): Fault {
  const meant = typeof value === 'string' ? nearest(value, values) : undefined
  return {
    rule: 'invalid-value',
    message: `${name(path)} is ${quote(value)}, which is not one of ${values.join(', ')}`,
    remedy: meant === undefined ? `write ${values.join(' or ')}` : `did you mean ${quote(meant)}?`,
    path,
  }
}

function tooSmall(issue: z.core.$ZodIssueTooSmall, value: unknown, path: Path): Fault {
  const emptied = issue.origin === 'array' || issue.origin === 'string'
  return emptied
    ? { rule: 'empty', message: `${name(path)} is empty`, remedy: 'write at least one, or remove the key', path }
    : { rule: 'out-of-range', message: `${name(path)} is ${quote(value)}, below ${String(issue.minimum)}`, remedy: `write ${String(issue.minimum)} or more`, path }
}

/** Our own words from `schema/words.ts`: "must be …" or "is not a size: …; write …". */
function invalid(message: string, value: unknown, path: Path): Fault {
  const [what = message, remedy] = message.split('; write ')
  const size = message.startsWith('is not a size: ')
  const must = message.startsWith('must be ') ? message.slice('must be '.length) : undefined
  const write = remedy === undefined ? (must === undefined ? undefined : `write ${must}`) : `write ${remedy}`
  const sentence = must === undefined ? `${name(path)} ${quote(value)} ${what}` : `${name(path)} is ${quote(value)}, which is not ${must.split(/: |, e\.g\. /)[0] ?? must}`
  return { rule: size ? 'invalid-size' : 'invalid-value', message: sentence, ...(write === undefined ? {} : { remedy: write }), path }
}

/** `spec.classes.fast.cache` is long; the last two parts are enough in a sentence that has a position beside it. */
function name(path: Path): string {
  return path
    .slice(-2)
    .map((part) => (typeof part === 'number' ? `[${part}]` : part))
    .join('.')
    .replaceAll('.[', '[')
}

function quote(value: unknown): string {
  return JSON.stringify(value) ?? 'nothing'
}

function describe(value: unknown): string {
  if (value === null) return 'empty'
  if (Array.isArray(value)) return 'a list'
  if (typeof value === 'object') return 'a map'
  if (typeof value === 'string') return `the text ${quote(value)}`
  return `the ${typeof value} ${quote(value)}`
}

function lowerFirst(text: string): string {
  return text.charAt(0).toLowerCase() + text.slice(1).replace(/\.$/, '')
}
