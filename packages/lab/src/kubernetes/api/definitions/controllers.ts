/**
 * The controllers that run inside the API server for definitions: names are given, the definition is established and served; one that is
 * deleted takes its objects along and goes when the last of them has gone.
 */
import type { Cancel, Clock } from '@stowage/effects'
import type { CallOptions } from '../call-options.ts'
import { ApiStatusError } from '../api.ts'
import { arrayAt, at, objectAt, same, textAt } from '../json.ts'
import type { JsonObject } from '../json.ts'
import type { Resource } from '../resources.ts'
import { approval, established, namedStatus, withCondition } from './naming.ts'
import { conditionOf } from './served-resources.ts'

/** What of the requests is needed here. */
export interface DefinitionStore {
  now(): string
  resource(name: string): Resource
  find(resource: Resource, namespace: string, name: string): JsonObject | undefined
  list(resource: Resource, namespace: string | undefined): readonly JsonObject[]
  update(resource: Resource, namespace: string, input: JsonObject, options: CallOptions): JsonObject
  delete(resource: Resource, namespace: string, name: string, options: object): unknown
  watch(resource: Resource, namespace: undefined, selection: object, fromRevision: number, listener: (change: { readonly type: string; readonly object: JsonObject }) => void): Cancel
  readonly registry: { find(name: string): Resource | undefined }
}

export const definitionsName = 'customresourcedefinitions.apiextensions.k8s.io'
export const cleanup = 'customresourcecleanup.apiextensions.k8s.io'
const reactMs = 20
const pollMs = 5_000
const asServer: CallOptions = { fieldManager: 'kube-apiserver', subresource: 'status', fieldValidation: 'Ignore' }

export function startDefinitionControllers(store: DefinitionStore, clock: Clock): Cancel {
  const resource = store.resource(definitionsName)
  const waiting = new Map<string, Cancel>()
  const later = (name: string, ms: number): void => {
    if (waiting.has(name)) return
    waiting.set(name, clock.after(ms, () => {
      waiting.delete(name)
      const again = settle(store, resource, name)
      if (again !== undefined) later(name, again)
    }))
  }
  const stop = store.watch(resource, undefined, {}, 0, ({ type, object }) => {
    const gone = type === 'DELETED' ? objectAt(object, 'spec')['group'] : undefined
    if (gone === undefined) return later(textAt(object, 'metadata', 'name'), reactMs)
    // Its names are free: whoever waited for them is looked at again.
    for (const each of store.list(resource, undefined)) if (at(each, 'spec', 'group') === gone) later(textAt(each, 'metadata', 'name'), reactMs)
  })
  return () => {
    stop()
    for (const cancel of waiting.values()) cancel()
  }
}

/** Milliseconds until it has to be looked at again. */
function settle(store: DefinitionStore, resource: Resource, name: string): number | undefined {
  const definition = store.find(resource, '', name)
  if (definition === undefined) return undefined
  if (at(definition, 'metadata', 'deletionTimestamp') !== undefined) return emptied(store, resource, definition)
  const named = namedStatus(definition, store.list(resource, undefined), store.now())
  write(store, resource, definition, approved(definition, installed(named, store.now()), store.now()))
  return undefined
}

function installed(status: JsonObject, now: string): JsonObject {
  const isNamed = conditionOf({ status }, 'NamesAccepted')?.['status'] === 'True'
  return isNamed ? withCondition(status, 'Established', established, now) : status
}

function approved(definition: JsonObject, status: JsonObject, now: string): JsonObject {
  const said = approval(definition)
  return said === undefined ? status : withCondition(status, 'KubernetesAPIApprovalPolicyConformant', said, now)
}

function write(store: DefinitionStore, resource: Resource, definition: JsonObject, status: JsonObject): void {
  if (same(status, objectAt(definition, 'status'))) return
  store.update(resource, '', { ...definition, status }, asServer)
}

function emptied(store: DefinitionStore, resource: Resource, definition: JsonObject): number | undefined {
  const finalizers = arrayAt(definition, 'metadata', 'finalizers')
  if (!finalizers.includes(cleanup)) return undefined
  const name = textAt(definition, 'metadata', 'name')
  const served = store.registry.find(name)
  const left = served === undefined ? [] : store.list(served, undefined)
  if (served === undefined || left.length === 0) {
    store.update(resource, '', withoutCleanup(definition), { fieldManager: 'kube-apiserver', fieldValidation: 'Ignore' })
    return undefined
  }
  const inProgress = { status: 'True', reason: 'InstanceDeletionInProgress', message: 'CustomResource deletion is in progress' } as const
  write(store, resource, definition, withCondition(objectAt(definition, 'status'), 'Terminating', inProgress, store.now()))
  for (const each of left) remove(store, served, each)
  return store.list(served, undefined).length === 0 ? reactMs : pollMs
}

function withoutCleanup(definition: JsonObject): JsonObject {
  const metadata = objectAt(definition, 'metadata')
  return { ...definition, metadata: { ...metadata, finalizers: arrayAt(metadata, 'finalizers').filter(each => each !== cleanup) } }
}

function remove(store: DefinitionStore, served: Resource, object: JsonObject): void {
  try {
    store.delete(served, textAt(object, 'metadata', 'namespace'), textAt(object, 'metadata', 'name'), {})
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.code !== 404) throw error
  }
}
