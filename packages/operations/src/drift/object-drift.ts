/** One living object beside the declared one: what was changed, by whom, and what is nobody's fault. Pure. */
import type { KubernetesObject } from '@stowage/kubernetes'
import type { Difference } from '@stowage/module'
import { withoutBookkeeping } from '../apply/difference.ts'
import { ownersAt, ownersOf } from './managed-fields.ts'
import type { FieldOwner } from './managed-fields.ts'

export interface DriftedField {
  readonly field: string
  readonly declared?: unknown
  readonly living?: unknown
  /**
   * `edited`: somebody else owns it now. `declaration`: it is as we applied it, and the declaration has changed since. `absent`: it is not there,
   * because somebody took it away or it was declared since the last apply; a field that is gone has no owner, so nobody can tell.
   */
  readonly cause: 'edited' | 'absent' | 'declaration'
  /** Who owns it; for what is absent, who else wrote to the object last, if anybody did. */
  readonly by?: { readonly manager: string; readonly at?: string }
}

export interface OthersFields {
  /** Set by others, and not declared. */
  readonly foreign: readonly { readonly field: string; readonly manager: string }[]
  /** Set by the server, and not declared. */
  readonly defaults: readonly string[]
}

/** `fields`: what an apply would set back, with `before` as it lives and `after` as it is declared. */
export function driftedFields(live: KubernetesObject, fields: readonly Difference[], manager: string): readonly DriftedField[] {
  const owners = ownersOf(live)
  const latest = owners.filter((owner) => owner.manager !== manager).toSorted((one, other) => (other.at ?? '').localeCompare(one.at ?? ''))[0]
  return fields.map(({ field, before, after }) => {
    const values = { field, ...(after !== undefined && { declared: after }), ...(before !== undefined && { living: before }) }
    const at = ownersAt(owners, field)
    const foreign = at.find((owner) => owner.manager !== manager)
    if (foreign !== undefined) return { ...values, cause: 'edited', by: whoOf(foreign) }
    if (at.length > 0) return { ...values, cause: 'declaration' }
    if (before !== undefined || after === undefined) return { ...values, cause: 'edited' }
    return { ...values, cause: 'absent', ...(latest !== undefined && { by: whoOf(latest) }) }
  })
}

function whoOf({ manager, at }: FieldOwner): NonNullable<DriftedField['by']> {
  return { manager, ...(at !== undefined && { at }) }
}

/** What stands in the living object, is not ours, and is no drift. */
export function othersFields(live: KubernetesObject, manager: string): OthersFields {
  const owners = ownersOf(live)
  const ours = owners.filter((owner) => owner.manager === manager)
  const others = owners.filter((owner) => owner.manager !== manager)
  const leaves = leafPaths(withoutBookkeeping(live)).filter((path) => !['apiVersion', 'kind', 'metadata.name', 'metadata.namespace'].includes(path) && ownersAt(ours, path).length === 0)
  const owned = leaves.map((field) => ({ field, owner: ownersAt(others, field)[0] }))
  return {
    foreign: owned.flatMap(({ field, owner }) => (owner === undefined ? [] : [{ field, manager: owner.manager }])),
    defaults: owned.flatMap(({ field, owner }) => (owner === undefined ? [field] : [])),
  }
}

function leafPaths(value: unknown, path = ''): readonly string[] {
  if (Array.isArray(value)) return value.every((item: unknown) => named(item) !== undefined) && value.length > 0 ? value.flatMap((item: unknown) => leafPaths(item, `${path}[${named(item)}]`)) : [path]
  if (typeof value !== 'object' || value === null) return [path]
  const entries = Object.entries(value)
  return entries.length === 0 ? [path] : entries.flatMap(([key, inner]: [string, unknown]) => leafPaths(inner, `${path}${/^[\w-]+$/.test(key) ? `${path === '' ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`}`))
}

function named(item: unknown): string | undefined {
  const name: unknown = typeof item === 'object' && item !== null ? Reflect.get(item, 'name') : undefined
  return typeof name === 'string' ? name : undefined
}
