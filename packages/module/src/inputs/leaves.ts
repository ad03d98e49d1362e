/**
 * Values that are not known yet (Promises, Outputs) inside plain data. Each is taken out and a text that occurs nowhere else is
 * put in its place; the declaration is then read, checked and planned as plain data; `fill` puts the values back. So what
 * decides which objects exist can never depend on a value that a preview does not know.
 */
import type { Finding } from '@stowage/core'
import { isInside } from './tree.ts'

export type Path = readonly (string | number)[]

/** Which texts a stand-in must look like, so that the declaration's schema takes it. */
export type Shape = 'name' | 'image' | 'directory' | 'duration' | 'url'

/** A place where a value need not be known. `*` stands for any key or index. */
export interface PassThrough {
  readonly at: readonly string[]
  /** A text of this shape stands in. Or, where only a few values can stand: each of these is tried. */
  readonly as: Shape | readonly (string | boolean)[]
  /** Beside a shape: values of which something else would be said, to find out what depends on it. */
  readonly contrast?: readonly string[]
}

export interface Leaf {
  readonly path: Path
  readonly standIn: string | boolean
  /** Whether the stand-in is a text that occurs nowhere else, and so can be found again wherever it lands. */
  readonly text: boolean
  /** Other values that could stand there: what is said of some of them only, is not known. */
  readonly others: readonly (string | boolean)[]
  /** The Promise or Output itself. */
  readonly input: unknown
}

export interface Taken {
  /** Plain data. */
  readonly tree: unknown
  readonly leaves: readonly Leaf[]
  /** One for each value that had to be plain, by its path. */
  readonly findings: readonly Finding[]
}

/** Takes every input out of `tree`; an input where none may be is a finding, and nothing stands there afterwards. */
export function takeInputs(tree: unknown, isInput: (value: unknown) => boolean, allowed: readonly PassThrough[]): Taken {
  const leaves: Leaf[] = []
  const findings: Finding[] = []
  const written = textsOf(tree, isInput)
  const take = (value: unknown, path: Path): unknown => {
    if (isInput(value)) {
      const rule = allowed.find(({ at }) => isAt(path, at))
      if (rule === undefined) {
        findings.push(mustBePlain(path))
        return undefined
      }
      const leaf = leafOf(path, rule, value, leaves.length, written)
      leaves.push(leaf)
      return leaf.standIn
    }
    if (Array.isArray(value)) return value.map((item: unknown, index) => take(item, [...path, index]))
    if (!isInside(value)) {
      if (isScalar(value)) return value
      findings.push(notData(value, path))
      return undefined
    }
    // What is undefined was not written, as in every TypeScript program.
    return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, take(inner, [...path, key])]).filter(([, inner]) => inner !== undefined))
  }
  return { tree: take(tree, []), leaves, findings }
}

function isAt(path: Path, pattern: readonly string[]): boolean {
  return path.length === pattern.length && pattern.every((part, index) => part === '*' || part === String(path[index]))
}

function mustBePlain(path: Path): Finding {
  return {
    rule: 'input-not-plain',
    severity: 'error',
    message: 'an Output or a Promise stands here, and it decides which objects exist: preview and up could disagree',
    remedy: 'write a plain value, e.g. from pulumi.Config',
    path,
  }
}

function isScalar(value: unknown): boolean {
  return value === null || ['string', 'number', 'boolean', 'undefined'].includes(typeof value)
}

/** A whole resource where its name was meant, say. */
function notData(value: unknown, path: Path): Finding {
  const what = typeof value === 'object' && value !== null ? `an object of class ${value.constructor.name}` : `a ${typeof value}`
  return { rule: 'not-data', severity: 'error', message: `${what} stands here, which is no data`, remedy: 'write a plain value, e.g. namespace.metadata.name instead of namespace', path }
}

function leafOf(path: Path, { as, contrast = [] }: PassThrough, input: unknown, index: number, written: string): Leaf {
  if (typeof as !== 'string') {
    const [standIn = '', ...others] = as
    return { path, standIn, text: false, others, input }
  }
  return { path, standIn: standInText(as, index, written), text: true, others: contrast, input }
}

/** None is part of another, and none stands in what was written. */
function standInText(shape: Shape, index: number, written: string): string {
  for (let attempt = index; ; attempt += 1000) {
    const text = shapes[shape](attempt)
    if (!written.includes(text)) return text
  }
}

const shapes = {
  name: (index) => `not-known-${index}-yet`,
  image: (index) => `not-known-${index}-yet.invalid/ceph/ceph:v20.2.4`,
  url: (index) => `https://not-known-${index}-yet.invalid`,
  directory: (index) => `/not-known-${index}-yet`,
  // Hours that nobody writes; canonical, so that they stay as they are.
  duration: (index) => `${987_001 + index}h0m0s`,
} as const satisfies Record<Shape, (index: number) => string>

function textsOf(tree: unknown, isInput: (value: unknown) => boolean): string {
  if (typeof tree === 'string') return tree
  if (isInput(tree) || typeof tree !== 'object' || tree === null) return ''
  return Object.entries(tree)
    .map(([key, value]) => `${key}\n${textsOf(value, isInput)}`)
    .join('\n')
}
