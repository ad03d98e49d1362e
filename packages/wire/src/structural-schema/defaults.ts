/** Defaults of a structural schema: filled in where a member is missing, or null although it may not be. */
import type { StructuralSchema } from '../crds/definition.ts'
import { isJsonArray, isJsonObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { memberSchema } from './value-faults.ts'

/** The same reference where nothing was missing. */
export function defaulted(schema: StructuralSchema, object: JsonObject): JsonObject {
  const out = visit(schema, object)
  return isJsonObject(out) ? out : object
}

function visit(schema: StructuralSchema | undefined, value: Json): Json {
  if (schema === undefined) return value
  if (isJsonArray(value)) {
    const next = value.map((each) => visit(schema.items, isMissing(each, schema.items) ? defaultOf(schema.items) ?? each : each))
    return next.every((each, index) => each === value[index]) ? value : next
  }
  return isJsonObject(value) ? members(schema, value) : value
}

function members(schema: StructuralSchema, value: JsonObject): JsonObject {
  const out: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const known = memberSchema(schema, key)
    const filled = isMissing(child, known) ? defaultOf(known) : child
    // A null that may not be, without a default: dropped.
    if (filled !== undefined) out[key] = visit(known, filled)
  }
  for (const [key, known] of Object.entries(schema.properties ?? {})) {
    const preset = defaultOf(known)
    if (!Object.hasOwn(value, key) && preset !== undefined) out[key] = visit(known, preset)
  }
  const keys = Object.keys(out)
  return keys.length === Object.keys(value).length && keys.every((key) => out[key] === value[key]) ? value : out
}

function isMissing(value: Json, schema: StructuralSchema | undefined): boolean {
  return value === null && schema !== undefined && schema.nullable !== true && schema['x-kubernetes-preserve-unknown-fields'] !== true
}

function defaultOf(schema: StructuralSchema | undefined): Json | undefined {
  return isDefault(schema?.default) ? schema.default : undefined
}

function isDefault(value: unknown): value is Json {
  return value !== undefined && value !== null
}
