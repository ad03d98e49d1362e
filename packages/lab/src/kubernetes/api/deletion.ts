/** What a delete does before an object goes: grace, finalizers, propagation, preconditions. apiserver's rest/delete.go. */
import type { DeleteOptions } from './api.ts'
import { cleanup, definitionsName } from './definitions/controllers.ts'
import { withCondition } from './definitions/naming.ts'
import { conflict, forbidden } from './failures.ts'
import { arrayAt, at, numberAt, objectAt, textAt } from './json.ts'
import type { JsonObject } from './json.ts'
import type { Memory } from './memory.ts'
import { resourceName } from './resources.ts'
import type { Resource } from './resources.ts'

export interface DeleteOutcome {
  readonly object: JsonObject
  /** False while finalizers, grace or a namespace's content hold it. */
  readonly gone: boolean
}

const immortal = ['default', 'kube-public', 'kube-system']

export function deleteObject(memory: Memory, resource: Resource, namespace: string, name: string, options: DeleteOptions): DeleteOutcome {
  const current = memory.get(resource, namespace, name)
  assertPreconditions(resource, current, options)
  if (resourceName(resource) === 'namespaces' && immortal.includes(name)) throw forbidden(resource, name, 'this namespace may not be deleted')
  const next = terminating(memory, resource, current, options)
  const goes = isFinished(resource, next)
  if (goes) return { object: options.dryRun === true ? next : takenAway(memory, resource, current, next), gone: true }
  if (options.dryRun === true) return { object: next, gone: false }
  return { object: next === current ? current : memory.put(resource, next), gone: false }
}

function terminating(memory: Memory, resource: Resource, current: JsonObject, options: DeleteOptions): JsonObject {
  if (resourceName(resource) === 'namespaces') return terminatingNamespace(memory, current)
  return resourceName(resource) === definitionsName ? terminatingDefinition(memory, current) : marked(memory, resource, current, options)
}

/** A definition always waits for its objects. */
function terminatingDefinition(memory: Memory, current: JsonObject): JsonObject {
  const metadata = objectAt(current, 'metadata')
  if (metadata['deletionTimestamp'] !== undefined) return current
  const pending = { status: 'True', reason: 'InstanceDeletionPending', message: 'CustomResourceDefinition marked for deletion; CustomResource deletion will begin soon' } as const
  const finalizers = [...arrayAt(metadata, 'finalizers'), ...(arrayAt(metadata, 'finalizers').includes(cleanup) ? [] : [cleanup])]
  const marks = { deletionTimestamp: memory.now(), finalizers }
  return { ...current, metadata: { ...metadata, ...marks }, status: withCondition(objectAt(current, 'status'), 'Terminating', pending, memory.now()) }
}

/** Only pods are marked on their way out when nothing holds them, and their watchers see that. */
function takenAway(memory: Memory, resource: Resource, current: JsonObject, next: JsonObject): JsonObject {
  if (resourceName(resource) !== 'pods') return memory.remove(resource, at(current, 'metadata', 'deletionTimestamp') === undefined ? current : next)
  return memory.remove(resource, next === current ? current : memory.put(resource, next))
}

function assertPreconditions(resource: Resource, current: JsonObject, options: DeleteOptions): void {
  const uid = options.preconditions?.uid
  const actual = textAt(current, 'metadata', 'uid')
  const name = textAt(current, 'metadata', 'name')
  const kindly = { ...resource, group: '', plural: resource.kind }
  if (uid !== undefined && uid !== actual) {
    throw conflict(kindly, name, `the UID in the precondition (${uid}) does not match the UID in record (${actual}). The object might have been deleted and then recreated`)
  }
  const version = options.preconditions?.resourceVersion
  const held = textAt(current, 'metadata', 'resourceVersion')
  if (version !== undefined && version !== held) {
    throw conflict(kindly, name, `the ResourceVersion in the precondition (${version}) does not match the ResourceVersion in record (${held}). The object might have been modified`)
  }
}

/** No grace left, nothing holds it. */
export function isFinished(resource: Resource, object: JsonObject): boolean {
  if (at(object, 'metadata', 'deletionTimestamp') === undefined) return false
  if (resourceName(resource) === 'namespaces' && arrayAt(object, 'spec', 'finalizers').length > 0) return false
  return arrayAt(object, 'metadata', 'finalizers').length === 0 && (numberAt(object, 'metadata', 'deletionGracePeriodSeconds') ?? 0) === 0
}

function terminatingNamespace(memory: Memory, current: JsonObject): JsonObject {
  if (at(current, 'metadata', 'deletionTimestamp') !== undefined) return current
  const metadata = { ...objectAt(current, 'metadata'), deletionTimestamp: memory.now() }
  return { ...current, metadata, status: { ...objectAt(current, 'status'), phase: 'Terminating' } }
}

function marked(memory: Memory, resource: Resource, current: JsonObject, options: DeleteOptions): JsonObject {
  const finalizers = finalizersFor(current, options)
  const metadata = objectAt(current, 'metadata')
  const grace = graceOf(resource, current, options)
  const held = numberAt(metadata, 'deletionGracePeriodSeconds')
  if (metadata['deletionTimestamp'] !== undefined) {
    if (held === undefined || held === 0 || grace >= held || options.gracePeriodSeconds === undefined) return withFinalizers(current, finalizers)
    const sooner = { deletionGracePeriodSeconds: grace, deletionTimestamp: memory.inSeconds(grace) }
    return withFinalizers({ ...current, metadata: { ...metadata, ...sooner } }, finalizers)
  }
  const generation = numberAt(metadata, 'generation')
  const mark = { deletionTimestamp: memory.inSeconds(grace), deletionGracePeriodSeconds: grace, ...(generation === undefined ? {} : { generation: generation + 1 }) }
  return withFinalizers({ ...current, metadata: { ...metadata, ...mark } }, finalizers)
}

function withFinalizers(object: JsonObject, finalizers: readonly string[]): JsonObject {
  const metadata = objectAt(object, 'metadata')
  const held = arrayAt(metadata, 'finalizers')
  if (held.length === finalizers.length && finalizers.every((each, index) => held[index] === each)) return object
  return { ...object, metadata: { ...metadata, finalizers } }
}

/** Seconds; only pods that run somewhere are given any. */
function graceOf(resource: Resource, pod: JsonObject, options: DeleteOptions): number {
  if (resourceName(resource) !== 'pods') return 0
  const asked = options.gracePeriodSeconds ?? numberAt(pod, 'spec', 'terminationGracePeriodSeconds') ?? 30
  if (textAt(pod, 'spec', 'nodeName') === '' || ['Succeeded', 'Failed'].includes(textAt(pod, 'status', 'phase'))) return 0
  return asked < 0 ? 1 : asked
}

const foreground = 'foregroundDeletion'
const orphan = 'orphan'

function finalizersFor(object: JsonObject, options: DeleteOptions): readonly string[] {
  const held = arrayAt(object, 'metadata', 'finalizers').map(String)
  if (options.propagationPolicy === undefined) return held
  const others = held.filter(each => each !== foreground && each !== orphan)
  if (options.propagationPolicy === 'Background') return others
  return [...others, options.propagationPolicy === 'Foreground' ? foreground : orphan]
}
