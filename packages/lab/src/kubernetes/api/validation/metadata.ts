/** ValidateObjectMeta and ValidateObjectMetaUpdate. */
import { arrayAt, objectAt, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import { resourceName } from '../resources.ts'
import type { Resource } from '../resources.ts'
import { strategyOf } from '../strategies.ts'
import { forbiddenField, invalidValue, required } from './fault.ts'
import type { Faults } from './fault.ts'
import { annotationFaults, dnsLabel, dnsSubdomain, finalizerFaults, labelFaults, pathSegment, serviceName } from './names.ts'
import type { NameRule } from './names.ts'

function nameRule(resource: Resource): NameRule {
  if (resourceName(resource) === 'services') return serviceName
  return { label: dnsLabel, subdomain: dnsSubdomain, path: pathSegment }[strategyOf(resource).name ?? 'subdomain']
}

export function metadataFaults(resource: Resource, object: JsonObject): Faults {
  const metadata = objectAt(object, 'metadata')
  const name = textAt(metadata, 'name')
  const named = name === '' ? [required('metadata.name', 'name or generateName is required')] : nameRule(resource)(name).map(each => invalidValue('metadata.name', name, each))
  return [...prefixFaults(nameRule(resource), textAt(metadata, 'generateName')), ...named, ...commonFaults(resource, metadata)]
}

/** A prefix may end in a dash. */
function prefixFaults(rule: NameRule, prefix: string): Faults {
  const masked = prefix.endsWith('-') ? `${prefix.slice(0, -1)}a` : prefix
  return prefix === '' ? [] : rule(masked).map(each => invalidValue('metadata.generateName', prefix, each))
}

function commonFaults(resource: Resource, metadata: JsonObject): Faults {
  return [
    ...labelFaults(objectAt(metadata, 'labels'), 'metadata.labels'),
    ...annotationFaults(objectAt(metadata, 'annotations'), 'metadata.annotations'),
    ...finalizerFaults(arrayAt(metadata, 'finalizers').map(String), 'metadata.finalizers', resource.custom === undefined && resource.group !== 'apiextensions.k8s.io'),
  ]
}

export function metadataUpdateFaults(resource: Resource, current: JsonObject, object: JsonObject): Faults {
  const metadata = objectAt(object, 'metadata')
  if (metadata === current['metadata']) return []
  return [...newFinalizers(objectAt(current, 'metadata'), metadata), ...commonFaults(resource, metadata)]
}

function newFinalizers(before: JsonObject, after: JsonObject): Faults {
  if (before['deletionTimestamp'] === undefined) return []
  const held = arrayAt(before, 'finalizers')
  const added = arrayAt(after, 'finalizers').filter(each => !held.includes(each)).map(String)
  if (added.length === 0) return []
  const list = added.sort().map(each => JSON.stringify(each)).join(', ')
  return [forbiddenField('metadata.finalizers', `no new finalizers can be added if the object is being deleted, found new finalizers []string{${list}}`)]
}
