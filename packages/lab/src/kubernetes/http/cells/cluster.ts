/** Rows of the cluster's own kinds. */
import { arrayAt, at, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { sinceText } from '../human-duration.ts'
import { age, count, labelText, nameOf, orNone } from './cell.ts'
import type { Cells } from './cell.ts'

const rolePrefix = 'node-role.kubernetes.io/'

function nodeStatus(node: JsonObject): string {
  const ready = arrayAt(node, 'status', 'conditions').find(each => textAt(each, 'type') === 'Ready')
  const words = ready === undefined ? 'Unknown' : textAt(ready, 'status') === 'True' ? 'Ready' : 'NotReady'
  return at(node, 'spec', 'unschedulable') === true ? `${words},SchedulingDisabled` : words
}

function nodeRoles(node: JsonObject): string {
  const labels = Object.entries(objectAt(node, 'metadata', 'labels'))
  const roles = labels.flatMap(([key, value]) => {
    if (key.startsWith(rolePrefix)) return [key.slice(rolePrefix.length)]
    return key === 'kubernetes.io/role' ? [String(value)] : []
  })
  return orNone([...new Set(roles.filter(each => each !== ''))].sort().join(','))
}

function address(node: JsonObject, type: string): string {
  return orNone(textAt(arrayAt(node, 'status', 'addresses').find(each => textAt(each, 'type') === type), 'address'))
}

const nodes: Cells = (object, nowMs) => {
  const info = objectAt(object, 'status', 'nodeInfo')
  const architecture = textAt(info, 'architecture')
  return [
    nameOf(object),
    nodeStatus(object),
    nodeRoles(object),
    age(object, nowMs),
    textAt(info, 'kubeletVersion'),
    address(object, 'InternalIP'),
    address(object, 'ExternalIP'),
    textAt(info, 'osImage') || '<unknown>',
    (textAt(info, 'kernelVersion') || '<unknown>') + (architecture === '' ? '' : ` (${architecture})`),
    textAt(info, 'containerRuntimeVersion') || '<unknown>',
  ]
}

/** Reads both core/v1 and events.k8s.io/v1 events. */
const events: Cells = (object, nowMs) => {
  const about = object['involvedObject'] === undefined ? objectAt(object, 'regarding') : objectAt(object, 'involvedObject')
  const first = textAt(object, 'firstTimestamp') || textAt(object, 'deprecatedFirstTimestamp') || textAt(object, 'eventTime')
  const last = textAt(object, 'lastTimestamp') || textAt(object, 'deprecatedLastTimestamp') || first
  const series = objectAt(object, 'series')
  const kind = textAt(about, 'kind').toLowerCase()
  const times = count(series, 'count') || count(object, 'count') || count(object, 'deprecatedCount') || 1
  return [
    sinceText(textAt(series, 'lastObservedTime') || last, nowMs),
    textAt(object, 'type'),
    textAt(object, 'reason'),
    textAt(about, 'name') === '' ? kind : `${kind}/${textAt(about, 'name')}`,
    textAt(about, 'fieldPath'),
    eventSource(object),
    (textAt(object, 'message') || textAt(object, 'note')).trim(),
    sinceText(first, nowMs),
    times,
    nameOf(object),
  ]
}

function eventSource(event: JsonObject): string {
  const source = event['source'] === undefined ? objectAt(event, 'deprecatedSource') : objectAt(event, 'source')
  const component = textAt(source, 'component') || textAt(event, 'reportingComponent') || textAt(event, 'reportingController')
  const instance = textAt(source, 'host') || textAt(event, 'reportingInstance')
  return instance === '' ? component : `${component}, ${instance}`
}

function externalAddress(service: JsonObject): string {
  const external = arrayAt(service, 'spec', 'externalIPs').map(String)
  const type = textAt(service, 'spec', 'type')
  if (type === 'ExternalName') return textAt(service, 'spec', 'externalName')
  if (type !== 'LoadBalancer') return orNone(external.join(','))
  const ingress = arrayAt(service, 'status', 'loadBalancer', 'ingress').map(each => textAt(each, 'ip') || textAt(each, 'hostname'))
  return [...new Set(ingress)].sort().concat(external).join(',') || '<pending>'
}

function portText(port: Json): string {
  const nodePort = count({ port }, 'port', 'nodePort')
  return `${count({ port }, 'port', 'port')}${nodePort > 0 ? `:${nodePort}` : ''}/${textAt(port, 'protocol')}`
}

const services: Cells = (object, nowMs) => [
  nameOf(object),
  textAt(object, 'spec', 'type'),
  orNone(textAt(object, 'spec', 'clusterIPs', 0)),
  externalAddress(object),
  orNone(arrayAt(object, 'spec', 'ports').map(portText).join(',')),
  age(object, nowMs),
  labelText(objectAt(object, 'spec', 'selector')),
]

function endpointText(object: JsonObject): string {
  const all = arrayAt(object, 'subsets').flatMap(subset => {
    const addresses = arrayAt(subset, 'addresses').map(each => textAt(each, 'ip'))
    const ports = arrayAt(subset, 'ports')
    return ports.length === 0 ? addresses : ports.flatMap(port => addresses.map(ip => `${ip}:${count({ port }, 'port', 'port')}`))
  })
  return all.length > 3 ? `${all.slice(0, 3).join(',')} + ${all.length - 3} more...` : orNone(all.join(','))
}

const bindings: Cells = (object, nowMs) => {
  const of = (kind: string): string[] => arrayAt(object, 'subjects').filter(each => textAt(each, 'kind') === kind).map(each => textAt(each, 'name'))
  const accounts = arrayAt(object, 'subjects').filter(each => textAt(each, 'kind') === 'ServiceAccount')
  return [
    nameOf(object),
    `${textAt(object, 'roleRef', 'kind')}/${textAt(object, 'roleRef', 'name')}`,
    age(object, nowMs),
    of('User').join(', '),
    of('Group').join(', '),
    accounts.map(each => `${textAt(each, 'namespace')}/${textAt(each, 'name')}`).join(', '),
  ]
}

const size = (object: JsonObject, field: string): number => Object.keys(objectAt(object, field)).length
const nameAndTime: Cells = object => [nameOf(object), textAt(object, 'metadata', 'creationTimestamp')]

export const clusterCells: Readonly<Record<string, Cells>> = {
  nodes,
  events,
  services,
  'events.events.k8s.io': events,
  namespaces: (object, nowMs) => [nameOf(object), textAt(object, 'status', 'phase'), age(object, nowMs)],
  secrets: (object, nowMs) => [nameOf(object), textAt(object, 'type'), size(object, 'data'), age(object, nowMs)],
  configmaps: (object, nowMs) => [nameOf(object), size(object, 'data') + size(object, 'binaryData'), age(object, nowMs)],
  'leases.coordination.k8s.io': (object, nowMs) => [nameOf(object), textAt(object, 'spec', 'holderIdentity'), age(object, nowMs)],
  endpoints: (object, nowMs) => [nameOf(object), endpointText(object), age(object, nowMs)],
  'roles.rbac.authorization.k8s.io': nameAndTime,
  'clusterroles.rbac.authorization.k8s.io': nameAndTime,
  'rolebindings.rbac.authorization.k8s.io': bindings,
  'clusterrolebindings.rbac.authorization.k8s.io': bindings,
  'customresourcedefinitions.apiextensions.k8s.io': nameAndTime,
}
