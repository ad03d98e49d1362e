/** Writing objects of the store: always from what is there now, and only when something changes. */
import type { Clock } from '@stowage/effects'
import type { Api, KubeInput, KubeObject, ResourceName, WriteOptions } from '../api/api.ts'
import { ApiStatusError } from '../api/api.ts'

/** `2026-11-21T12:00:00Z`: whole seconds, as the API server writes time. */
export function timestamp(clock: Clock): string {
  return new Date(Math.floor(clock.now() / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}

/** metav1.MicroTime, as leases write it. */
export function microTimestamp(clock: Clock): string {
  return new Date(clock.now()).toISOString().replace('Z', '000Z')
}

/**
 * Reads the object anew, edits it and writes it. undefined: it is gone, or another one bears its name.
 * An edit that returns undefined, or the object itself, writes nothing.
 */
export function change<T extends KubeObject>(
  api: Api,
  resource: ResourceName,
  object: T,
  edit: (current: T) => KubeInput | undefined,
  options: WriteOptions = {},
): T | undefined {
  const current = api.get<T>(resource, object.metadata.name, object.metadata.namespace)
  if (current === undefined || current.metadata.uid !== object.metadata.uid) return undefined
  const next = edit(current)
  if (next === undefined || next === current) return current
  return api.update<T>(resource, next, options)
}

/** Sets parts of the status; writes nothing when they are so already. */
export function changeStatus<T extends KubeObject & { readonly status?: object }>(
  api: Api,
  resource: ResourceName,
  object: T,
  status: (current: T) => object | undefined,
): T | undefined {
  const edit = (current: T): KubeInput | undefined => {
    const next = status(current)
    return next === undefined || sameJson(current.status ?? {}, next) ? undefined : { ...current, ...{ status: next } }
  }
  return change(api, resource, object, edit, { subresource: 'status' })
}

export function withAnnotations<T extends KubeObject>(object: T, changes: Readonly<Record<string, string | undefined>>): T {
  return { ...object, metadata: { ...object.metadata, annotations: merged(object.metadata.annotations, changes) } }
}

export function withLabels<T extends KubeObject>(object: T, changes: Readonly<Record<string, string | undefined>>): T {
  return { ...object, metadata: { ...object.metadata, labels: merged(object.metadata.labels, changes) } }
}

function merged(current: Readonly<Record<string, string>> | undefined, changes: Readonly<Record<string, string | undefined>>): Record<string, string> {
  const entries = Object.entries({ ...current, ...changes }).filter((entry): entry is [string, string] => entry[1] !== undefined)
  return Object.fromEntries(entries)
}

export function hasFinalizer(object: KubeObject, finalizer: string): boolean {
  return object.metadata.finalizers?.includes(finalizer) ?? false
}

export function addFinalizer<T extends KubeObject>(api: Api, resource: ResourceName, object: T, finalizer: string): T | undefined {
  return change(api, resource, object, (current) =>
    hasFinalizer(current, finalizer) ? undefined : { ...current, metadata: { ...current.metadata, finalizers: [...(current.metadata.finalizers ?? []), finalizer] } },
  )
}

export function removeFinalizer<T extends KubeObject>(api: Api, resource: ResourceName, object: T, finalizer: string): void {
  change(api, resource, object, (current) =>
    hasFinalizer(current, finalizer)
      ? { ...current, metadata: { ...current.metadata, finalizers: (current.metadata.finalizers ?? []).filter((each) => each !== finalizer) } }
      : undefined,
  )
}

/** Deletes this very object; that it is gone already is fine. */
export function remove(api: Api, resource: ResourceName, object: KubeObject, options: Parameters<Api['delete']>[3] = {}): void {
  try {
    api.delete(resource, object.metadata.name, object.metadata.namespace, { ...options, preconditions: { uid: object.metadata.uid } })
  } catch (error) {
    if (error instanceof ApiStatusError && (error.code === 404 || error.code === 409)) return
    throw error
  }
}

/** Equal as JSON: keys in any order, an absent key is an undefined one. */
export function sameJson(left: unknown, right: unknown): boolean {
  if (left === right) return true
  if (typeof left !== 'object' || typeof right !== 'object' || left === null || right === null) return false
  if (Array.isArray(left) !== Array.isArray(right)) return false
  const leftEntries = Object.entries(left).filter(([, value]) => value !== undefined)
  const rightMap = new Map(Object.entries(right).filter(([, value]) => value !== undefined))
  return leftEntries.length === rightMap.size && leftEntries.every(([key, value]) => rightMap.has(key) && sameJson(value, rightMap.get(key)))
}
