/** One edit as a person makes it with `kubectl edit`: the whole object is read, one field that the plan sets is changed, and it is written back. */
import { isStorageError } from '@stowage/core'
import { refOf } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { PlannedObject } from '@stowage/module'

export interface HandEdit {
  readonly id: string
  /** `spec.replicas`; of what is in a list, the list. */
  readonly field: string
}

interface Candidate {
  /** Items of a list by their place. */
  readonly path: readonly (string | number)[]
  readonly value: unknown
}

/** What is worth editing, where the first field that may be changed would be a dull one or would stop the cluster. */
const preferred: Readonly<Record<string, readonly Candidate[]>> = {
  Deployment: [{ path: ['spec', 'replicas'], value: 3 }],
  DaemonSet: [{ path: ['spec', 'updateStrategy', 'rollingUpdate', 'maxUnavailable'], value: 2 }],
  CephCluster: [{ path: ['spec', 'mgr', 'count'], value: 1 }, { path: ['spec', 'dashboard', 'enabled'], value: false }],
  CephFilesystem: [{ path: ['spec', 'metadataServer', 'activeStandby'], value: false }],
  CephBlockPool: [{ path: ['spec', 'enableCrushUpdates'], value: false }],
}

/** Tries one field after the other until the server takes an edit. Throws when it takes none. */
export async function editByHand({ id, object }: PlannedObject, hand: KubernetesClient): Promise<HandEdit> {
  const refused: string[] = []
  for (const candidate of [...(preferred[object.kind] ?? []), ...candidates(object)]) {
    const live = await hand.get<KubernetesObject>(refOf(object))
    const changed = replaced(live, candidate.path, candidate.value)
    if (changed === undefined) continue
    try {
      await hand.replace({ ...changed, apiVersion: object.apiVersion, kind: object.kind })
      return { id, field: fieldOf(candidate.path) }
    } catch (error) {
      if (!isStorageError(error)) throw error
      refused.push(`${fieldOf(candidate.path)}: ${error.message}`)
    }
  }
  throw new Error(`${id}: the server takes no edit of it: ${refused.join('; ')}`)
}

/** Leaves outside of metadata first, then labels. Nothing is only taken away: of that the server keeps no trace, so nobody could name who did it. */
function candidates({ apiVersion: _version, kind: _kind, metadata, ...rest }: PlannedObject['object']): readonly Candidate[] {
  const labels = Object.keys(metadata.labels ?? {}).map((key) => ({ path: ['metadata', 'labels', key], value: 'edited' }))
  return [...leaves(rest, []), ...labels]
}

function leaves(value: unknown, path: readonly (string | number)[]): readonly Candidate[] {
  if (Array.isArray(value)) return value.flatMap((item: unknown, index) => leaves(item, [...path, index]))
  // The name of a list's item is what it is known by: another name is one item less and one more.
  if (typeof value === 'object' && value !== null) return Object.entries(value).flatMap(([key, inner]) => (key === 'name' && typeof path.at(-1) === 'number' ? [] : leaves(inner, [...path, key])))
  if (typeof value === 'boolean') return [{ path, value: !value }]
  if (typeof value === 'number') return [{ path, value: value + 1 }]
  return typeof value === 'string' ? [{ path, value: `${value}0` }] : []
}

/** undefined where the path leads nowhere. */
function replaced(object: KubernetesObject, path: readonly (string | number)[], value: unknown): KubernetesObject | undefined {
  const copy = structuredClone(object)
  const place = path.slice(0, -1).reduce<unknown>((inner, key) => (typeof inner === 'object' && inner !== null ? Reflect.get(inner, key) : undefined), copy)
  const last = path.at(-1)
  if (typeof place !== 'object' || place === null || last === undefined || !(last in place)) return undefined
  Reflect.set(place, last, value)
  return copy
}

/** As drift writes it. */
function fieldOf(path: readonly (string | number)[]): string {
  const list = path.findIndex((key) => typeof key === 'number')
  const keys = path.slice(0, list === -1 ? path.length : list).map(String)
  return keys.map((key, index) => (/^[\w-]+$/.test(key) ? `${index === 0 ? '' : '.'}${key}` : `[${JSON.stringify(key)}]`)).join('')
}
