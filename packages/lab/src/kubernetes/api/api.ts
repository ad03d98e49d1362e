/**
 * The lab's Kubernetes API as its own controllers see it: synchronous calls on frozen objects.
 * The HTTP face (`http/`) is a translation of the same calls, so both meet the same admission, defaults and conflicts.
 */
import type { Cancel } from '@stowage/effects'

export interface OwnerReference {
  readonly apiVersion: string
  readonly kind: string
  readonly name: string
  readonly uid: string
  readonly controller?: boolean
  readonly blockOwnerDeletion?: boolean
}

export interface ObjectMeta {
  readonly name: string
  readonly namespace?: string
  readonly generateName?: string
  readonly uid: string
  readonly resourceVersion: string
  readonly generation?: number
  /** RFC 3339, whole seconds, as the API server writes it. */
  readonly creationTimestamp: string
  readonly deletionTimestamp?: string
  readonly deletionGracePeriodSeconds?: number
  readonly labels?: Readonly<Record<string, string>>
  readonly annotations?: Readonly<Record<string, string>>
  readonly finalizers?: readonly string[]
  readonly ownerReferences?: readonly OwnerReference[]
  readonly managedFields?: readonly unknown[]
}

/** Any stored object; deeply frozen. Narrow types come from `kubernetes-types` at the places that use them. */
export interface KubeObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: ObjectMeta
}

/** What a writer hands in: metadata may be partial. */
export interface KubeInput {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: Partial<ObjectMeta>
}

/** `plural.group`, or `plural` for the core group: `pods`, `statefulsets.apps`, `volumeattachments.storage.k8s.io`. */
export type ResourceName = string

export interface ServedResource {
  readonly name: ResourceName
  readonly kind: string
  readonly namespaced: boolean
  /** Made by a CustomResourceDefinition. */
  readonly custom: boolean
}

export type Selector = string

export interface ListOptions {
  readonly namespace?: string
  readonly labelSelector?: Selector
  readonly fieldSelector?: Selector
}

export interface WriteOptions {
  /** Default: the manager named when the client was made. */
  readonly fieldManager?: string
  readonly dryRun?: boolean
  readonly fieldValidation?: 'Strict' | 'Warn' | 'Ignore'
  readonly subresource?: 'status' | 'scale'
}

export type PatchType =
  | 'application/json-patch+json'
  | 'application/merge-patch+json'
  | 'application/strategic-merge-patch+json'
  | 'application/apply-patch+yaml'

export interface PatchOptions extends WriteOptions {
  /** Server-side apply only. */
  readonly force?: boolean
}

export interface DeleteOptions {
  readonly gracePeriodSeconds?: number
  readonly propagationPolicy?: 'Orphan' | 'Background' | 'Foreground'
  readonly preconditions?: { readonly uid?: string; readonly resourceVersion?: string }
  readonly dryRun?: boolean
}

export type WatchEventType = 'ADDED' | 'MODIFIED' | 'DELETED'

export interface WatchEvent<T extends KubeObject = KubeObject> {
  readonly type: WatchEventType
  readonly object: T
}

/** A Status of the real API server, thrown. `status` is the whole metav1.Status, with the server's words. */
export class ApiStatusError extends Error {
  override readonly name = 'ApiStatusError'
  readonly code: number
  readonly reason: string
  readonly details: Readonly<Record<string, unknown>> | undefined
  constructor(code: number, reason: string, message: string, details?: Readonly<Record<string, unknown>>) {
    super(message)
    this.code = code
    this.reason = reason
    this.details = details
  }
}

/**
 * One client of the store, named for its user agent (its default field manager). All calls are synchronous and throw `ApiStatusError`.
 * Objects returned are deeply frozen and shared: never change one, write `{ ...object }`.
 */
export interface Api {
  get<T extends KubeObject>(resource: ResourceName, name: string, namespace?: string): T | undefined
  list<T extends KubeObject>(resource: ResourceName, options?: ListOptions): readonly T[]
  create<T extends KubeObject>(resource: ResourceName, object: KubeInput, options?: WriteOptions): T
  /** Fails with 409 Conflict when `metadata.resourceVersion` is given and stale. */
  update<T extends KubeObject>(resource: ResourceName, object: KubeInput, options?: WriteOptions): T
  patch<T extends KubeObject>(
    resource: ResourceName,
    name: string,
    namespace: string | undefined,
    type: PatchType,
    body: unknown,
    options?: PatchOptions,
  ): T
  delete(resource: ResourceName, name: string, namespace?: string, options?: DeleteOptions): void
  /**
   * Calls `listener` once for each object that is there (ADDED) and then for each change, each as an event of the clock of its own
   * with a small seeded latency, in order for one watcher. Stops when cancelled.
   */
  watch<T extends KubeObject>(
    resource: ResourceName,
    options: ListOptions,
    listener: (event: WatchEvent<T>) => void,
  ): Cancel
  /** What is served now: definitions come and go. */
  resources(): readonly ServedResource[]
  /** Binds a pod to a node (`pods/binding`). */
  bind(namespace: string, pod: string, node: string): void
  /** Writes or counts up a core/v1 Event as client-go's recorder does (same object, reason, message: count + 1). */
  event(about: KubeObject, type: 'Normal' | 'Warning', reason: string, message: string): void
  /** A client of the same store under another name. */
  as(userAgent: string): Api
}
