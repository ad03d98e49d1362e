/** Custom resources against the structural schema of their definition: required, enum, and the simple bounds. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { Resource } from '../resources.ts'
import { invalidValue, notSupported, required } from './fault.ts'
import type { Faults } from './fault.ts'

export function customFaults(resource: Resource, object: JsonObject): Faults {
  const schema = resource.customSchema
  return isObject(schema) ? faultsOf(schema, object, '') : []
}

function faultsOf(schema: JsonObject, value: Json, field: string): Faults {
  const own = [...enumFaults(schema, value, field), ...boundFaults(schema, value, field)]
  if (isObject(value)) return [...own, ...memberFaults(schema, value, field)]
  const items = schema['items']
  if (!isArray(value) || !isObject(items ?? null) || !isObject(items)) return own
  return [...own, ...value.flatMap((each, index) => faultsOf(items, each, `${field}[${index}]`))]
}

function enumFaults(schema: JsonObject, value: Json, field: string): Faults {
  const values = schema['enum']
  if (!isArray(values) || values.includes(value)) return []
  return [notSupported(field, value, values.map(String))]
}

function boundFaults(schema: JsonObject, value: Json, field: string): Faults {
  const { minimum, maximum, pattern } = schema
  if (typeof value === 'number' && typeof minimum === 'number' && value < minimum) return [invalidValue(field, value, `${field} in body should be greater than or equal to ${minimum}`)]
  if (typeof value === 'number' && typeof maximum === 'number' && value > maximum) return [invalidValue(field, value, `${field} in body should be less than or equal to ${maximum}`)]
  if (typeof value === 'string' && typeof pattern === 'string' && !new RegExp(pattern, 'u').test(value)) return [invalidValue(field, value, `${field} in body should match '${pattern}'`)]
  return []
}

function memberFaults(schema: JsonObject, value: JsonObject, field: string): Faults {
  const path = (key: string): string => (field === '' ? key : `${field}.${key}`)
  const needed = isArray(schema['required']) ? schema['required'].map(String) : []
  const missing = needed.filter(key => value[key] === undefined).map(key => required(path(key)))
  const properties = schema['properties']
  if (!isObject(properties ?? null) || !isObject(properties)) return missing
  const inner = Object.entries(value).flatMap(([key, child]) => {
    const property = properties[key]
    return property !== undefined && isObject(property) ? faultsOf(property, child, path(key)) : []
  })
  return [...missing, ...inner]
}
