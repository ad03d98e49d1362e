/** The store as in-process controllers see it. */
import type { Cancel, Clock, Random } from '@stowage/effects'
import type { Api, KubeInput, KubeObject, ListOptions, PatchOptions, WatchEvent, WriteOptions } from './api.ts'
import type { EventRecorder } from './event-recorder.ts'
import { frozenObject } from './json.ts'
import type { JsonObject } from './json.ts'
import type { CallOptions } from './call-options.ts'
import type { Selection } from './memory.ts'
import { resourceName } from './resources.ts'
import type { Requests } from './requests.ts'
import { bind } from './subresources.ts'
import { watchInOrder } from './watch-queue.ts'

/** The one place where stored JSON takes the type that the caller names: the store holds what validation let in. */
function seenAs<T extends KubeObject>(object: JsonObject): T {
  return object as unknown as T
}

function seenAsList<T extends KubeObject>(objects: readonly JsonObject[]): readonly T[] {
  return objects as unknown as readonly T[]
}

export interface ClientParts {
  readonly requests: Requests
  readonly clock: Clock
  readonly latency: Random
  readonly recorder: EventRecorder
}

export function makeClient(parts: ClientParts, userAgent: string): Api {
  const { requests, clock, latency, recorder } = parts
  const named = (options: PatchOptions | undefined): CallOptions => ({ fieldManager: userAgent, fieldValidation: 'Strict', ...options })
  return {
    get: <T extends KubeObject>(resource: string, name: string, namespace = '') => {
      const found = requests.find(requests.resource(resource), namespace, name)
      return found === undefined ? undefined : seenAs<T>(found)
    },
    list: <T extends KubeObject>(resource: string, options: ListOptions = {}) =>
      seenAsList<T>(requests.list(requests.resource(resource), options.namespace, selectionOf(options))),
    create: <T extends KubeObject>(resource: string, object: KubeInput, options?: WriteOptions) =>
      seenAs<T>(requests.create(requests.resource(resource), object.metadata.namespace ?? '', frozenObject(object), named(options))),
    update: <T extends KubeObject>(resource: string, object: KubeInput, options?: WriteOptions) =>
      seenAs<T>(requests.update(requests.resource(resource), object.metadata.namespace ?? '', frozenObject(object), named(options))),
    patch: (resource, name, namespace, type, body, options) =>
      seenAs(requests.patch(requests.resource(resource), namespace ?? '', name, type, body, named(options))),
    delete: (resource, name, namespace = '', options = {}) => {
      requests.delete(requests.resource(resource), namespace, name, options)
    },
    watch: <T extends KubeObject>(resource: string, options: ListOptions, listener: (event: WatchEvent<T>) => void): Cancel =>
      watchInOrder(requests, clock, latency, requests.resource(resource), options.namespace, selectionOf(options), (type, object) =>
        listener({ type, object: seenAs<T>(object) }),
      ),
    resources: () => requests.registry.stored().map(each => ({ name: resourceName(each), kind: each.kind, namespaced: each.namespaced, custom: each.custom !== undefined })),
    bind: (namespace, pod, node) => {
      const pods = requests.resource('pods')
      bind(requests, pods, requests.get(pods, namespace, pod), node)
    },
    event: (about, type, reason, message) => recorder.record(userAgent, frozenObject(about), { type, reason, message }),
    as: other => makeClient(parts, other),
  }
}

function selectionOf(options: ListOptions): Selection {
  const { labelSelector, fieldSelector } = options
  return { ...(labelSelector === undefined ? {} : { labelSelector }), ...(fieldSelector === undefined ? {} : { fieldSelector }) }
}
