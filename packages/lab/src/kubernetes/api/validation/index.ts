/** Validation as the server runs it: all faults of an object at once, as one 422. */
import type { Cause } from '../failures.ts'
import { invalid } from '../failures.ts'
import { textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { resourceName } from '../resources.ts'
import type { Resource } from '../resources.ts'
import { customFaults } from './custom.ts'
import { metadataFaults, metadataUpdateFaults } from './metadata.ts'
import { rulesByResource } from './rules.ts'

function refuse(resource: Resource, object: JsonObject, faults: readonly Cause[]): void {
  if (faults.length > 0) throw invalid(resource.group, resource.kind, textAt(object, 'metadata', 'name'), faults)
}

export function validateCreate(resource: Resource, object: JsonObject): void {
  const own = resource.custom === true ? customFaults(resource, object) : (rulesByResource[resourceName(resource)]?.create(object) ?? [])
  refuse(resource, object, [...metadataFaults(resource, object), ...own])
}

/** Status writes are held by types alone; a spec that did not change is not looked at again. */
export function validateUpdate(resource: Resource, current: JsonObject, object: JsonObject, subresource: string | undefined): void {
  const metadata = metadataUpdateFaults(current, object)
  const ofContent = subresource === undefined || subresource === 'scale'
  const isSame = Object.keys({ ...current, ...object }).every(key => key === 'metadata' || key === 'status' || current[key] === object[key])
  refuse(resource, object, [...metadata, ...(ofContent && !isSame ? contentFaults(resource, current, object) : [])])
}

function contentFaults(resource: Resource, current: JsonObject, object: JsonObject): readonly Cause[] {
  if (resource.custom === true) return customFaults(resource, object)
  const rules = rulesByResource[resourceName(resource)]
  if (rules === undefined) return []
  return rules.update === undefined ? rules.create(object) : rules.update(current, object)
}
