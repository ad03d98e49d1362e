/** A cache of one kind, fed by one watch, with indexes. It is as late as its watch is; what must not be late reads the store. */
import type { Cancel } from '@stowage/effects'
import type { Api, KubeObject, ListOptions, ResourceName, WatchEvent } from '../api/api.ts'
import { joinKey, keyOf } from './objects.ts'

export interface Change<T extends KubeObject> {
  readonly type: 'ADDED' | 'MODIFIED' | 'DELETED'
  readonly object: T
  /** What was known before; undefined when it is new. */
  readonly previous: T | undefined
}

/** The values under which an index finds an object. */
export type IndexOf<T> = (object: T) => readonly string[]

export class Informer<T extends KubeObject> {
  readonly #objects = new Map<string, T>()
  readonly #indexes = new Map<string, { readonly of: IndexOf<T>; readonly keys: Map<string, Set<string>> }>()
  readonly #listeners: ((change: Change<T>) => void)[] = []
  readonly #stop: Cancel

  constructor(api: Api, resource: ResourceName, indexes: Readonly<Record<string, IndexOf<T>>> = {}, options: ListOptions = {}) {
    for (const [name, of] of Object.entries(indexes)) this.#indexes.set(name, { of, keys: new Map() })
    this.#stop = api.watch<T>(resource, options, (event) => this.#take(event))
  }

  get(name: string, namespace?: string): T | undefined {
    return this.#objects.get(joinKey(name, namespace))
  }

  all(): Iterable<T> {
    return this.#objects.values()
  }

  get size(): number {
    return this.#objects.size
  }

  /** Throws for an index that was not declared: that is a fault of the program. */
  by(index: string, value: string): readonly T[] {
    const found = this.#indexes.get(index)
    if (found === undefined) throw new Error(`no index ${index}`)
    return [...(found.keys.get(value) ?? [])].flatMap((key) => this.#objects.get(key) ?? [])
  }

  /** Called after the cache and its indexes have the change. */
  onChange(listener: (change: Change<T>) => void): void {
    this.#listeners.push(listener)
  }

  stop(): void {
    this.#stop()
  }

  #take(event: WatchEvent<T>): void {
    const key = keyOf(event.object)
    const previous = this.#objects.get(key)
    if (previous !== undefined) this.#unindex(key, previous)
    if (event.type === 'DELETED') this.#objects.delete(key)
    else {
      this.#objects.set(key, event.object)
      this.#index(key, event.object)
    }
    for (const listener of this.#listeners) listener({ type: event.type, object: event.object, previous })
  }

  #index(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const at = keys.get(value)
        if (at === undefined) keys.set(value, new Set([key]))
        else at.add(key)
      }
    }
  }

  #unindex(key: string, object: T): void {
    for (const { of, keys } of this.#indexes.values()) {
      for (const value of of(object)) {
        const at = keys.get(value)
        at?.delete(key)
        if (at?.size === 0) keys.delete(value)
      }
    }
  }
}
