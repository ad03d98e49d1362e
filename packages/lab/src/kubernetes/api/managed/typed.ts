/** Walks over objects with their schema: which fields one has, what differs between two, merging and removing. structured-merge-diff's typed. */
import { isArray, isObject, same } from '../json.ts'
import type { Json, JsonArray, JsonObject } from '../json.ts'
import { anyNode, childOf } from '../schema/node.ts'
import type { ListNode, SchemaNode } from '../schema/node.ts'
import { below, isEmpty, isMember, nodeOf } from './field-set.ts'
import type { FieldSet } from './field-set.ts'

/** Arbitrary JSON has separable maps and atomic lists. */
function isGranularMap(node: SchemaNode, value: Json | undefined): value is JsonObject {
  if (!isObject(value ?? null) || !isObject(value)) return false
  return node.kind === 'any' || ((node.kind === 'object' || node.kind === 'map') && !node.atomic)
}

function isGranularList(node: SchemaNode, value: Json | undefined): value is JsonArray {
  return node.kind === 'list' && node.listType !== 'atomic' && isArray(value)
}

function memberNode(node: SchemaNode, key: string): SchemaNode {
  return childOf(node, key) ?? anyNode
}

function isNamedField(node: SchemaNode, key: string): boolean {
  return node.kind === 'object' && node.fields().has(key)
}

/** What identifies an item of an associative list: `k:{"name":"x"}` or `v:"x"`. */
export function elementOf(node: ListNode, item: Json): string {
  if (node.listType === 'set' || !isObject(item)) return `v:${JSON.stringify(item)}`
  const entries = node.keys.toSorted().flatMap(key => {
    const value = item[key] ?? keyDefault(node, key)
    return value === undefined ? [] : [[key, value]]
  })
  return `k:${JSON.stringify(Object.fromEntries(entries))}`
}

function keyDefault(node: ListNode, key: string): Json | undefined {
  return node.item.kind === 'object' ? node.item.fields().get(key)?.default : undefined
}

/** The fields of an applied configuration. */
export function fieldSetOf(node: SchemaNode, value: JsonObject): FieldSet {
  const out: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const member = memberNode(node, key)
    const isLeafish = child === null || (isObject(child) && Object.keys(child).length === 0)
    const set = setOf(member, child, isLeafish || !isNamedField(node, key))
    if (set !== undefined) out[`f:${key}`] = set
  }
  return out
}

function setOf(node: SchemaNode, value: Json, always: boolean): FieldSet | undefined {
  if (isGranularMap(node, value)) return nodeOf(always, fieldSetOf(node, value))
  if (!isGranularList(node, value) || node.kind !== 'list') return {}
  const items = value.map(item => [elementOf(node, item), setOf(node.item, item, true) ?? {}])
  return nodeOf(always, Object.fromEntries(items))
}

export interface Comparison {
  readonly removed: FieldSet
  /** Added or modified. */
  readonly changed: FieldSet
}

interface Found {
  readonly removed?: FieldSet | undefined
  readonly changed?: FieldSet | undefined
}

/** Compares two versions; what they share by reference is passed over. */
export function compare(node: SchemaNode, before: JsonObject, after: JsonObject): Comparison {
  const found = compareMaps(node, before, after)
  return { removed: found.removed ?? {}, changed: found.changed ?? {} }
}

function compareMaps(node: SchemaNode, before: JsonObject, after: JsonObject): Found {
  const removed: Record<string, Json> = {}
  const changed: Record<string, Json> = {}
  for (const key of new Set([...Object.keys(before), ...Object.keys(after)])) {
    const found = compareValues(memberNode(node, key), before[key], after[key])
    if (found.removed !== undefined) removed[`f:${key}`] = found.removed
    if (found.changed !== undefined) changed[`f:${key}`] = found.changed
  }
  return wholeOf(removed, changed)
}

function wholeOf(removed: FieldSet, changed: FieldSet): Found {
  return { ...(isEmpty(removed) ? {} : { removed }), ...(isEmpty(changed) ? {} : { changed }) }
}

function compareValues(node: SchemaNode, before: Json | undefined, after: Json | undefined): Found {
  if (before === after) return {}
  const inner = compareInner(node, before, after)
  if (inner === undefined) return compareLeaf(before, after)
  const { removed = {}, changed = {} } = inner
  if (before === undefined) return { changed: nodeOf(true, changed), ...(isEmpty(removed) ? {} : { removed }) }
  if (after === undefined) return { removed: nodeOf(true, removed), ...(isEmpty(changed) ? {} : { changed }) }
  return inner
}

/** undefined: compare as a whole. */
function compareInner(node: SchemaNode, before: Json | undefined, after: Json | undefined): Found | undefined {
  const [left, right] = [before ?? undefined, after ?? undefined]
  if (isGranularMap(node, left ?? right) && (right === undefined || isGranularMap(node, right))) {
    const [a, b] = [isObject(left ?? null) ? left : {}, isObject(right ?? null) ? right : {}]
    if (isObject(a) && isObject(b) && (Object.keys(a).length > 0 || Object.keys(b).length > 0)) return compareMaps(node, a, b)
  }
  if (node.kind === 'list' && isGranularList(node, left ?? right) && (right === undefined || isArray(right))) {
    const [a, b] = [isArray(left) ? left : [], isArray(right) ? right : []]
    if (a.length > 0 || b.length > 0) return compareLists(node, a, b)
  }
  return undefined
}

function compareLeaf(before: Json | undefined, after: Json | undefined): Found {
  if (after === undefined) return { removed: {} }
  return before !== undefined && same(before, after) ? {} : { changed: {} }
}

function byElement(node: ListNode, list: JsonArray): ReadonlyMap<string, Json> {
  return new Map(list.map(item => [elementOf(node, item), item]))
}

function compareLists(node: ListNode, before: JsonArray, after: JsonArray): Found {
  const [left, right] = [byElement(node, before), byElement(node, after)]
  const removed: Record<string, Json> = {}
  const changed: Record<string, Json> = {}
  for (const element of new Set([...left.keys(), ...right.keys()])) {
    const found = compareValues(node.item, left.get(element), right.get(element))
    if (found.removed !== undefined) removed[element] = found.removed
    if (found.changed !== undefined) changed[element] = found.changed
  }
  return wholeOf(removed, changed)
}

/** `live` with `config` laid over it. */
export function merged(node: SchemaNode, live: Json | undefined, config: Json | undefined): Json {
  if (config === undefined) return live ?? null
  if (live === undefined || live === null) return config
  if (isGranularMap(node, config) && isGranularMap(node, live)) {
    const keys = new Set([...Object.keys(live), ...Object.keys(config)])
    return Object.fromEntries([...keys].map(key => [key, merged(memberNode(node, key), live[key], config[key])]))
  }
  if (node.kind === 'list' && isGranularList(node, config) && isGranularList(node, live)) return mergedLists(node, live, config)
  return config
}

/** Items of both keep the order of the config; those of live alone stay where they are. */
function mergedLists(node: ListNode, live: JsonArray, config: JsonArray): JsonArray {
  const [left, right] = [byElement(node, live), byElement(node, config)]
  const shared = [...right.keys()].filter(each => left.has(each))
  let nextShared = 0
  const out: Json[] = []
  const queue = [...right.keys()]
  const done = new Set<string>()
  const takeUntil = (element: string): void => {
    while (queue.length > 0 && !done.has(element)) {
      const next = queue.shift() ?? ''
      done.add(next)
      out.push(merged(node.item, left.get(next), right.get(next)))
    }
  }
  for (const [element, item] of left) {
    if (right.has(element)) {
      const wanted = shared[nextShared] ?? element
      nextShared += 1
      takeUntil(wanted)
    } else out.push(item)
  }
  for (const element of queue.slice()) takeUntil(element)
  return out
}

/** The value without the members of `set`; empty maps and lists that held them go as well. */
export function withoutFields(node: SchemaNode, value: Json, set: FieldSet): Json | undefined {
  if (isEmpty(set)) return value
  if (isGranularMap(node, value)) {
    const kept = Object.entries(value).flatMap(([key, child]) => {
      const under = set[`f:${key}`]
      if (!isObject(under ?? null) || !isObject(under)) return [[key, child]]
      if (isMember(under)) return []
      const rest = withoutFields(memberNode(node, key), child, below(under))
      return [[key, rest ?? null]]
    })
    return kept.length === 0 ? undefined : Object.fromEntries(kept.filter(([, child]) => child !== null))
  }
  if (node.kind !== 'list' || !isGranularList(node, value)) return value
  const items = value.flatMap(item => {
    const under = set[elementOf(node, item)]
    if (!isObject(under ?? null) || !isObject(under)) return [item]
    if (isMember(under)) return []
    return [withoutFields(node.item, item, below(under)) ?? null]
  })
  return items.length === 0 ? undefined : items
}

/** Marks the named fields on the way to a member as members too. */
export function withNamedParents(node: SchemaNode, set: FieldSet): FieldSet {
  const out: Record<string, Json> = {}
  for (const [key, child] of Object.entries(set)) {
    if (key === '.' || !isObject(child)) continue
    const name = key.slice(2)
    const inner = key.startsWith('f:') ? memberNode(node, name) : node.kind === 'list' ? node.item : anyNode
    const member = isMember(child) || (key.startsWith('f:') && isNamedField(node, name))
    out[key] = nodeOf(member, withNamedParents(inner, below(child))) ?? {}
  }
  return out
}

/** Paths of fields that the schema does not know, as structured-merge-diff words it. */
export function undeclared(node: SchemaNode, value: Json, path = ''): readonly string[] {
  if (isObject(value) && node.kind === 'object') {
    const fields = node.fields()
    return Object.entries(value).flatMap(([key, child]) => {
      const field = fields.get(key)
      if (field !== undefined) return undeclared(field.node, child, `${path}.${key}`)
      return node.open ? [] : [`${path}.${key}: field not declared in schema`]
    })
  }
  if (isObject(value) && node.kind === 'map') return Object.entries(value).flatMap(([key, child]) => undeclared(node.value, child, `${path}.${key}`))
  if (!isArray(value) || node.kind !== 'list') return []
  return value.flatMap((item, index) => undeclared(node.item, item, `${path}${node.listType === 'atomic' ? `[${index}]` : listElement(node, item)}`))
}

function listElement(node: ListNode, item: Json): string {
  const element = elementOf(node, item)
  return element.startsWith('v:') ? `[=${element.slice(2)}]` : `[${node.keys.map(key => `${key}=${JSON.stringify(isObject(item) ? item[key] : null)}`).join(',')}]`
}

