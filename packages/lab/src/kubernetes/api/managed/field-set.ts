/**
 * Sets of fields in the FieldsV1 format, as they are: `{ 'f:spec': { 'f:replicas': {} } }`. A node is a member of the set when it has
 * no children or holds `.`; `f:` names a field, `k:` an item of a map list, `v:` a value of a set. structured-merge-diff's fieldpath.Set.
 */
import { isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

export type FieldSet = JsonObject

export const noFields: FieldSet = {}
const self = '.'

export function isEmpty(set: FieldSet): boolean {
  return Object.keys(set).length === 0
}

function nodeAt(set: FieldSet, key: string): FieldSet | undefined {
  const child = set[key]
  return isObject(child ?? null) && isObject(child) ? child : undefined
}

export function isMember(node: FieldSet | undefined): boolean {
  return node !== undefined && (isEmpty(node) || self in node)
}

/** What is below a node, without the mark that it is a member itself. */
export function below(node: FieldSet | undefined): FieldSet {
  if (node === undefined || !(self in node)) return node ?? noFields
  return Object.fromEntries(Object.entries(node).filter(([key]) => key !== self))
}

/** undefined when it would be neither a member nor have children. */
export function nodeOf(member: boolean, children: FieldSet): FieldSet | undefined {
  if (isEmpty(children)) return member ? {} : undefined
  return member ? { [self]: {}, ...children } : children
}

type Combine = (a: FieldSet | undefined, b: FieldSet | undefined) => FieldSet | undefined

function combined(a: FieldSet, b: FieldSet, combine: Combine): FieldSet {
  const out: Record<string, Json> = {}
  for (const key of new Set([...Object.keys(a), ...Object.keys(b)])) {
    if (key === self) continue
    const node = combine(nodeAt(a, key), nodeAt(b, key))
    if (node !== undefined) out[key] = node
  }
  return out
}

export function union(a: FieldSet, b: FieldSet): FieldSet {
  if (a === b || isEmpty(b)) return a
  if (isEmpty(a)) return b
  return combined(a, b, (left, right) => nodeOf(isMember(left) || isMember(right), union(below(left), below(right))))
}

/** Members of `a` that are not members of `b`. */
export function difference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a
  return combined(a, b, (left, right) => (left === undefined ? undefined : nodeOf(isMember(left) && !isMember(right), difference(below(left), below(right)))))
}

/** `difference`, and whatever is below a member of `b` as well. */
export function recursiveDifference(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return a
  return combined(a, b, (left, right) => {
    if (left === undefined) return undefined
    if (isMember(right)) return undefined
    return nodeOf(isMember(left), recursiveDifference(below(left), below(right)))
  })
}

export function intersection(a: FieldSet, b: FieldSet): FieldSet {
  if (isEmpty(a) || isEmpty(b)) return noFields
  return combined(a, b, (left, right) => nodeOf(isMember(left) && isMember(right), intersection(below(left), below(right))))
}

/** Every member's path as the server prints it: `.spec.containers[name="main"].image`. */
export function pathsOf(set: FieldSet, prefix = ''): readonly string[] {
  return Object.keys(set)
    .filter(key => key !== self)
    .sort()
    .flatMap(key => {
      const node = nodeAt(set, key)
      const path = prefix + elementText(key)
      return [...(isMember(node) ? [path] : []), ...pathsOf(below(node), path)]
    })
}

/** `.name`, `[key="x"]`, `[="x"]`. */
export function elementText(element: string): string {
  const rest = element.slice(2)
  if (element.startsWith('f:')) return `.${rest}`
  if (element.startsWith('v:')) return `[=${rest}]`
  const keys: unknown = JSON.parse(rest)
  return `[${Object.entries(isObject(keys) ? keys : {}).map(([key, value]) => `${key}=${JSON.stringify(value)}`).join(',')}]`
}
