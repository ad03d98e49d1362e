/** Lists that are sets or maps hold nothing twice. apiextensions-apiserver's pkg/apiserver/schema/listtype. */
import type { StructuralSchema } from '../crds/definition.ts'
import { duplicateFault, invalidFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'
import { isJsonArray, isJsonObject, shownJson } from './json.ts'
import type { Json, JsonObject } from './json.ts'

export function duplicateFaults(schema: StructuralSchema, value: Json, field = ''): readonly SchemaFault[] {
  if (isJsonArray(value)) return ofList(schema, value, field)
  if (!isJsonObject(value)) return []
  return Object.entries(value).flatMap(([key, child]) => {
    const own = schema.properties
    if (own !== undefined && Object.hasOwn(own, key)) return duplicateFaults(own[key] ?? {}, child, field === '' ? key : `${field}.${key}`)
    return typeof schema.additionalProperties === 'object' ? duplicateFaults(schema.additionalProperties, child, `${field}[${key}]`) : []
  })
}

function ofList(schema: StructuralSchema, value: readonly Json[], field: string): readonly SchemaFault[] {
  const { items } = schema
  const inner = items === undefined ? [] : value.flatMap((each, index) => duplicateFaults(items, each, `${field}[${index}]`))
  if (schema['x-kubernetes-list-type'] === 'set') return [...secondOnes(value).map((index) => duplicateFault(`${field}[${index}]`, value[index] ?? null)), ...inner]
  return schema['x-kubernetes-list-type'] === 'map' ? [...ofMapList(schema['x-kubernetes-list-map-keys'] ?? [], value, field), ...inner] : inner
}

function ofMapList(keys: readonly string[], value: readonly Json[], field: string): readonly SchemaFault[] {
  const plain = value.findIndex((each) => each !== null && !isJsonObject(each))
  if (plain >= 0) return [invalidFault(`${field}[${plain}]`, value[plain], 'must be an object for an array of list-type map')]
  const identities = value.map((each) => identityOf(keys, each))
  return secondOnes(identities).map((index) => duplicateFault(`${field}[${index}]`, identities[index] ?? null))
}

function identityOf(keys: readonly string[], item: Json): JsonObject {
  return isJsonObject(item) ? Object.fromEntries(keys.flatMap((key) => (item[key] === undefined ? [] : [[key, item[key]]]))) : {}
}

/** Where a value is met for the second time; the third is not told. */
function secondOnes(values: readonly Json[]): readonly number[] {
  const seen = new Map<string, number>()
  return values.flatMap((each, index) => {
    const text = shownJson(each)
    const times = (seen.get(text) ?? 0) + 1
    seen.set(text, times)
    return times === 2 ? [index] : []
  })
}
