/** What a structural schema does not know: pruned by the server in silence, and refused by it under strict validation. */
import type { StructuralSchema } from '../crds/definition.ts'
import { isJsonArray, isJsonObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'

export interface Pruned {
  readonly value: JsonObject
  /** Paths of what was taken out, `spec.mon.cuont`, sorted. */
  readonly unknown: readonly string[]
}

const ofEveryObject = new Set(['apiVersion', 'kind', 'metadata'])

/** The object without what its schema does not know; `apiVersion`, `kind` and `metadata` of the object itself are not looked into. */
export function pruned(schema: StructuralSchema, object: JsonObject): Pruned {
  const unknown: string[] = []
  const value = prunedObject({ ...schema, 'x-kubernetes-embedded-resource': true }, object, '', unknown)
  return { value, unknown: unknown.toSorted() }
}

function visit(schema: StructuralSchema | undefined, value: Json, path: string, unknown: string[]): Json {
  if (isJsonArray(value)) return unchanged(value, value.map((each, index) => visit(schema?.items, each, `${path}[${index}]`, unknown)))
  if (!isJsonObject(value)) return value
  if (schema === undefined) {
    unknown.push(...Object.keys(value).map((key) => under(path, key)))
    return {}
  }
  return prunedObject(schema, value, path, unknown)
}

function unchanged(before: readonly Json[], after: readonly Json[]): Json {
  return after.every((each, index) => each === before[index]) ? before : after
}

function prunedObject(schema: StructuralSchema, value: JsonObject, path: string, unknown: string[]): JsonObject {
  const keepsAll = schema['x-kubernetes-preserve-unknown-fields'] === true
  const kept: [string, Json][] = []
  for (const [key, child] of Object.entries(value)) {
    const known = knownMember(schema, key)
    if (schema['x-kubernetes-embedded-resource'] === true && ofEveryObject.has(key)) kept.push([key, child])
    else if (known !== undefined) kept.push([key, known === true ? child : visit(known, child, under(path, key), unknown)])
    else if (keepsAll) kept.push([key, child])
    else unknown.push(under(path, key))
  }
  return kept.length === Object.keys(value).length && kept.every(([key, child]) => child === value[key]) ? value : Object.fromEntries(kept)
}

/** True: there, but nothing is known of it. */
function knownMember(schema: StructuralSchema, key: string): StructuralSchema | true | undefined {
  const own = schema.properties
  if (own !== undefined && Object.hasOwn(own, key)) return own[key]
  if (schema.additionalProperties === true) return true
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

function under(path: string, key: string): string {
  return path === '' ? key : `${path}.${key}`
}
