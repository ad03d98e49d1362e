import { isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import { formatInventory, parseInventory } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'

interface ConfigMap {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly data?: Readonly<Record<string, string>>
}

export const inventoryName = 'stowage-inventory'

/** The inventory of one plan: a key of the ConfigMap `stowage-inventory` in the plan's namespace, so that two plans can share one. */
export class InventoryStore {
  readonly #client: KubernetesClient
  readonly #namespace: string
  readonly #key: string

  constructor(client: KubernetesClient, namespace: string, plan: string) {
    this.#client = client
    this.#namespace = namespace
    this.#key = `${plan}.json`
  }

  async read(): Promise<readonly InventoryEntry[]> {
    const namespace = this.#namespace
    const found = await this.#client.find<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName })
    return parseInventory(found?.data?.[this.#key])
  }

  async write(entries: readonly InventoryEntry[]): Promise<void> {
    const namespace = this.#namespace
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName }
    const data = { [this.#key]: formatInventory(entries) }
    try {
      await this.#client.patch(ref, { type: 'merge', body: { data } })
    } catch (error) {
      if (!isStorageError(error, 'not-found')) throw error
      const made: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: inventoryName, namespace }, data }
      await this.#client.create(made)
    }
  }
}
