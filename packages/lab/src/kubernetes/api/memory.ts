/** What etcd and the watch cache are to the real server: objects, revisions, watches. Knows nothing of the rules of kinds. */
import type { Cancel, Clock, Random } from '@stowage/effects'
import { isNewEvent, toCoreEvent, toNewEvent } from './event-versions.ts'
import { expired, noSuchResource, notFound } from './failures.ts'
import { fieldMatcher } from './fields.ts'
import { frozenObject, objectAt, textAt } from './json.ts'
import type { JsonObject } from './json.ts'
import { groupVersion, ResourceRegistry, resourceName } from './resources.ts'
import type { Resource } from './resources.ts'
import { labelMatcher } from './selectors.ts'
import type { Matches } from './selectors.ts'
import { Shelf } from './shelf.ts'
import type { Change } from './shelf.ts'

export interface Selection {
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export class Memory {
  readonly registry = new ResourceRegistry()
  readonly random: Random
  readonly #shelves = new Map<string, Shelf>()
  readonly #views = new WeakMap<JsonObject, Map<string, JsonObject>>()
  readonly #clock: Clock
  #revision = 0

  constructor(clock: Clock, random: Random) {
    this.#clock = clock
    this.random = random
  }

  get revision(): number {
    return this.#revision
  }

  /** RFC 3339 in whole seconds, as metav1.Time is written. */
  now(): string {
    return this.inSeconds(0)
  }

  inSeconds(seconds: number): string {
    return `${new Date(this.#clock.now() + seconds * 1000).toISOString().slice(0, 19)}Z`
  }

  resource(name: string): Resource {
    const found = this.registry.find(name)
    if (found === undefined) throw noSuchResource()
    return found
  }

  shelf(resource: Resource): Shelf {
    const key = isNewEvent(resource) ? 'events' : resourceName(resource)
    let shelf = this.#shelves.get(key)
    if (shelf === undefined) this.#shelves.set(key, (shelf = new Shelf()))
    return shelf
  }

  find(resource: Resource, namespace: string, name: string): JsonObject | undefined {
    const found = this.shelf(resource).get(resource.namespaced ? namespace : '', name)
    return found === undefined ? undefined : this.#seen(resource, found)
  }

  /** As this version of the API shows it; the same reference for the same object. */
  #seen(resource: Resource, object: JsonObject): JsonObject {
    const isOther = resource.custom !== undefined && object['apiVersion'] !== groupVersion(resource)
    if (!isOther && !isNewEvent(resource)) return object
    const key = groupVersion(resource)
    let views = this.#views.get(object)
    if (views === undefined) this.#views.set(object, (views = new Map()))
    let view = views.get(key)
    if (view === undefined) views.set(key, (view = isOther ? frozenObject({ ...object, apiVersion: key }) : toNewEvent(object)))
    return view
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

  list(resource: Resource, namespace: string | undefined, selection: Selection = {}): readonly JsonObject[] {
    const matches = this.matcher(resource, selection)
    const kept = this.shelf(resource).list(namespace)
    const all = isNewEvent(resource) || resource.custom !== undefined ? kept.map(each => this.#seen(resource, each)) : kept
    return matches === undefined ? all : all.filter(matches)
  }

  put(resource: Resource, object: JsonObject): JsonObject {
    const stored = this.#atNextRevision(isNewEvent(resource) ? toCoreEvent(object) : object)
    this.shelf(resource).put(stored)
    return this.#seen(resource, stored)
  }

  remove(resource: Resource, object: JsonObject): JsonObject {
    const last = this.#atNextRevision(isNewEvent(resource) ? toCoreEvent(object) : object)
    this.shelf(resource).remove(last)
    return this.#seen(resource, last)
  }

  #atNextRevision(object: JsonObject): JsonObject {
    this.#revision += 1
    return frozenObject({ ...object, metadata: { ...objectAt(object, 'metadata'), resourceVersion: String(this.#revision) } })
  }

  /** Changes after `fromRevision`, as events for one watcher; objects that stop matching are DELETED for it. Throws 410 when that is too long ago. */
  watch(resource: Resource, namespace: string | undefined, selection: Selection, fromRevision: number, listener: (change: Change) => void): Cancel {
    const matches = this.matcher(resource, selection)
    const shelf = this.shelf(resource)
    const past = shelf.since(fromRevision)
    if (past === undefined) throw expired(`too old resource version: ${fromRevision} (${shelf.forgotten})`)
    const deliver = (change: Change): void => {
      const seen = asSeen(this.#changeSeen(resource, change), matches)
      if (seen !== undefined) listener(seen)
    }
    for (const change of past) if (namespace === undefined || textAt(change.object, 'metadata', 'namespace') === namespace) deliver(change)
    return shelf.subscribe(namespace, deliver)
  }

  #changeSeen(resource: Resource, change: Change): Change {
    if (!isNewEvent(resource) && resource.custom === undefined) return change
    const previous = change.previous === undefined ? undefined : this.#seen(resource, change.previous)
    return { ...change, object: this.#seen(resource, change.object), previous }
  }
}

function asSeen(change: Change, matches: Matches | undefined): Change | undefined {
  if (matches === undefined) return change
  const now = change.type !== 'DELETED' && matches(change.object)
  const before = change.previous !== undefined && matches(change.previous)
  if (now) return before ? { ...change, type: 'MODIFIED' } : { ...change, type: 'ADDED' }
  return before ? { ...change, type: 'DELETED' } : undefined
}
