/**
 * Where two plain values differ, leaf by leaf. Lists whose items have names are compared by name, so that another order is no difference;
 * other lists are compared as a whole.
 */
import { isMap } from '@stowage/core'

export interface Difference {
  /** `spec.csi.volumeHandle`; parts that hold a dot are quoted: `metadata.labels["app.kubernetes.io/name"]`; items by name: `spec.dataPools[hdd].replicated.size`. */
  readonly field: string
  /** undefined when it was not there. */
  readonly before?: unknown
  readonly after?: unknown
}

export function differences(before: unknown, after: unknown, field = ''): readonly Difference[] {
  if (isMap(before) && isMap(after)) {
    const keys = [...new Set([...Object.keys(before), ...Object.keys(after)])]
    return keys.flatMap((key) => differences(before[key], after[key], below(field, key)))
  }
  if (Array.isArray(before) && Array.isArray(after)) return listDifferences(before, after, field)
  return same(before, after) ? [] : [difference(field, before, after)]
}

function listDifferences(before: readonly unknown[], after: readonly unknown[], field: string): readonly Difference[] {
  const old = named(before, field)
  const wanted = named(after, field)
  if (old === undefined || wanted === undefined) return same(before, after) ? [] : [difference(field, before, after)]
  const names = [...new Set([...old.keys(), ...wanted.keys()])]
  const items = names.flatMap((name) => differences(old.get(name), wanted.get(name), `${field}[${name}]`))
  const [first, then] = [[...old.keys()][0], [...wanted.keys()][0]]
  return firstMatters.test(field) && first !== then ? [difference(`${field}[0]`, first, then), ...items] : items
}

/** The first data pool of a CephFilesystem is its default pool: where files go that no class has placed, and inodes' backtraces. */
const firstMatters = /(?:^|\.)dataPools$/
/** One after the other, and not all at once. */
const orderMatters = /(?:^|\.)initContainers$/

/** Items by their names; undefined when not every item has one of its own. */
function named(items: readonly unknown[], field: string): ReadonlyMap<string, unknown> | undefined {
  if (items.length === 0 || orderMatters.test(field)) return items.length === 0 ? new Map() : undefined
  const byName = new Map<string, unknown>()
  for (const [index, item] of items.entries()) {
    const name = nameOf(item, index, field)
    if (name === undefined || byName.has(name)) return undefined
    byName.set(name, item)
  }
  return byName
}

/** A device of Rook's may be given by its full path; a data pool without a name is known by its place (Rook: `data0`). */
function nameOf(item: unknown, index: number, field: string): string | undefined {
  if (!isMap(item)) return undefined
  const name = item['name'] ?? item['fullpath']
  if (typeof name === 'string') return name
  return firstMatters.test(field) ? `data${index}` : undefined
}

/** Whatever order the keys of its maps are written in. */
function same(one: unknown, other: unknown): boolean {
  if (Object.is(one, other)) return true
  if (Array.isArray(one) && Array.isArray(other)) return one.length === other.length && one.every((item, index) => same(item, other[index]))
  if (!isMap(one) || !isMap(other)) return false
  const keys = Object.keys(one)
  return keys.length === Object.keys(other).length && keys.every((key) => key in other && same(one[key], other[key]))
}

function difference(field: string, before: unknown, after: unknown): Difference {
  return { field, ...(before === undefined ? {} : { before }), ...(after === undefined ? {} : { after }) }
}

function below(field: string, key: string): string {
  if (!/^[\w-]+$/.test(key)) return `${field}[${JSON.stringify(key)}]`
  return field === '' ? key : `${field}.${key}`
}
