import type { HelmRelease } from '@stowage/module'
import type { AppliableObject, AppliablePlan } from './stowage-plan.ts'

/** One object that an apply has made or taken over. */
export interface InventoryEntry {
  readonly id: string
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly holdsData: boolean
  /** Of a Helm release: `rook-ceph v1.20.6`. */
  readonly chart?: string
  /** Of a Helm release that is to be made and on which no helm was started yet: what has its name is somebody else's. */
  readonly meant?: true
}

/** Releases stand among the objects under a kind of their own; no API server serves it. */
export const releaseKind = 'HelmRelease'
const releaseApiVersion = 'helm.sh/v1'

/** Losing one of these loses data, or everything that is inside. */
const keepers = new Set(['PersistentVolume', 'PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition'])

export function entryOf({ id, object, holdsData }: AppliableObject): InventoryEntry {
  const { apiVersion, kind, metadata } = object
  return { id, apiVersion, kind, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }), name: metadata.name, holdsData: holdsData === true || keepers.has(kind) }
}

export function releaseEntry({ id, namespace, name, holdsData, chart }: HelmRelease): InventoryEntry {
  return { id, apiVersion: releaseApiVersion, kind: releaseKind, namespace, name, holdsData, chart: `${chart.name} ${chart.version}` }
}

/** Everything that a plan makes and an inventory lists. Secrets are not among it: no apply ever deletes one. */
export function entriesOf({ objects, helmReleases = [] }: AppliablePlan): readonly InventoryEntry[] {
  return [...objects.map(entryOf), ...helmReleases.map(releaseEntry)]
}

/** What an apply has made, taken over or at least begun. */
export function begun(entries: readonly InventoryEntry[]): readonly InventoryEntry[] {
  return entries.filter(({ meant }) => meant !== true)
}

/** What the inventory must list before anything is applied, so that an interrupted run loses track of nothing. */
export function union(before: readonly InventoryEntry[], planned: readonly InventoryEntry[]): readonly InventoryEntry[] {
  const ids = new Set(planned.map(({ id }) => id))
  return [...before.filter(({ id }) => !ids.has(id)), ...planned]
}

/** What the inventory lists and the plan no longer holds. */
export function leftovers(before: readonly InventoryEntry[], planned: readonly InventoryEntry[]): readonly InventoryEntry[] {
  const ids = new Set(planned.map(({ id }) => id))
  return before.filter(({ id }) => !ids.has(id))
}

/** Sorted, so that the same inventory is the same text. */
export function formatInventory(entries: readonly InventoryEntry[]): string {
  return JSON.stringify([...entries].sort((one, other) => (one.id < other.id ? -1 : 1)))
}

/** Throws TypeError for what is no inventory. */
export function parseInventory(text: string | undefined): readonly InventoryEntry[] {
  if (text === undefined) return []
  const entries: InventoryEntry[] = JSON.parse(text)
  if (!Array.isArray(entries) || entries.some(({ id, kind, name }) => typeof id !== 'string' || typeof kind !== 'string' || typeof name !== 'string')) {
    throw new TypeError('the ConfigMap stowage-inventory does not hold an inventory')
  }
  return entries
}
