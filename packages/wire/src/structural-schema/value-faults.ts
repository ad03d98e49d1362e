/**
 * An object against a structural schema: types, enums, bounds, patterns, required members, and the logical junctors. From kube-openapi's
 * pkg/validation/validate as apiextensions-apiserver v0.36 uses it, words included. Unknown fields are no concern of this: see unknown-fields.ts.
 */
import type { StructuralSchema } from '../crds/definition.ts'
import { formatFaults } from './formats.ts'
import { invalidFault, requiredFault, tooManyFault, typeFault, unsupportedFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'
import { isJsonArray, isJsonObject, sameJson } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { junctorFaults } from './junctors.ts'
import { numberFaults, stringFaults } from './scalars.ts'

export interface ValueOptions {
  /** Where the value stands: `spec.mon`. Default: the object itself. */
  readonly field?: string
  /** What was there before: what did not change since then is not held against a write (ratcheting). */
  readonly old?: Json | undefined
}

export function valueFaults(schema: StructuralSchema, value: Json, { field = '', old }: ValueOptions = {}): readonly SchemaFault[] {
  if (old !== undefined && sameJson(value, old)) return []
  const types = typeFaults(schema, value, field)
  if (value === null) return [...types, ...enumFaults(schema, value, field)]
  return [
    ...types,
    ...junctorFaults(schema, value, field, (branch, same, at) => valueFaults(branch, same, { field: at })),
    ...(typeof value === 'string' ? [...stringFaults(schema, value, field), ...formatFaults(schema, value, field)] : []),
    ...(typeof value === 'number' ? numberFaults(schema, value, field) : []),
    ...(isJsonArray(value) ? listFaults(schema, value, field, old) : []),
    ...enumFaults(schema, value, field),
    ...(isJsonObject(value) ? memberFaults(schema, value, field, old) : []),
  ]
}

export function typeOfValue(value: Json): string {
  if (value === null) return 'null'
  if (isJsonArray(value)) return 'array'
  if (typeof value === 'number') return Number.isInteger(value) ? 'integer' : 'number'
  return typeof value === 'object' ? 'object' : typeof value
}

function typeFaults(schema: StructuralSchema, value: Json, field: string): readonly SchemaFault[] {
  const types = schema['x-kubernetes-int-or-string'] === true ? ['integer', 'string'] : schema.type === undefined || schema.type === '' ? [] : [schema.type]
  const found = typeOfValue(value)
  if (found === 'number' && schema.type === 'integer' && (schema.format === 'int32' || schema.format === 'int64')) {
    return [typeFault(field, 'float64', `${field} in body must be of type ${schema.format}: "float64"`)]
  }
  const fits = types.length === 0 || types.includes(found) || (found === 'integer' && types.includes('number')) || (found === 'null' && schema.nullable === true)
  return fits ? [] : [typeFault(field, found, `${field} in body must be of type ${types.join(',')}: ${JSON.stringify(found)}`)]
}

function enumFaults(schema: StructuralSchema, value: Json, field: string): readonly SchemaFault[] {
  const allowed = (schema.enum ?? []).filter(isJson)
  if (allowed.length === 0 || allowed.some((each) => sameJson(each, value))) return []
  return [unsupportedFault(field, value, allowed)]
}

function isJson(value: unknown): value is Json {
  return value !== undefined
}

function listFaults(schema: StructuralSchema, value: readonly Json[], field: string, old: Json | undefined): readonly SchemaFault[] {
  const { items, minItems, maxItems } = schema
  const before = correlated(schema, old)
  const inner = items === undefined ? [] : value.flatMap((each, index) => valueFaults(items, each, { field: `${field}[${index}]`, old: before(each) }))
  const few = minItems !== undefined && value.length < minItems ? [invalidFault(field, value.length, `${field} in body should have at least ${minItems} items`)] : []
  const many = maxItems !== undefined && value.length > maxItems ? [tooManyFault(field, value.length, maxItems)] : []
  const twice = schema.uniqueItems === true && hasTwice(value) ? [invalidFault(field, '', `${field} in body shouldn't contain duplicates`)] : []
  return [...inner, ...few, ...many, ...twice]
}

/** Items of a map list are known again by their keys; of any other list none is. */
export function correlated(schema: StructuralSchema, old: Json | undefined): (item: Json) => Json | undefined {
  const keys = schema['x-kubernetes-list-map-keys']
  if (schema['x-kubernetes-list-type'] !== 'map' || keys === undefined || !isJsonArray(old)) return () => undefined
  return (item) => (isJsonObject(item) ? old.find((each) => isJsonObject(each) && keys.every((key) => sameJson(each[key], item[key]))) : undefined)
}

function hasTwice(value: readonly Json[]): boolean {
  return value.some((each, index) => value.slice(0, index).some((other) => sameJson(each, other)))
}

function memberFaults(schema: StructuralSchema, value: JsonObject, field: string, old: Json | undefined): readonly SchemaFault[] {
  const under = (key: string): string => (field === '' ? key : `${field}.${key}`)
  const before = isJsonObject(old) ? old : {}
  const inner = Object.entries(value).flatMap(([key, child]) => {
    const known = memberSchema(schema, key)
    return known === undefined ? [] : valueFaults(known, child, { field: under(key), old: before[key] })
  })
  const missing = (schema.required ?? []).filter((key) => !Object.hasOwn(value, key)).map((key) => requiredFault(under(key)))
  return [...countFaults(schema, Object.keys(value).length, field), ...inner, ...missing]
}

export function memberSchema(schema: StructuralSchema, key: string): StructuralSchema | undefined {
  const own = schema.properties
  if (own !== undefined && Object.hasOwn(own, key)) return own[key]
  return typeof schema.additionalProperties === 'object' ? schema.additionalProperties : undefined
}

function countFaults({ minProperties, maxProperties }: StructuralSchema, count: number, field: string): readonly SchemaFault[] {
  if (minProperties !== undefined && count < minProperties) return [invalidFault(field, count, `${field} in body should have at least ${minProperties} properties`)]
  return maxProperties !== undefined && count > maxProperties ? [tooManyFault(field, count, maxProperties)] : []
}
