/** Strategic merge patch: a merge patch that knows which lists are merged, and by which key. apimachinery's strategicpatch. */
import { badRequest } from '../failures.ts'
import { isArray, isObject, same } from '../json.ts'
import type { Json, JsonArray, JsonObject } from '../json.ts'
import { anyNode, childOf } from '../schema/node.ts'
import type { ListNode, SchemaNode } from '../schema/node.ts'

const directive = '$patch'
const retainKeys = '$retainKeys'
const deletePrefix = '$deleteFromPrimitiveList/'
const orderPrefix = '$setElementOrder/'

export function strategicMerge(node: SchemaNode, original: JsonObject, patch: JsonObject): JsonObject {
  const how = patch[directive]
  if (how === 'replace') return withoutDirectives(patch)
  if (how === 'delete') return {}
  if (how !== undefined && how !== 'merge') throw badRequest(`Unrecognized type of patch directive ${JSON.stringify(how)}`)
  const result: Record<string, Json> = { ...retained(original, patch) }
  for (const [key, value] of Object.entries(patch)) {
    if (key === directive || key === retainKeys || key.startsWith(orderPrefix)) continue
    if (key.startsWith(deletePrefix)) deleteValues(result, key.slice(deletePrefix.length), value)
    else if (value === null) delete result[key]
    else mergeMember(node, result, key, value, patch)
  }
  return result
}

function retained(original: JsonObject, patch: JsonObject): JsonObject {
  const keep = patch[retainKeys]
  if (!isArray(keep)) return original
  return Object.fromEntries(Object.entries(original).filter(([key]) => keep.includes(key)))
}

function deleteValues(result: Record<string, Json>, key: string, values: Json): void {
  const list = result[key]
  if (!isArray(list) || !isArray(values)) return
  result[key] = list.filter(each => !values.some(value => same(value, each)))
}

function mergeMember(node: SchemaNode, result: Record<string, Json>, key: string, value: Json, patch: JsonObject): void {
  const child = childOf(node, key) ?? anyNode
  const before = result[key]
  if (isObject(value)) {
    const strategies = node.kind === 'object' ? (node.fields().get(key)?.patchStrategy ?? []) : []
    const replaces = strategies.includes('replace')
    const base = isObject(before ?? null) && isObject(before) && !replaces ? before : {}
    if (value[directive] === 'delete') delete result[key]
    else result[key] = strategicMerge(child, base, value)
    return
  }
  if (isArray(value) && child.kind === 'list' && child.merges) {
    result[key] = mergedList(child, isArray(before) ? before : [], value, patch[orderPrefix + key])
    return
  }
  result[key] = isArray(value) ? value.filter(each => !isDirective(each)) : value
}

function isDirective(item: Json): boolean {
  return isObject(item) && item[directive] !== undefined && Object.keys(item).length === 1
}

function mergedList(node: ListNode, before: JsonArray, patch: JsonArray, order: Json | undefined): JsonArray {
  if (patch.some(each => isObject(each) && each[directive] === 'replace')) return patch.filter(each => !isDirective(each)).map(plain)
  const merged = node.mergeKey === undefined ? mergedValues(before, patch) : mergedByKey(node, node.mergeKey, before, patch)
  const wanted = isArray(order) ? order : patch.filter(each => !isObject(each) || each[directive] === undefined)
  return inOrder(merged, wanted, before, node.mergeKey)
}

function plain(item: Json): Json {
  return isObject(item) ? withoutDirectives(item) : item
}

function mergedValues(before: JsonArray, patch: JsonArray): JsonArray {
  return [...before, ...patch.filter(each => !before.some(have => same(have, each)))]
}

function mergedByKey(node: ListNode, mergeKey: string, before: JsonArray, patch: JsonArray): JsonArray {
  let list = [...before]
  for (const item of patch) {
    if (!isObject(item)) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`)
    const key = item[mergeKey]
    if (key === undefined) throw badRequest(`map: ${JSON.stringify(item)} does not contain declared merge key: ${mergeKey}`)
    const index = list.findIndex(each => isObject(each) && same(each[mergeKey], key))
    const found = list[index]
    if (item[directive] === 'delete') list = list.filter(each => !isObject(each) || !same(each[mergeKey], key))
    else if (found === undefined || !isObject(found)) list.push(strategicMerge(node.item, {}, item))
    else list[index] = strategicMerge(node.item, found, item)
  }
  return list
}

/**
 * What the patch names comes in its order, what only the server has in the server's; an item of the server stands before the first
 * named one that it stood before. strategicpatch's normalizeElementOrder and mergeSortedSlice.
 */
function inOrder(list: JsonArray, order: JsonArray, server: JsonArray, mergeKey: string | undefined): JsonArray {
  const keyOf = (item: Json): Json | undefined => (mergeKey !== undefined && isObject(item) ? item[mergeKey] : item)
  const rankIn = (ranks: JsonArray, item: Json): number => ranks.findIndex(each => same(keyOf(each), keyOf(item)))
  const named = list.filter(each => rankIn(order, each) >= 0).sort((a, b) => rankIn(order, a) - rankIn(order, b))
  const others = list.filter(each => rankIn(order, each) < 0)
  const out: Json[] = []
  for (const item of named) {
    const place = rankIn(server, item)
    const later = others.findIndex(each => rankIn(server, each) >= place)
    out.push(...others.splice(0, later < 0 ? (place < 0 ? 0 : others.length) : later), item)
  }
  return [...out, ...others]
}

function withoutDirectives(value: JsonObject): JsonObject {
  return Object.fromEntries(Object.entries(value).filter(([key]) => key !== directive && key !== retainKeys && !key.startsWith(orderPrefix) && !key.startsWith(deletePrefix)))
}
