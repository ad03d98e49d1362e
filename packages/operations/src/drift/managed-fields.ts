/** Who set which field of an object, read from managedFields (structured-merge-diff's FieldsV1). Pure. */
import type { KubernetesObject } from '@stowage/kubernetes'

export interface FieldOwner {
  readonly manager: string
  readonly operation: string
  /** RFC 3339, of its last write. */
  readonly at?: string
  /** In the words of differences: `spec.dataPools[hdd].replicated.size`. */
  readonly paths: readonly string[]
}

export function ownersOf({ metadata }: KubernetesObject): readonly FieldOwner[] {
  return (metadata?.managedFields ?? [])
    // Who scales writes spec.replicas through a subresource; only status is nothing that anybody declares.
    .filter(({ subresource }) => subresource !== 'status')
    .map(({ manager = 'unknown', operation = '', time, fieldsV1 }) => ({ manager, operation, ...(time !== undefined && { at: time }), paths: leavesOf(fieldsV1, '') }))
}

/** `f:name` is a field, `k:{…}` an item by its keys, `v:…` an item by its value, `.` the thing itself. */
function leavesOf(fields: unknown, path: string): readonly string[] {
  if (typeof fields !== 'object' || fields === null) return []
  const below = Object.entries(fields).filter(([key]) => key !== '.')
  if (below.length === 0) return path === '' ? [] : [path]
  return below.flatMap(([key, inner]) => leavesOf(inner, `${path}${stepOf(key, path)}`))
}

function stepOf(key: string, path: string): string {
  if (key.startsWith('f:')) {
    const name = key.slice(2)
    if (!/^[\w-]+$/.test(name)) return `[${JSON.stringify(name)}]`
    return path === '' ? name : `.${name}`
  }
  if (key.startsWith('k:')) return `[${nameIn(key.slice(2))}]`
  return `[${key.slice(2)}]`
}

function nameIn(keys: string): string {
  try {
    const parsed: unknown = JSON.parse(keys)
    const name: unknown = typeof parsed === 'object' && parsed !== null ? Reflect.get(parsed, 'name') : undefined
    return typeof name === 'string' ? name : keys
  } catch {
    return keys
  }
}

/** Owners of a field: of itself, of something in it, or of a list that it is in. */
export function ownersAt(owners: readonly FieldOwner[], field: string): readonly FieldOwner[] {
  return owners.filter(({ paths }) => paths.some((path) => path === field || isWithin(path, field) || isWithin(field, path)))
}

function isWithin(inner: string, outer: string): boolean {
  return inner.startsWith(outer) && (inner[outer.length] === '.' || inner[outer.length] === '[')
}
