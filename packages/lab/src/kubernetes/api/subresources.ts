/** Subresources that are another kind than their parent: scale, binding, eviction, and reviews that are answered and not kept. */
import { ApiStatusError } from './api.ts'
import type { DeleteOptions } from './api.ts'
import type { CallOptions } from './call-options.ts'
import { conflict, invalid, methodNotAllowed } from './failures.ts'
import { arrayAt, at, numberAt, objectAt, textAt, withAt } from './json.ts'
import type { JsonObject } from './json.ts'
import type { Resource } from './resources.ts'

/** What a subresource asks of the store. */
export interface SubresourceStore {
  now(): string
  get(resource: Resource, namespace: string, name: string): JsonObject
  delete(resource: Resource, namespace: string, name: string, options: DeleteOptions): unknown
  overwrite(resource: Resource, object: JsonObject): JsonObject
}

export function getSubresource(resource: Resource, object: JsonObject, subresource: string): JsonObject {
  if (subresource === 'status' || subresource === 'resize' || subresource === 'ephemeralcontainers') return object
  if (subresource !== 'scale') throw methodNotAllowed()
  return scaleToObject(resource, object)
}

/** autoscaling/v1 Scale of a workload. */
export function scaleToObject({ custom }: Resource, object: JsonObject): JsonObject {
  const { name, namespace, uid, resourceVersion, creationTimestamp } = objectAt(object, 'metadata')
  const scale = custom?.scale
  const found = numberAt(object, ...(scale?.spec ?? ['spec', 'replicas']))
  if (found === undefined && scale !== undefined) throw noReplicas(scale.spec)
  const replicas = found ?? 0
  const selector = custom === undefined ? selectorText(objectAt(object, 'spec', 'selector')) : scale?.selector === undefined ? '' : textAt(object, ...scale.selector)
  return {
    kind: 'Scale',
    apiVersion: 'autoscaling/v1',
    metadata: { name: name ?? '', namespace: namespace ?? '', uid: uid ?? '', resourceVersion: resourceVersion ?? '', creationTimestamp: creationTimestamp ?? '' },
    spec: replicas === 0 ? {} : { replicas },
    status: { replicas: numberAt(object, ...(scale?.status ?? ['status', 'replicas'])) ?? 0, ...(custom !== undefined && selector === '' ? {} : { selector }) },
  }
}

/** A custom resource that does not say how many it wants has no scale. */
function noReplicas(path: readonly string[]): ApiStatusError {
  const message = `the spec replicas field ${JSON.stringify(`.${path.join('.')}`)} does not exist`
  return new ApiStatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })
}

function selectorText(selector: JsonObject): string {
  const equal = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => `${key}=${String(value)}`)
  return equal.sort().join(',')
}

export function withScale({ custom }: Resource, object: JsonObject, scale: JsonObject): JsonObject {
  const replicas = numberAt(scale, 'spec', 'replicas') ?? 0
  if (replicas < 0) {
    const name = textAt(object, 'metadata', 'name')
    throw invalid('autoscaling', 'Scale', name, [{ reason: 'FieldValueInvalid', message: `Invalid value: ${replicas}: must be greater than or equal to 0`, field: 'spec.replicas' }])
  }
  return withAt(object, custom?.scale?.spec ?? ['spec', 'replicas'], replicas)
}

export function createSubresource(requests: SubresourceStore, resource: Resource, namespace: string, name: string, subresource: string, body: JsonObject, options: CallOptions): JsonObject {
  const current = requests.get(resource, namespace, name)
  if (subresource === 'binding') {
    if (options.dryRun !== true) bind(requests, resource, current, textAt(body, 'target', 'name'))
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  }
  if (subresource === 'eviction') {
    requests.delete(resource, namespace, name, options.dryRun === true ? { dryRun: true } : {})
    return { kind: 'Status', apiVersion: 'v1', metadata: {}, status: 'Success', code: 201 }
  }
  throw new ApiStatusError(404, 'NotFound', 'the server could not find the requested resource', {})
}

/** `pods/binding`: once only. */
export function bind(requests: SubresourceStore, resource: Resource, pod: JsonObject, node: string): JsonObject {
  const name = textAt(pod, 'metadata', 'name')
  const binding = { ...resource, plural: 'pods/binding' }
  if (at(pod, 'metadata', 'deletionTimestamp') !== undefined) throw conflict(binding, name, `pod ${name} is being deleted, cannot be assigned to a host`)
  const taken = textAt(pod, 'spec', 'nodeName')
  if (taken !== '') throw conflict(binding, name, `pod ${name} is already assigned to node "${taken}"`)
  const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: requests.now() }
  const others = arrayAt(pod, 'status', 'conditions').filter(each => textAt(each, 'type') !== 'PodScheduled')
  const status = { ...objectAt(pod, 'status'), conditions: [...others, scheduled] }
  return requests.overwrite(resource, { ...pod, spec: { ...objectAt(pod, 'spec'), nodeName: node }, status })
}
