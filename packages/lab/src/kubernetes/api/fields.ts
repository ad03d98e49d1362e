/** The fields that each kind can be selected by: data, from the registries' `ToSelectableFields` and conversion functions. */
import { badRequest } from './failures.ts'
import { at } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'
import { parseFieldSelector } from './selectors.ts'
import type { FieldTerm, Matches } from './selectors.ts'

/** Beyond metadata.name and metadata.namespace, which all have. */
const selectable: Readonly<Record<string, readonly string[]>> = {
  pods: [
    'spec.nodeName', 'spec.restartPolicy', 'spec.schedulerName', 'spec.serviceAccountName', 'spec.hostNetwork',
    'status.phase', 'status.podIP', 'status.podIPs', 'status.nominatedNodeName', 'spec.host',
  ],
  nodes: ['spec.unschedulable'],
  namespaces: ['status.phase'],
  secrets: ['type'],
  services: ['spec.clusterIP', 'spec.type'],
  events: [
    'involvedObject.kind', 'involvedObject.namespace', 'involvedObject.name', 'involvedObject.uid', 'involvedObject.apiVersion',
    'involvedObject.resourceVersion', 'involvedObject.fieldPath', 'reason', 'reportingComponent', 'source', 'type',
  ],
  'events.events.k8s.io': [
    'regarding.kind', 'regarding.namespace', 'regarding.name', 'regarding.uid', 'regarding.apiVersion', 'regarding.resourceVersion',
    'regarding.fieldPath', 'reason', 'reportingController', 'type',
  ],
  'replicasets.apps': ['status.replicas'],
  'jobs.batch': ['status.successful'],
}

const zeroes: Readonly<Record<string, string>> = { 'spec.unschedulable': 'false', 'spec.hostNetwork': 'false', 'status.replicas': '0', 'status.successful': '0' }

export function fieldMatcher(resource: Resource, selector: string | undefined): Matches | undefined {
  const terms = parseFieldSelector(selector)
  if (terms.length === 0) return undefined
  for (const term of terms) assertSelectable(resource, term)
  return object => terms.every(term => (fieldText(object, term.field) === term.value) === term.equal)
}

function assertSelectable(resource: Resource, term: FieldTerm): void {
  if (term.field === 'metadata.name' || term.field === 'metadata.namespace') return
  if (resource.custom !== undefined) throw badRequest(`field label not supported: ${term.field}`)
  const own = selectable[resourceName(resource)]
  if (own?.includes(term.field) === true) return
  // Kinds without a conversion function of their own meet the general one, which words it differently.
  if (own === undefined) throw badRequest(`${JSON.stringify(term.field)} is not a known field selector: only "metadata.name", "metadata.namespace"`)
  if (resource.kind === 'Job') throw badRequest(`field label ${JSON.stringify(term.field)} not supported for Job`)
  throw badRequest(`field label not supported: ${term.field}`)
}

function fieldText(object: JsonObject, field: string): string {
  const path = field === 'name' ? ['metadata', 'name'] : field.split('.')
  if (field === 'spec.host') return scalarText(at(object, 'spec', 'nodeName'))
  if (field === 'status.podIPs') return scalarText(at(object, 'status', 'podIPs', 0, 'ip'))
  if (field === 'source') return scalarText(at(object, 'source', 'component')) || scalarText(at(object, 'reportingComponent'))
  return scalarText(at(object, ...path)) || (zeroes[field] ?? '')
}

function scalarText(value: Json | undefined): string {
  if (typeof value === 'string') return value
  return typeof value === 'number' || typeof value === 'boolean' ? String(value) : ''
}
