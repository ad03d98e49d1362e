/** The lab's store as operators see an API. */
import { ApiStatusError } from '../api/api.ts'
import type { Api, KubeInput, KubeObject } from '../api/api.ts'
import { frozenObject, objectAt } from '../api/json.ts'
import type { JsonObject } from '../api/json.ts'
import type { ClusterApi, Kind } from './cluster-api.ts'

/** `api`: a client under the operator's own name. */
export function labCluster(api: Api): ClusterApi {
  return {
    get: async (kind, name, namespace) => orMissing(() => seen(api.get(nameOf(kind), name, namespace))),
    list: async (kind, namespace) => orMissing(() => api.list(nameOf(kind), namespace === undefined ? {} : { namespace }).map((each) => frozenObject(each))) ?? [],
    create: async (kind, object) => {
      try {
        return frozenObject(api.create(nameOf(kind), inputOf(kind, object)))
      } catch (error) {
        if (error instanceof ApiStatusError && error.reason === 'AlreadyExists') return undefined
        throw error
      }
    },
    patch: async (kind, name, namespace, change, subresource) =>
      orMissing(() => frozenObject(api.patch(nameOf(kind), name, namespace, 'application/merge-patch+json', change, subresource === undefined ? {} : { subresource }))),
    apply: async (kind, object, manager) => {
      const { metadata } = inputOf(kind, object)
      return frozenObject(api.patch(nameOf(kind), metadata.name ?? '', metadata.namespace, 'application/apply-patch+yaml', { ...object, apiVersion: versionOf(kind), kind: kind.kind }, { fieldManager: manager }))
    },
    delete: async (kind, name, namespace) => {
      orMissing(() => api.delete(nameOf(kind), name, namespace))
    },
  }
}

function nameOf({ group, plural }: Kind): string {
  return group === '' ? plural : `${plural}.${group}`
}

function versionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`
}

function inputOf(kind: Kind, object: JsonObject): KubeInput {
  return { ...object, apiVersion: versionOf(kind), kind: kind.kind, metadata: objectAt(object, 'metadata') }
}

function seen(object: KubeObject | undefined): JsonObject | undefined {
  return object === undefined ? undefined : frozenObject(object)
}

function orMissing<T>(call: () => T): T | undefined {
  try {
    return call()
  } catch (error) {
    if (error instanceof ApiStatusError && error.code === 404) return undefined
    throw error
  }
}
