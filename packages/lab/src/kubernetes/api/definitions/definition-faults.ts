/** CustomResourceDefinitions themselves: names, versions, structural schemas. apiextensions-apiserver's pkg/apis/apiextensions/validation. */
import type { StructuralSchema } from '@stowage/wire/crds'
import { RuleBook, valueFaults } from '@stowage/wire/structural-schema'
import type { Cause } from '../failures.ts'
import { arrayAt, at, isObject, objectAt, same, textAt } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import { forbiddenField, immutableText, invalidValue, notSupported, required } from '../validation/fault.ts'
import type { Faults } from '../validation/fault.ts'
import { isEstablished } from './served-resources.ts'

export function definitionFaults(object: JsonObject): Faults {
  const spec = objectAt(object, 'spec')
  const name = textAt(object, 'metadata', 'name')
  const wanted = `${textAt(spec, 'names', 'plural')}.${textAt(spec, 'group')}`
  return [
    ...(name === wanted ? [] : [invalidValue('metadata.name', name, 'must be spec.names.plural+"."+spec.group')]),
    ...missing(spec, 'spec', ['group', 'scope']),
    ...scopeFaults(textAt(spec, 'scope')),
    ...approvalFaults(object),
    ...missing(objectAt(spec, 'names'), 'spec.names', ['plural', 'kind']),
    ...conversionFaults(spec),
    ...versionFaults(spec),
    ...(arrayAt(object, 'status', 'storedVersions').length === 0 ? [invalidValue('status.storedVersions', null, 'must have at least one stored version')] : []),
  ]
}

function missing(of: JsonObject, field: string, keys: readonly string[]): Faults {
  return keys.filter(key => textAt(of, key) === '').map(key => required(`${field}.${key}`))
}

function scopeFaults(scope: string): Faults {
  return scope === '' || scope === 'Cluster' || scope === 'Namespaced' ? [] : [notSupported('spec.scope', scope, ['Cluster', 'Namespaced'])]
}

function approvalFaults(object: JsonObject): Faults {
  const isProtected = /(^|\.)(k8s|kubernetes)\.io$/.test(textAt(object, 'spec', 'group'))
  if (!isProtected || at(object, 'metadata', 'annotations', 'api-approved.kubernetes.io') !== undefined) return []
  return [required('metadata.annotations[api-approved.kubernetes.io]', 'protected groups must have approval annotation "api-approved.kubernetes.io", see https://github.com/kubernetes/enhancements/pull/1111')]
}

/** No webhook answers here, and no objects are converted: to say so is better than to answer wrongly. */
function conversionFaults(spec: JsonObject): Faults {
  const strategy = textAt(spec, 'conversion', 'strategy')
  return strategy === '' || strategy === 'None' ? [] : [forbiddenField('spec.conversion.strategy', `the lab's API server has no conversion ${JSON.stringify(strategy)}, only None`)]
}

function versionFaults(spec: JsonObject): Faults {
  const versions = arrayAt(spec, 'versions')
  const stored = versions.filter(each => at(each, 'storage') === true)
  const shared = versions.length > 0 && versions.every(each => same(at(each, 'schema'), at(versions[0], 'schema')))
  const schemas = shared ? versions.slice(0, 1) : versions
  return [
    ...(stored.length === 1 ? [] : [{ reason: 'FieldValueInvalid', message: `Invalid value: ${goVersions(versions)}: must have exactly one version marked as storage version`, field: 'spec.versions' }]),
    ...schemas.flatMap((version, index) => schemaFaults(at(version, 'schema', 'openAPIV3Schema'), shared ? 'spec.validation.openAPIV3Schema' : `spec.versions[${index}].schema.openAPIV3Schema`, index)),
  ]
}

/** What all versions share stands apart in Go's type and is null in each of them. */
function goVersions(versions: readonly Json[]): string {
  return JSON.stringify(versions.map(each => ({
    Name: textAt(each, 'name'), Served: at(each, 'served') === true, Storage: at(each, 'storage') === true, Deprecated: at(each, 'deprecated') === true,
    DeprecationWarning: at(each, 'deprecationWarning') ?? null, Schema: null, Subresources: null, AdditionalPrinterColumns: null, SelectableFields: null,
  })))
}

function schemaFaults(schema: Json | undefined, field: string, index: number): Faults {
  if (!isObject(schema)) return [required(`spec.versions[${index}].schema.openAPIV3Schema`)]
  return [...(textAt(schema, 'type') === 'object' ? [] : [required(`${field}.type`, 'must not be empty at the root')]), ...nodeFaults(schema, field, true), ...ruleFaults(schema, field)]
}

/** The library that judges rules does not know every function of Kubernetes; such a definition is refused rather than half kept. */
function ruleFaults(schema: JsonObject, field: string): Faults {
  return new RuleBook().unknownRules(schema).map(each => forbiddenField(field, `the lab's API server cannot judge this rule: ${each}`))
}

function nodeFaults(schema: JsonObject, field: string, isRoot: boolean): Faults {
  return [...(isRoot ? [] : typeFaults(schema, field)), ...listFaults(schema, field), ...defaultFaults(schema, field), ...childFaults(schema, field)]
}

function typeFaults(schema: JsonObject, field: string): Faults {
  const free = schema['x-kubernetes-int-or-string'] === true || schema['x-kubernetes-preserve-unknown-fields'] === true
  return free || textAt(schema, 'type') !== '' ? [] : [required(`${field}.type`, 'must not be empty for specified object fields')]
}

function listFaults(schema: JsonObject, field: string): Faults {
  if (schema['x-kubernetes-list-type'] !== 'map' || arrayAt(schema, 'x-kubernetes-list-map-keys').length > 0) return []
  return [required(`${field}.x-kubernetes-list-map-keys`, 'must not be empty if x-kubernetes-list-type is map')]
}

function defaultFaults(schema: JsonObject, field: string): readonly Cause[] {
  const preset = schema['default']
  if (preset === undefined) return []
  return valueFaults(typed(schema), preset).map(each => ({ ...each, field: each.field === '<nil>' ? `${field}.default` : `${field}.default.${each.field}` }))
}

function typed(schema: JsonObject): StructuralSchema {
  return schema
}

function childFaults(schema: JsonObject, field: string): Faults {
  const properties = Object.entries(objectAt(schema, 'properties')).flatMap(([key, child]) => (isObject(child) ? nodeFaults(child, `${field}.properties[${key}]`, false) : []))
  const inner = ['items', 'additionalProperties'].flatMap(key => {
    const child = schema[key]
    return isObject(child) ? nodeFaults(child, `${field}.${key}`, false) : []
  })
  return [...properties, ...inner]
}

/** What a definition keeps for ever, and what it keeps once it is established. */
export function definitionUpdateFaults(current: JsonObject, object: JsonObject): Faults {
  const always = [['spec', 'group'], ['spec', 'scope'], ['spec', 'names', 'plural']]
  const settled = isEstablished(current) ? [['spec', 'names', 'kind']] : []
  return [...always, ...settled].flatMap(path => {
    const value = at(object, ...path)
    return same(at(current, ...path), value) ? [] : [invalidValue(path.join('.'), value, immutableText)]
  })
}
