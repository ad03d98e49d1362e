/** Words that all operators share: names of objects, status that is written only when it changes, finalizers. */
import { arrayAt, at, objectAt, same, textAt } from '../api/json.ts'
import type { Json, JsonObject } from '../api/json.ts'
import type { ClusterApi, Kind } from './cluster-api.ts'

export const nameOf = (object: JsonObject): string => textAt(object, 'metadata', 'name')
export const namespaceOf = (object: JsonObject): string => textAt(object, 'metadata', 'namespace')
export const isDeleting = (object: JsonObject): boolean => at(object, 'metadata', 'deletionTimestamp') !== undefined

/** RFC 3339 in whole seconds. */
export function timeText(ms: number): string {
  return `${new Date(ms).toISOString().slice(0, 19)}Z`
}

/** Kinds whose definition has no status subresource (Velero's) keep the status in the object. */
export interface StatusPlace {
  readonly kind: Kind
  readonly subresource: boolean
}

/** A merge patch that leads from one status to another, written only where they differ. */
export async function writeStatus(api: ClusterApi, { kind, subresource }: StatusPlace, object: JsonObject, status: JsonObject): Promise<JsonObject | undefined> {
  const change = difference(objectAt(object, 'status'), status)
  if (Object.keys(change).length === 0) return object
  return api.patch(kind, nameOf(object), namespaceOf(object) || undefined, { status: change }, subresource ? 'status' : undefined)
}

/** null for what is to go. */
export function difference(before: JsonObject, after: JsonObject): JsonObject {
  const out: Record<string, Json> = {}
  for (const key of Object.keys(before)) if (after[key] === undefined) out[key] = null
  for (const [key, value] of Object.entries(after)) if (!same(before[key], value)) out[key] = value
  return out
}

export function conditionsWith(object: JsonObject, condition: JsonObject, now: string, keep: (type: string) => boolean): Json {
  const type = textAt(condition, 'type')
  const others = arrayAt(object, 'status', 'conditions').filter((each) => textAt(each, 'type') !== type && keep(textAt(each, 'type')))
  const before = arrayAt(object, 'status', 'conditions').find((each) => textAt(each, 'type') === type)
  const isSame = textAt(before, 'status') === textAt(condition, 'status') && textAt(before, 'message') === textAt(condition, 'message')
  const since = isSame ? textAt(before, 'lastTransitionTime') : now
  const heard = isSame ? textAt(before, 'lastHeartbeatTime') : now
  return [...others, { ...condition, lastTransitionTime: since, lastHeartbeatTime: heard }]
}

export async function holdWith(api: ClusterApi, kind: Kind, object: JsonObject, finalizer: string): Promise<void> {
  const held = arrayAt(object, 'metadata', 'finalizers')
  if (held.includes(finalizer)) return
  await api.patch(kind, nameOf(object), namespaceOf(object), { metadata: { finalizers: [...held, finalizer] } })
}

export async function letGo(api: ClusterApi, kind: Kind, object: JsonObject, finalizer: string): Promise<void> {
  const held = arrayAt(object, 'metadata', 'finalizers')
  if (!held.includes(finalizer)) return
  await api.patch(kind, nameOf(object), namespaceOf(object), { metadata: { finalizers: held.filter((each) => each !== finalizer) } })
}
