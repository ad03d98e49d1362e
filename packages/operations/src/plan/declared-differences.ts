import { isMap } from '@stowage/core'
import { differences } from '@stowage/module/plan/compare/differences'
import type { Difference } from '@stowage/module'
import { withoutBookkeeping } from '../apply/difference.ts'

/**
 * Where the living object is not as declared, as far as it is declared: what the declaration leaves out (defaults, other people's fields)
 * is no difference. For where the server cannot be asked what an apply would give. Pure.
 */
export function declaredDifferences(live: object, declared: object): readonly Difference[] {
  const plain: unknown = JSON.parse(JSON.stringify(withoutBookkeeping(declared)))
  return differences(within(withoutBookkeeping(live), plain), plain)
}

/** The living value, without what is not declared. */
function within(live: unknown, declared: unknown): unknown {
  if (isMap(live) && isMap(declared)) return Object.fromEntries(Object.keys(declared).flatMap((key) => (key in live ? [[key, within(live[key], declared[key])]] : [])))
  if (!Array.isArray(live) || !Array.isArray(declared)) return live
  return live.map((item: unknown) => within(item, declared.find((other: unknown) => nameOf(other) !== undefined && nameOf(other) === nameOf(item)) ?? item))
}

function nameOf(item: unknown): unknown {
  return isMap(item) ? (item['name'] ?? item['fullpath']) : undefined
}
