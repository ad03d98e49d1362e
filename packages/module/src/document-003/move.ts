/** Small moves from one tree into another, which remember where each thing came from. Nothing is judged here but names. */
import { didYouMean, formatPath, type Finding } from '@stowage/core'
import { isInside } from '../inputs/tree.ts'
import type { Path } from '../inputs/leaves.ts'

/** A value on its way; undefined where nothing is written, so that it is known all the same where it would stand. */
export interface Placed {
  readonly to: Path
  readonly from: Path
  readonly value: unknown
}

export interface Moved {
  readonly placed: readonly Placed[]
  readonly findings: readonly Finding[]
}

export type Move = (value: unknown, from: Path, to: Path) => Moved

/** Lands as it is, under the path given (relative to where its parent lands). */
export function as(...target: Path): Move {
  return (value, from, to) => ({ placed: [{ to: [...to, ...target], from, value }], findings: [] })
}

/** Lands under another path, moved on from there. */
export function under(target: Path, move: Move): Move {
  return (value, from, to) => move(value, from, [...to, ...target])
}

/** A map: each key by its own move, relative to where the map lands. What is no map lands as it is, for the schema to refuse. */
export function inside(moves: Readonly<Record<string, Move>>): Move {
  return (value, from, to) => {
    const absent = value === undefined
    if (!absent && (!isInside(value) || Array.isArray(value))) return as()(value, from, to)
    const written: Readonly<Record<string, unknown>> = absent ? {} : value
    const unknown = Object.keys(written).filter((key) => written[key] !== undefined && !Object.hasOwn(moves, key))
    return together(
      { placed: [{ to, from, value: absent ? undefined : {} }], findings: [] },
      ...Object.entries(moves).map(([key, move]) => move(written[key], [...from, key], to)),
      ...unknown.map((key) => unknownKey(key, Object.keys(moves), from)),
    )
  }
}

/** A list stays a list. */
export function each(move: Move): Move {
  return (value, from, to) =>
    Array.isArray(value)
      ? together({ placed: [{ to, from, value: [] }], findings: [] }, ...value.map((item: unknown, index) => move(item, [...from, index], [...to, index])))
      : as()(value, from, to)
}

/** A list of maps with a name becomes a map by name: the order of the list means nothing from here on. */
export function byName(what: string, move: Move): Move {
  return (value, from, to) => {
    if (!Array.isArray(value)) return as()(value, from, to)
    const seen = new Map<string, number>()
    const items = value.map((item: unknown, index): Moved => {
      const place = [...from, index]
      const name = isInside(item) ? item['name'] : undefined
      if (typeof name !== 'string') return nameless(what, name, place)
      const first = seen.get(name)
      if (first !== undefined) return refused('duplicate-name', `${what} ${JSON.stringify(name)} is given twice: ${formatPath([...from, first])} has it already`, 'rename one of the two', [...place, 'name'])
      seen.set(name, index)
      return move(item, place, [...to, name])
    })
    return together({ placed: [{ to, from, value: {} }], findings: [] }, ...items)
  }
}

/** The name is the key already. */
export const isTheKey: Move = () => ({ placed: [], findings: [] })

export function together(...parts: readonly Moved[]): Moved {
  return { placed: parts.flatMap(({ placed }) => placed), findings: parts.flatMap(({ findings }) => findings) }
}

export function refused(rule: string, message: string, remedy: string, path: Path): Moved {
  return { placed: [], findings: [{ rule, severity: 'error', message, remedy, path }] }
}

function nameless(what: string, name: unknown, place: Path): Moved {
  const path = [...place, 'name']
  if (name === undefined) return refused('missing-field', `a ${what} without a name`, 'give it one: the name keeps its identity', path)
  const plain = typeof name !== 'object' || name === null
  return plain
    ? refused('wrong-type', `the name of a ${what} is ${JSON.stringify(name)}, not text`, 'write text', path)
    : refused('input-not-plain', 'an Output or a Promise stands here, and it decides which objects exist: preview and up could disagree', 'write a plain value, e.g. from pulumi.Config', path)
}

function unknownKey(key: string, known: readonly string[], parent: Path): Moved {
  const where = parent.length === 0 ? 'among the arguments' : `in ${formatPath(parent)}`
  return refused('unknown-key', `${JSON.stringify(key)} is not known ${where}`, didYouMean(key, known), [...parent, key])
}

/** The tree that the placed values make, and where a path of it came from. */
export function arrive(placed: readonly Placed[]): { readonly tree: unknown; readonly origin: (path: Path) => Path } {
  const root: Record<string, unknown> = {}
  for (const { to, value } of placed) if (value !== undefined) put(root, to, value)
  const origins = new Map(placed.map(({ to, from }) => [to.join('\0'), from]))
  const origin = (path: Path): Path => {
    for (let length = path.length; length > 0; length--) {
      const from = origins.get(path.slice(0, length).join('\0'))
      if (from !== undefined) return [...from, ...path.slice(length)]
    }
    return []
  }
  return { tree: root, origin }
}

function put(root: object, path: Path, value: unknown): void {
  let parent: object = root
  for (const [index, part] of path.entries()) {
    const last = index === path.length - 1
    const there: unknown = Object.hasOwn(parent, part) ? Reflect.get(parent, part) : undefined
    // An own property even where the name is one that JavaScript would take for itself.
    const inner: unknown = last ? value : (there ?? (typeof path[index + 1] === 'number' ? [] : {}))
    if (last ? there === undefined || !isInside(value) : there === undefined) Object.defineProperty(parent, part, { value: inner, enumerable: true, writable: true, configurable: true })
    const next: unknown = Reflect.get(parent, part)
    if (last || typeof next !== 'object' || next === null) return
    parent = next
  }
}
