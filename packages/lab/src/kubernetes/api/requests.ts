/** Every call of the API on JSON objects, whoever makes it: the path of a write from what was sent to what is stored. */
import type { Cancel, Clock, Random } from '@stowage/effects'
import { applyPatch } from './patch/index.ts'
import type { DeleteOptions, PatchOptions, PatchType, WriteOptions } from './api.ts'
import { alreadyExists, badRequest, conflict, expired, modifiedSince, noSuchResource, notFound } from './failures.ts'
import { fieldMatcher } from './fields.ts'
import { arrayAt, at, frozenObject, objectAt, same, textAt, without } from './json.ts'
import type { JsonObject } from './json.ts'
import { ResourceRegistry, groupVersion, resourceName } from './resources.ts'
import type { Resource } from './resources.ts'
import { labelMatcher } from './selectors.ts'
import type { Matches } from './selectors.ts'
import { Shelf } from './shelf.ts'
import type { Change } from './shelf.ts'

export interface Selection {
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export class Requests {
  readonly registry = new ResourceRegistry()
  readonly #shelves = new Map<string, Shelf>()
  readonly #clock: Clock
  readonly #random: Random
  #revision = 0

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.#random = random
  }

  get revision(): number {
    return this.#revision
  }

  resource(name: string): Resource {
    const found = this.registry.find(name)
    if (found === undefined) throw noSuchResource()
    return found
  }

  shelf(resource: Resource): Shelf {
    const key = resourceName(resource)
    let shelf = this.#shelves.get(key)
    if (shelf === undefined) this.#shelves.set(key, (shelf = new Shelf()))
    return shelf
  }

  find(resource: Resource, namespace: string, name: string): JsonObject | undefined {
    return this.shelf(resource).get(resource.namespaced ? namespace : '', name)
  }

  get(resource: Resource, namespace: string, name: string): JsonObject {
    const found = this.find(resource, namespace, name)
    if (found === undefined) throw notFound(resource, name)
    return found
  }

  matcher(resource: Resource, selection: Selection): Matches | undefined {
    const labels = labelMatcher(selection.labelSelector)
    const fields = fieldMatcher(resource, selection.fieldSelector)
    if (labels === undefined || fields === undefined) return labels ?? fields
    return object => labels(object) && fields(object)
  }

  list(resource: Resource, namespace: string | undefined, selection: Selection): readonly JsonObject[] {
    const matches = this.matcher(resource, selection)
    const all = this.shelf(resource).list(namespace)
    return matches === undefined ? all : all.filter(matches)
  }

  create(resource: Resource, namespace: string, input: JsonObject, options: WriteOptions): JsonObject {
    const metadata = this.#newMetadata(resource, namespace, input)
    const object = frozenObject({ ...input, apiVersion: groupVersion(resource), kind: resource.kind, metadata })
    if (this.find(resource, namespace, textAt(metadata, 'name')) !== undefined) throw alreadyExists(resource, textAt(metadata, 'name'))
    return options.dryRun === true ? object : this.#store(resource, object)
  }

  #newMetadata(resource: Resource, namespace: string, input: JsonObject): JsonObject {
    const sent = objectAt(input, 'metadata')
    const name = textAt(sent, 'name') || (textAt(sent, 'generateName') === '' ? '' : textAt(sent, 'generateName') + this.#random.suffix(5))
    if (name === '') throw badRequest('name or generateName is required')
    return {
      ...without(sent, 'resourceVersion', 'selfLink'),
      name,
      ...(resource.namespaced ? { namespace } : {}),
      uid: this.#random.uuid(),
      creationTimestamp: this.now(),
    }
  }

  now(): string {
    return `${new Date(this.#clock.now()).toISOString().slice(0, 19)}Z`
  }

  update(resource: Resource, namespace: string, input: JsonObject, options: WriteOptions): JsonObject {
    const name = textAt(input, 'metadata', 'name')
    const current = this.get(resource, namespace, name)
    const asked = textAt(input, 'metadata', 'resourceVersion')
    if (asked !== '' && asked !== textAt(current, 'metadata', 'resourceVersion')) throw conflict(resource, name, modifiedSince)
    return this.#replace(resource, current, input, options)
  }

  patch(resource: Resource, namespace: string, name: string, type: PatchType, body: unknown, options: PatchOptions): JsonObject {
    const current = this.find(resource, namespace, name)
    if (current === undefined && type === 'application/apply-patch+yaml') return this.create(resource, namespace, frozenObject(body), options)
    if (current === undefined) throw notFound(resource, name)
    return this.#replace(resource, current, applyPatch(type, current, body), options)
  }

  #replace(resource: Resource, current: JsonObject, input: JsonObject, options: WriteOptions): JsonObject {
    const metadata = {
      ...objectAt(input, 'metadata'),
      ...pick(objectAt(current, 'metadata'), ['name', 'namespace', 'uid', 'creationTimestamp', 'deletionTimestamp', 'deletionGracePeriodSeconds', 'resourceVersion']),
    }
    const whole = options.subresource === 'status' ? { ...current, status: input['status'] ?? {} } : { ...input, metadata }
    const object = frozenObject({ ...whole, apiVersion: groupVersion(resource), kind: resource.kind })
    if (same(object, current) || options.dryRun === true) return object
    if (isDeleted(object)) return this.#remove(resource, object)
    return this.#store(resource, object)
  }

  delete(resource: Resource, namespace: string, name: string, options: DeleteOptions): JsonObject {
    const current = this.get(resource, namespace, name)
    const wanted = options.preconditions?.uid
    if (wanted !== undefined && wanted !== textAt(current, 'metadata', 'uid')) throw conflict(resource, name, 'the UID in the precondition does not match')
    if (options.dryRun === true) return current
    const grace = resourceName(resource) === 'pods' && textAt(current, 'spec', 'nodeName') !== '' ? (options.gracePeriodSeconds ?? 30) : 0
    if (grace === 0 && arrayAt(current, 'metadata', 'finalizers').length === 0) return this.#remove(resource, current)
    if (at(current, 'metadata', 'deletionTimestamp') !== undefined) return current
    const metadata = { ...objectAt(current, 'metadata'), deletionTimestamp: this.now(), deletionGracePeriodSeconds: grace }
    return this.#store(resource, frozenObject({ ...current, metadata }))
  }

  bind(namespace: string, pod: string, node: string): JsonObject {
    const resource = this.resource('pods')
    const current = this.get(resource, namespace, pod)
    const taken = textAt(current, 'spec', 'nodeName')
    if (taken !== '') throw conflict(resource, pod, `pod ${pod} is already assigned to node "${taken}"`)
    const scheduled = { type: 'PodScheduled', status: 'True', lastProbeTime: null, lastTransitionTime: this.now() }
    const others = arrayAt(current, 'status', 'conditions').filter(each => textAt(each, 'type') !== 'PodScheduled')
    const status = { ...objectAt(current, 'status'), conditions: [...others, scheduled] }
    return this.#store(resource, frozenObject({ ...current, spec: { ...objectAt(current, 'spec'), nodeName: node }, status }))
  }

  #store(resource: Resource, object: JsonObject): JsonObject {
    this.#revision += 1
    const stored = frozenObject({ ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(this.#revision) } })
    this.shelf(resource).put(stored)
    return stored
  }

  #remove(resource: Resource, object: JsonObject): JsonObject {
    this.#revision += 1
    const last = frozenObject({ ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(this.#revision) } })
    this.shelf(resource).remove(last)
    return last
  }

  /** Changes after `fromRevision`, as events for one watcher; objects that stop matching are DELETED for it. */
  watch(resource: Resource, namespace: string | undefined, selection: Selection, fromRevision: number, listener: (change: Change) => void): Cancel {
    const matches = this.matcher(resource, selection)
    const shelf = this.shelf(resource)
    const past = shelf.since(fromRevision)
    if (past === undefined) throw expired(`too old resource version: ${fromRevision} (${shelf.forgotten})`)
    const deliver = (change: Change): void => {
      const seen = asSeen(change, matches)
      if (seen !== undefined) listener(seen)
    }
    for (const change of past) if (namespace === undefined || textAt(change.object, 'metadata', 'namespace') === namespace) deliver(change)
    return shelf.subscribe(namespace, deliver)
  }
}

function asSeen(change: Change, matches: Matches | undefined): Change | undefined {
  if (matches === undefined) return change
  const now = change.type !== 'DELETED' && matches(change.object)
  const before = change.previous !== undefined && matches(change.previous)
  if (now) return before ? { ...change, type: 'MODIFIED' } : { ...change, type: 'ADDED' }
  return before ? { ...change, type: 'DELETED' } : undefined
}

function isDeleted(object: JsonObject): boolean {
  const metadata = objectAt(object, 'metadata')
  return metadata['deletionTimestamp'] !== undefined && arrayAt(metadata, 'finalizers').length === 0 && (metadata['deletionGracePeriodSeconds'] ?? 0) === 0
}

function pick(object: JsonObject, keys: readonly string[]): JsonObject {
  return Object.fromEntries(keys.flatMap(key => (object[key] === undefined ? [] : [[key, object[key]]])))
}
