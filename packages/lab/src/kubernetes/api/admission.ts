/** The mutating admission plugins that the lab runs (LimitRanger and ResourceQuota are in `quota/`). ServiceAccount and PodSecurity are not among them. */
import { parseQuantity } from '@stowage/core/quantity'
import { ApiStatusError } from './api.ts'
import { forbidden, notFound } from './failures.ts'
import { arrayAt, at, objectAt, textAt } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import type { Memory } from './memory.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'

type Plugin = (memory: Memory, object: JsonObject) => JsonObject

export function admitCreate(memory: Memory, resource: Resource, namespace: string, object: JsonObject): JsonObject {
  if (resource.namespaced) assertNamespace(memory, resource, namespace, textAt(object, 'metadata', 'name'))
  return (onCreate[resourceName(resource)] ?? []).reduce((admitted, plugin) => plugin(memory, admitted), object)
}

export function admitUpdate(memory: Memory, resource: Resource, current: JsonObject, object: JsonObject, subresource: string | undefined): JsonObject {
  if (subresource === undefined && resourceName(resource) === 'persistentvolumeclaims') assertExpandable(memory, resource, current, object)
  return object
}

/** NamespaceLifecycle. */
function assertNamespace(memory: Memory, resource: Resource, namespace: string, name: string): void {
  const namespaces = memory.resource('namespaces')
  const found = memory.find(namespaces, '', namespace)
  if (found === undefined) throw notFound(namespaces, namespace)
  if (at(found, 'metadata', 'deletionTimestamp') === undefined) return
  const message = `unable to create new content in namespace ${namespace} because it is being terminated`
  const error = forbidden(resource, name, message)
  const cause = { reason: 'NamespaceTerminating', message: `namespace ${namespace} is being terminated`, field: 'metadata.namespace' }
  throw new ApiStatusError(error.code, error.reason, error.message, { ...error.details, causes: [cause] })
}

/** DefaultStorageClass: the newest class that is marked as default. */
const defaultStorageClass: Plugin = (memory, object) => {
  const isNamed = at(object, 'spec', 'storageClassName') !== undefined || textAt(object, 'metadata', 'annotations', 'volume.beta.kubernetes.io/storage-class') !== ''
  if (isNamed) return object
  const marked = memory.list(memory.resource('storageclasses.storage.k8s.io'), undefined).filter(isDefault)
  const newest = marked.toSorted((a, b) => {
    const [left, right] = [textAt(a, 'metadata', 'creationTimestamp'), textAt(b, 'metadata', 'creationTimestamp')]
    if (left !== right) return left < right ? 1 : -1
    return textAt(a, 'metadata', 'name') < textAt(b, 'metadata', 'name') ? -1 : 1
  })[0]
  return newest === undefined ? object : { ...object, spec: { ...objectAt(object, 'spec'), storageClassName: textAt(newest, 'metadata', 'name') } }
}

function isDefault(storageClass: JsonObject): boolean {
  const keys = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']
  return keys.some(key => textAt(storageClass, 'metadata', 'annotations', key) === 'true')
}

/** StorageObjectInUseProtection. */
function protectedBy(finalizer: string): Plugin {
  return (_, object) => {
    const metadata = objectAt(object, 'metadata')
    const finalizers = arrayAt(metadata, 'finalizers')
    return finalizers.includes(finalizer) ? object : { ...object, metadata: { ...metadata, finalizers: [...finalizers, finalizer] } }
  }
}

/** Priority: there are no PriorityClasses here. */
const priority: Plugin = (_, object) => {
  const spec = objectAt(object, 'spec')
  return { ...object, spec: { ...spec, priority: spec['priority'] ?? 0, preemptionPolicy: spec['preemptionPolicy'] ?? 'PreemptLowerPriority' } }
}

/** DefaultTolerationSeconds. */
const tolerations: Plugin = (_, object) => {
  const spec = objectAt(object, 'spec')
  const own = arrayAt(spec, 'tolerations')
  const tolerated = (key: string): boolean =>
    own.some(each => (textAt(each, 'key') === key || textAt(each, 'key') === '') && ['', 'NoExecute'].includes(textAt(each, 'effect')))
  const added = ['node.kubernetes.io/not-ready', 'node.kubernetes.io/unreachable']
    .filter(key => !tolerated(key))
    .map((key): Json => ({ key, operator: 'Exists', effect: 'NoExecute', tolerationSeconds: 300 }))
  return added.length === 0 ? object : { ...object, spec: { ...spec, tolerations: [...own, ...added] } }
}

const onCreate: Readonly<Record<string, readonly Plugin[]>> = {
  persistentvolumeclaims: [defaultStorageClass, protectedBy('kubernetes.io/pvc-protection')],
  persistentvolumes: [protectedBy('kubernetes.io/pv-protection')],
  pods: [tolerations, priority],
}

/** PersistentVolumeClaimResize. */
function assertExpandable(memory: Memory, resource: Resource, current: JsonObject, object: JsonObject): void {
  const before = sizeOf(current)
  const after = sizeOf(object)
  if (before === undefined || after === undefined || after <= before) return
  if (textAt(current, 'status', 'phase') !== 'Bound') return
  const name = textAt(current, 'spec', 'storageClassName')
  const found = name === '' ? undefined : memory.find(memory.resource('storageclasses.storage.k8s.io'), '', name)
  if (found !== undefined && at(found, 'allowVolumeExpansion') === true) return
  throw forbidden(resource, textAt(current, 'metadata', 'name'), 'only dynamically provisioned pvc can be resized and the storageclass that provisions the pvc must support resize')
}

function sizeOf(claim: JsonObject): bigint | undefined {
  return parseQuantity(textAt(claim, 'spec', 'resources', 'requests', 'storage'))?.nanos
}
