import { isStorageError } from '@stowage/core'
import type { KubernetesClient, Scope } from './client.ts'
import type { Kind, KubernetesObject, ObjectRef } from './objects.ts'
import { formatFieldSelector } from './selectors.ts'

/** `snapshot`: all that is there now, and what is not in it is gone. It comes first, and again whenever the thread was lost. */
export type Change<T> =
  | { readonly type: 'snapshot'; readonly items: readonly T[] }
  | { readonly type: 'added' | 'modified' | 'deleted'; readonly object: T }

export interface FollowOptions extends Scope {
  readonly signal?: AbortSignal
  readonly timeoutSeconds?: number
}

const firstBackoffMs = 500
const longestBackoffMs = 30_000

const changeOf = { ADDED: 'added', MODIFIED: 'modified', DELETED: 'deleted' } as const

/**
 * A list, then its changes for ever: connections that end are opened again where they ended, a lost thread (410) is taken up
 * by a new list, and a server that cannot be reached is asked again with a growing pause. Throws what waiting does not cure
 * (`denied`, `invalid`, `not-found`), and the reason of `signal`.
 */
export async function* follow<T extends KubernetesObject>(client: KubernetesClient, kind: Kind, options: FollowOptions = {}): AsyncGenerator<Change<T>> {
  const pause = new Pause(client, options.signal)
  for (;;) {
    const listed = await pause.unlessUnavailable(() => client.list<T>(kind, options, options.signal === undefined ? {} : { signal: options.signal }))
    if (listed === undefined) continue
    yield { type: 'snapshot', items: listed.items }
    yield* changesFrom<T>(client, kind, options, listed.resourceVersion, pause)
  }
}

/** Changes until the thread is lost. */
async function* changesFrom<T extends KubernetesObject>(client: KubernetesClient, kind: Kind, options: FollowOptions, from: string, pause: Pause): AsyncGenerator<Change<T>> {
  let resourceVersion = from
  for (;;) {
    let events = 0
    try {
      for await (const event of client.watch<T>(kind, { ...options, resourceVersion })) {
        events += 1
        pause.reset()
        resourceVersion = event.object.metadata?.resourceVersion ?? resourceVersion
        if (event.type !== 'BOOKMARK') yield { type: changeOf[event.type], object: event.object }
      }
      // A server that ends each watch at once must not be asked in a tight loop.
      if (events === 0) await pause.wait()
    } catch (error) {
      if (isStorageError(error, 'precondition') && error.details['status'] === 410) return
      if (!isStorageError(error, 'unavailable', 'internal')) throw error
      await pause.wait()
    }
  }
}

class Pause {
  readonly #client: KubernetesClient
  readonly #signal: AbortSignal | undefined
  #nextMs = firstBackoffMs

  constructor(client: KubernetesClient, signal: AbortSignal | undefined) {
    this.#client = client
    this.#signal = signal
  }

  reset(): void {
    this.#nextMs = firstBackoffMs
  }

  async wait(): Promise<void> {
    const ms = this.#nextMs
    this.#nextMs = Math.min(longestBackoffMs, ms * 2)
    await this.#client.clock.sleep(ms, this.#signal)
  }

  async unlessUnavailable<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      const value = await work()
      this.reset()
      return value
    } catch (error) {
      if (!isStorageError(error, 'unavailable', 'internal')) throw error
      await this.wait()
      return undefined
    }
  }
}

/**
 * Waits until `accept` returns something other than undefined for the object (undefined: it does not exist) and resolves
 * with that. Rejects with the reason of `signal`.
 */
export async function waitFor<T extends KubernetesObject, R>(client: KubernetesClient, ref: ObjectRef, signal: AbortSignal, accept: (object: T | undefined) => R | undefined): Promise<R> {
  const { namespace, name } = ref
  const scope = { fieldSelector: formatFieldSelector({ 'metadata.name': name }), signal, ...(namespace !== undefined && { namespace }) }
  for await (const change of follow<T>(client, ref, scope)) {
    const object = change.type === 'snapshot' ? change.items[0] : change.type === 'deleted' ? undefined : change.object
    const result = accept(object)
    if (result !== undefined) return result
  }
  throw new Error('a list that is followed does not end')
}
