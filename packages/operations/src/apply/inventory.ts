import type { AppliableObject } from './stowage-plan.ts'

/** One object that an apply has made or taken over. */
export interface InventoryEntry {
  readonly id: string
  readonly apiVersion: string
  readonly kind: string
  readonly namespace?: string
  readonly name: string
  readonly holdsData: boolean
}

/** Losing one of these loses data, or everything that is inside. */
const keepers = new Set(['PersistentVolume', 'PersistentVolumeClaim', 'Namespace', 'CustomResourceDefinition'])

export function entryOf({ id, object, holdsData }: AppliableObject): InventoryEntry {
  const { apiVersion, kind, metadata } = object
  return { id, apiVersion, kind, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }), name: metadata.name, holdsData: holdsData === true || keepers.has(kind) }
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
