/** Defaulting by type, wherever the type occurs: a pod's spec is the same in a Pod and in a template. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { KnownValues } from '../schema/known.ts'
import type { SchemaNode } from '../schema/node.ts'
import { computedDefaults } from './computed.ts'
import { plainDefaults } from './plain.ts'

export function applyDefaults(known: KnownValues, node: SchemaNode, object: JsonObject): JsonObject {
  const out = visit(known, node, object)
  return isObject(out) ? out : object
}

/** Returns the same reference where nothing was missing. */
function visit(known: KnownValues, node: SchemaNode, value: Json): Json {
  if (known.has(node, value)) return value
  if (node.kind === 'list') return isArray(value) ? mapped(value, each => visit(known, node.item, each)) : value
  if (node.kind === 'map') return isObject(value) && node.value.kind !== 'scalar' ? mappedMembers(known, value, () => node.value) : value
  if (node.kind !== 'object' || !isObject(value)) return value
  const own = computedDefaults[node.name]?.(withPlain(node.name, value)) ?? withPlain(node.name, value)
  const declared = node.name === '' ? withDeclared(node.fields(), own) : own
  const fields = node.fields()
  return mappedMembers(known, declared, key => fields.get(key)?.node)
}

function withPlain(name: string, value: JsonObject): JsonObject {
  const defaults = plainDefaults[name]
  if (defaults === undefined) return value
  const missing = Object.keys(defaults).filter(key => value[key] === undefined || value[key] === null)
  return missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing.map(key => [key, defaults[key] ?? null])) }
}

/** Custom resources default as their schema says. */
function withDeclared(fields: ReadonlyMap<string, { readonly default?: Json }>, value: JsonObject): JsonObject {
  const missing = [...fields].filter(([key, field]) => field.default !== undefined && value[key] === undefined)
  return missing.length === 0 ? value : { ...value, ...Object.fromEntries(missing.map(([key, field]) => [key, field.default ?? null])) }
}

function mapped(list: readonly Json[], change: (item: Json) => Json): Json {
  const next = list.map(change)
  return next.every((each, index) => each === list[index]) ? list : next
}

function mappedMembers(known: KnownValues, value: JsonObject, nodeOf: (key: string) => SchemaNode | undefined): JsonObject {
  let changed: Record<string, Json> | undefined
  for (const [key, child] of Object.entries(value)) {
    const node = nodeOf(key)
    if (node === undefined || node.kind === 'scalar' || node.kind === 'any') continue
    const next = visit(known, node, child)
    if (next !== child) (changed ??= { ...value })[key] = next
  }
  return changed ?? value
}
