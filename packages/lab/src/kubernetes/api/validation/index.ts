/** Validation as the server runs it: all faults of an object at once, as one 422. */
import type { Cause } from '../failures.ts'
import { invalid } from '../failures.ts'
import { textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { resourceName } from '../resources.ts'
import type { Resource } from '../resources.ts'
import { customFaults, statusFaults, typeMetaFaults } from '../definitions/custom-faults.ts'
import { metadataFaults, metadataUpdateFaults } from './metadata.ts'
import { rulesByResource } from './rules.ts'

function refuse(resource: Resource, object: JsonObject, faults: readonly Cause[]): void {
  if (faults.length > 0) throw invalid(resource.group, resource.kind, textAt(object, 'metadata', 'name'), faults)
}

export function validateCreate(resource: Resource, object: JsonObject): void {
  const { custom } = resource
  if (custom !== undefined) return refuseCustom(resource, object, () => customFaults(custom, object, undefined, metadataFaults(resource, object)))
  const own = rulesByResource[resourceName(resource)]?.create(object) ?? []
  refuse(resource, object, [...metadataFaults(resource, object), ...own])
}

/** Status writes are held by types alone; a spec that did not change is not looked at again. */
export function validateUpdate(resource: Resource, current: JsonObject, object: JsonObject, subresource: string | undefined): void {
  const { custom } = resource
  const metadata = metadataUpdateFaults(resource, current, object)
  if (custom !== undefined) {
    return refuseCustom(resource, object, () => (subresource === 'status' ? statusFaults : customFaults)(custom, object, current, metadata))
  }
  const ofContent = subresource === undefined || subresource === 'scale'
  const isSame = Object.keys({ ...current, ...object }).every(key => key === 'metadata' || key === 'status' || current[key] === object[key])
  refuse(resource, object, [...metadata, ...(ofContent && !isSame ? contentFaults(resource, current, object) : [])])
}

/** The answer names the kind that was sent. */
function refuseCustom(resource: Resource, object: JsonObject, faults: () => readonly Cause[]): void {
  const types = typeMetaFaults(resource, object)
  refuse({ ...resource, kind: textAt(object, 'kind') }, object, types.length > 0 ? types : faults())
}

function contentFaults(resource: Resource, current: JsonObject, object: JsonObject): readonly Cause[] {
  const rules = rulesByResource[resourceName(resource)]
  if (rules === undefined) return []
  return rules.update === undefined ? rules.create(object) : rules.update(current, object)
}
