/** All objects of one resource, by namespace and name, with the changes of the last while and those who watch them. */
import type { Cancel } from '@stowage/effects'
import type { WatchEventType } from './api.ts'
import { numberAt, textAt } from './json.ts'
import type { JsonObject } from './json.ts'

export interface Change {
  readonly revision: number
  readonly type: WatchEventType
  readonly object: JsonObject
  /** What was there before; undefined for ADDED. */
  readonly previous: JsonObject | undefined
}

export type Subscriber = (change: Change) => void

const everywhere = ''
const historyLength = 4_096

export class Shelf {
  readonly #namespaces = new Map<string, Map<string, JsonObject>>()
  readonly #names = new Map<string, string[]>()
  /** What `list` answered last, until something changes. */
  readonly #lists = new Map<string, readonly JsonObject[]>()
  readonly #subscribers = new Map<string, Set<Subscriber>>()
  #history: Change[] = []
  /** Changes up to and with this revision are forgotten. */
  #forgotten = 0

  get(namespace: string, name: string): JsonObject | undefined {
    return this.#namespaces.get(namespace)?.get(name)
  }

  count(): number {
    let sum = 0
    for (const names of this.#namespaces.values()) sum += names.size
    return sum
  }

  /** In the order of etcd's keys: by namespace, then name. */
  list(namespace: string | undefined): readonly JsonObject[] {
    if (namespace !== undefined) return this.#listOf(namespace)
    return [...this.#namespaces.keys()].sort(byCodeUnits).flatMap(each => this.#listOf(each))
  }

  #listOf(namespace: string): readonly JsonObject[] {
    const kept = this.#lists.get(namespace)
    if (kept !== undefined) return kept
    const objects = this.#namespaces.get(namespace)
    const listed: JsonObject[] = []
    for (const name of this.#names.get(namespace) ?? []) {
      const object = objects?.get(name)
      if (object !== undefined) listed.push(object)
    }
    this.#lists.set(namespace, listed)
    return listed
  }

  put(object: JsonObject): void {
    const { namespace, name, revision } = placeOf(object)
    let names = this.#namespaces.get(namespace)
    if (names === undefined) this.#namespaces.set(namespace, (names = new Map()))
    const previous = names.get(name)
    names.set(name, object)
    if (previous === undefined) this.#insertName(namespace, name)
    this.#lists.delete(namespace)
    this.#publish(namespace, { revision, type: previous === undefined ? 'ADDED' : 'MODIFIED', object, previous })
  }

  #insertName(namespace: string, name: string): void {
    let sorted = this.#names.get(namespace)
    if (sorted === undefined) this.#names.set(namespace, (sorted = []))
    sorted.splice(placeIn(sorted, name), 0, name)
  }

  /** `last` is the object as it goes, with the revision of its deletion. */
  remove(last: JsonObject): void {
    const { namespace, name, revision } = placeOf(last)
    const names = this.#namespaces.get(namespace)
    const previous = names?.get(name)
    if (names === undefined || previous === undefined) return
    names.delete(name)
    if (names.size === 0) this.#namespaces.delete(namespace)
    const sorted = this.#names.get(namespace) ?? []
    sorted.splice(placeIn(sorted, name), 1)
    this.#lists.delete(namespace)
    this.#publish(namespace, { revision, type: 'DELETED', object: last, previous })
  }

  /** Changes after `revision`, oldest first; undefined when that is too long ago. */
  since(revision: number): readonly Change[] | undefined {
    if (revision < this.#forgotten) return undefined
    return this.#history.filter(each => each.revision > revision)
  }

  get forgotten(): number {
    return this.#forgotten
  }

  /** Forgets all changes so far, as etcd's compaction does. */
  compact(): void {
    this.#forgotten = this.#history.at(-1)?.revision ?? this.#forgotten
    this.#history = []
  }

  subscribe(namespace: string | undefined, subscriber: Subscriber): Cancel {
    const key = namespace ?? everywhere
    let all = this.#subscribers.get(key)
    if (all === undefined) this.#subscribers.set(key, (all = new Set()))
    all.add(subscriber)
    return () => this.#subscribers.get(key)?.delete(subscriber)
  }

  #publish(namespace: string, change: Change): void {
    this.#history.push(change)
    if (this.#history.length > 2 * historyLength) {
      this.#forgotten = this.#history[historyLength - 1]?.revision ?? this.#forgotten
      this.#history = this.#history.slice(historyLength)
    }
    for (const each of this.#subscribers.get(everywhere) ?? []) each(change)
    if (namespace !== everywhere) for (const each of this.#subscribers.get(namespace) ?? []) each(change)
  }
}

/** Where a name is, or belongs, in a sorted list. */
function placeIn(sorted: readonly string[], name: string): number {
  let [low, high] = [0, sorted.length]
  while (low < high) {
    const middle = (low + high) >>> 1
    if (byCodeUnits(sorted[middle] ?? '', name) < 0) low = middle + 1
    else high = middle
  }
  return low
}

export function byCodeUnits(a: string, b: string): number {
  if (a === b) return 0
  return a < b ? -1 : 1
}

function placeOf(object: JsonObject): { namespace: string; name: string; revision: number } {
  return {
    namespace: textAt(object, 'metadata', 'namespace'),
    name: textAt(object, 'metadata', 'name'),
    revision: Number(textAt(object, 'metadata', 'resourceVersion') || (numberAt(object, 'metadata', 'resourceVersion') ?? 0)),
  }
}
