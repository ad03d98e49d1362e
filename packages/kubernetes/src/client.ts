import { startDeadline } from '@stowage/effects'
import { isStorageError } from '@stowage/core'
import { describeRef, refOf } from './objects.ts'
import type { Kind, KubernetesObject, ObjectRef } from './objects.ts'
import { Resources, collectionPath, objectPath } from './resources.ts'
import type { Resource } from './resources.ts'
import { Transport } from './transport.ts'
import type { Call, ClientConfig } from './transport.ts'
import { watchEvents } from './watch.ts'
import type { WatchEvent } from './watch.ts'

export interface CallOptions {
  readonly signal?: AbortSignal
  readonly timeoutMs?: number
}

export interface Scope {
  /** Without it: all namespaces. */
  readonly namespace?: string
  readonly labelSelector?: string
  readonly fieldSelector?: string
}

export interface Listed<T> {
  readonly items: readonly T[]
  /** Where a watch goes on from. */
  readonly resourceVersion: string
}

export interface WriteOptions extends CallOptions {
  /** Everything but the change itself: validated, admitted, not stored. */
  readonly dryRun?: boolean
}

export interface ApplyOptions extends WriteOptions {
  /** Takes fields that others own. */
  readonly force?: boolean
}

export interface DeleteOptions extends WriteOptions {
  readonly propagation?: 'Background' | 'Foreground' | 'Orphan'
  readonly gracePeriodSeconds?: number
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
}

export interface WatchOptions extends Scope {
  readonly resourceVersion: string
  readonly signal?: AbortSignal
  /** The server ends the watch after this; default 120. A server that has not done so 15 seconds later counts as dead. */
  readonly timeoutSeconds?: number
}

export interface LogOptions extends CallOptions {
  readonly container?: string
  readonly previous?: boolean
  readonly tailLines?: number
}

/** One document of a patch, by the content type it is sent as. */
export type Patch =
  | { readonly type: 'json'; readonly operations: readonly Readonly<Record<string, unknown>>[] }
  | { readonly type: 'merge' | 'strategic'; readonly body: object }

const patchContentType = {
  json: 'application/json-patch+json',
  merge: 'application/merge-patch+json',
  strategic: 'application/strategic-merge-patch+json',
} as const satisfies Record<Patch['type'], string>

const chunkSize = 500

interface RawList<T> {
  readonly items?: readonly T[]
  readonly metadata?: { readonly resourceVersion?: string; readonly continue?: string }
}

/** The Kubernetes API as this house uses it. Every call has a deadline; failures are StorageErrors in the server's words. */
export class KubernetesClient {
  readonly #transport: Transport
  readonly #resources: Resources

  constructor(config: ClientConfig) {
    this.#transport = new Transport(config)
    this.#resources = new Resources(this.#transport)
  }

  get server(): string {
    return this.#transport.config.server
  }

  get clock(): ClientConfig['clock'] {
    return this.#transport.config.clock
  }

  get fieldManager(): string {
    return this.#transport.config.fieldManager ?? 'stowage'
  }

  /** Plural and scope of a kind. Throws `not-found` when the cluster has no such kind. */
  resource(kind: Kind): Promise<Resource> {
    return this.#resources.of(kind)
  }

  /** The server's version, as at /version. */
  version(options: CallOptions = {}): Promise<{ readonly gitVersion: string }> {
    return this.#transport.json({ method: 'GET', path: '/version', what: 'read the version', ...options })
  }

  /** Throws `not-found`. */
  async get<T extends object = KubernetesObject>(ref: ObjectRef, options: CallOptions = {}): Promise<T> {
    const resource = await this.resource(ref)
    return this.#transport.json({ method: 'GET', path: objectPath(resource, ref), what: `get ${describeRef(ref)}`, ...options })
  }

  /** undefined when there is no such object, or no such kind. */
  async find<T extends object = KubernetesObject>(ref: ObjectRef, options: CallOptions = {}): Promise<T | undefined> {
    try {
      return await this.get<T>(ref, options)
    } catch (error) {
      if (isStorageError(error, 'not-found')) return undefined
      throw error
    }
  }

  /** All of them, fetched in chunks; each item carries its apiVersion and kind, which the server leaves out. */
  async list<T extends object = KubernetesObject>(kind: Kind, scope: Scope = {}, options: CallOptions = {}): Promise<Listed<T>> {
    const resource = await this.resource(kind)
    try {
      return await this.#chunks<T>(resource, scope, options, chunkSize)
    } catch (error) {
      // The snapshot behind a continue token lives five minutes; a list that took longer begins again, in one piece.
      if (isStorageError(error, 'precondition') && error.details['status'] === 410) return this.#chunks<T>(resource, scope, options, undefined)
      throw error
    }
  }

  async #chunks<T extends object>(resource: Resource, { namespace, labelSelector, fieldSelector }: Scope, options: CallOptions, limit: number | undefined): Promise<Listed<T>> {
    const items: T[] = []
    let token: string | undefined
    for (;;) {
      const page: RawList<T> = await this.#transport.json({
        method: 'GET',
        path: collectionPath(resource, namespace),
        query: { labelSelector, fieldSelector, limit, continue: token },
        what: `list ${resource.plural}`,
        ...options,
      })
      for (const item of page.items ?? []) items.push({ apiVersion: resource.apiVersion, kind: resource.kind, ...item })
      token = page.metadata?.continue
      if (token === undefined || token === '') return { items, resourceVersion: page.metadata?.resourceVersion ?? '' }
    }
  }

  /**
   * One watch, until the server ends it; `follow` is the one that goes on. Throws the failure of an ERROR event (410: relist).
   * A dead server cannot hang it: `unavailable` 15 seconds after the server should have ended the watch.
   */
  async *watch<T extends object = KubernetesObject>(kind: Kind, options: WatchOptions): AsyncGenerator<WatchEvent<T>> {
    const { namespace, labelSelector, fieldSelector, resourceVersion, timeoutSeconds = 120, signal } = options
    const resource = await this.resource(kind)
    const what = `watch ${resource.plural}`
    const deadline = startDeadline(this.clock, (timeoutSeconds + 15) * 1000, signal)
    try {
      const query = { watch: true, allowWatchBookmarks: true, labelSelector, fieldSelector, resourceVersion, timeoutSeconds }
      const response = await this.#transport.open({ method: 'GET', path: collectionPath(resource, namespace), query, what }, deadline.signal)
      yield* watchEvents<T>(what, this.#transport.translated(what, response.body))
    } finally {
      deadline.done()
    }
  }

  async create<T extends KubernetesObject>(object: T, options: WriteOptions = {}): Promise<T> {
    const { apiVersion = '', kind = '', metadata } = object
    const resource = await this.resource({ apiVersion, kind })
    const what = `create ${kind} ${metadata?.name ?? `${metadata?.generateName}…`}`
    return this.#write({ method: 'POST', path: collectionPath(resource, metadata?.namespace ?? 'default'), body: object, what }, options)
  }

  /** With the resourceVersion of `object` as the condition, when it has one: `busy` when someone was faster. */
  async replace<T extends KubernetesObject>(object: T, options: WriteOptions & { readonly subresource?: string } = {}): Promise<T> {
    const ref = refOf(object)
    const path = objectPath(await this.resource(ref), ref, options.subresource)
    return this.#write({ method: 'PUT', path, body: object, what: `replace ${describeRef(ref)}` }, options)
  }

  async patch<T extends object = KubernetesObject>(ref: ObjectRef, patch: Patch, options: WriteOptions & { readonly subresource?: string } = {}): Promise<T> {
    const path = objectPath(await this.resource(ref), ref, options.subresource)
    const body = patch.type === 'json' ? patch.operations : patch.body
    return this.#write({ method: 'PATCH', path, body, contentType: patchContentType[patch.type], what: `patch ${describeRef(ref)}` }, options)
  }

  /** Server-side apply under our field manager. A conflict is `precondition`, with `details.causes` naming managers and fields. */
  async apply<T extends KubernetesObject>(object: T, options: ApplyOptions = {}): Promise<T> {
    const ref = refOf(object)
    const path = objectPath(await this.resource(ref), ref)
    const query = { force: options.force === true ? true : undefined }
    return this.#write({ method: 'PATCH', path, query, body: object, contentType: 'application/apply-patch+yaml', what: `apply ${describeRef(ref)}` }, options)
  }

  /** Asks for the deletion; finalizers may keep the object for longer. Throws `not-found`, and `busy` when a precondition does not hold. */
  async remove(ref: ObjectRef, options: DeleteOptions = {}): Promise<void> {
    const { propagation = 'Background', gracePeriodSeconds, preconditions } = options
    const body = { kind: 'DeleteOptions', apiVersion: 'v1', propagationPolicy: propagation, gracePeriodSeconds, preconditions, ...(options.dryRun === true && { dryRun: ['All'] }) }
    const path = objectPath(await this.resource(ref), ref)
    await this.#transport.text({ method: 'DELETE', path, body, what: `delete ${describeRef(ref)}`, ...callOptions(options) })
  }

  /** What a container has written so far. */
  logs(pod: { readonly namespace: string; readonly name: string }, options: LogOptions = {}): Promise<string> {
    const { container, previous, tailLines } = options
    const path = `/api/v1/namespaces/${encodeURIComponent(pod.namespace)}/pods/${encodeURIComponent(pod.name)}/log`
    return this.#transport.text({ method: 'GET', path, query: { container, previous, tailLines }, accept: '*/*', what: `read the log of Pod ${pod.namespace}/${pod.name}`, ...callOptions(options) })
  }

  #write<T extends object>(call: Call, options: WriteOptions): Promise<T> {
    const query = { fieldManager: this.fieldManager, fieldValidation: 'Strict', dryRun: options.dryRun === true ? 'All' : undefined, ...call.query }
    return this.#transport.json<T>({ ...call, query, ...callOptions(options) })
  }
}

function callOptions({ signal, timeoutMs }: CallOptions): CallOptions {
  return { ...(signal !== undefined && { signal }), ...(timeoutMs !== undefined && { timeoutMs }) }
}
