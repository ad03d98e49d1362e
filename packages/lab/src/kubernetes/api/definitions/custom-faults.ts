/** Custom resources against their definition, in the order in which apiextensions-apiserver looks: registry/customresource/strategy.go. */
import { blocksRules, duplicateFaults, rulesNotChecked, valueFaults } from '@stowage/wire/structural-schema'
import { textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { groupVersion } from '../resources.ts'
import type { CustomPart, Resource } from '../resources.ts'
import type { Faults } from '../validation/fault.ts'
import { invalidValue } from '../validation/fault.ts'

/** Wrong kind or version: nothing else is looked at. */
export function typeMetaFaults(resource: Resource, object: JsonObject): Faults {
  const kind = textAt(object, 'kind')
  return [
    ...(kind === resource.kind ? [] : [invalidValue('kind', kind, `must be ${resource.kind}`)]),
    ...(textAt(object, 'apiVersion') === groupVersion(resource) ? [] : [invalidValue('apiVersion', textAt(object, 'apiVersion'), `must be ${groupVersion(resource)}`)]),
  ]
}

/** `metadata`: faults found before, which stand first. */
export function customFaults(custom: CustomPart, object: JsonObject, current: JsonObject | undefined, metadata: Faults): Faults {
  const values = valueFaults(custom.schema, contentOf(object), current === undefined ? {} : { old: contentOf(current) })
  return withRules(custom, object, current, [...metadata, ...values, ...newDuplicates(custom, object, current)])
}

function contentOf(object: JsonObject): JsonObject {
  return { ...object, metadata: {} }
}

/** A write to the status is held by the schema of the status, and by every rule. */
export function statusFaults(custom: CustomPart, object: JsonObject, current: JsonObject, metadata: Faults): Faults {
  const schema = custom.schema.properties?.['status']
  const status = object['status']
  const values = schema === undefined || status === undefined ? [] : valueFaults(schema, status, { field: 'status', old: current['status'] })
  return withRules(custom, object, current, [...metadata, ...values, ...newDuplicates(custom, object, current)])
}

/** Lists that held something twice before may go on doing so. */
function newDuplicates(custom: CustomPart, object: JsonObject, current: JsonObject | undefined): Faults {
  if (current !== undefined && duplicateFaults(custom.schema, current).length > 0) return []
  return duplicateFaults(custom.schema, object)
}

function withRules(custom: CustomPart, object: JsonObject, current: JsonObject | undefined, faults: Faults): Faults {
  const nothing: Json = null
  if (!custom.hasRules) return faults
  if (blocksRules(faults)) return [...faults, invalidValue('<nil>', nothing, rulesNotChecked)]
  return [...faults, ...custom.rules.faults(custom.schema, object, current)]
}
