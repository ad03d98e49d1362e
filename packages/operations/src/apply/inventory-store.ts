import { gunzipSync, gzipSync } from 'node:zlib'
import { isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import { formatInventory, parseInventory } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'

interface ConfigMap {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly data?: Readonly<Record<string, string>>
  /** base64 */
  readonly binaryData?: Readonly<Record<string, string>>
}

export const inventoryName = 'stowage-inventory'

/** What is longer is kept compressed: a ConfigMap holds 1 MiB, and an inventory of ten thousand volumes is twice that. */
const mostPlainCharacters = 300_000

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
    const compressed = found?.binaryData?.[`${this.#key}.gz`]
    return parseInventory(compressed === undefined ? found?.data?.[this.#key] : gunzipSync(Buffer.from(compressed, 'base64')).toString())
  }

  async write(entries: readonly InventoryEntry[]): Promise<void> {
    const namespace = this.#namespace
    const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name: inventoryName }
    const text = formatInventory(entries)
    const long = text.length > mostPlainCharacters
    const compressed = long ? gzipSync(text).toString('base64') : null
    try {
      await this.#client.patch(ref, { type: 'merge', body: { data: { [this.#key]: long ? null : text }, binaryData: { [`${this.#key}.gz`]: compressed } } })
    } catch (error) {
      if (!isStorageError(error, 'not-found')) throw error
      const made: ConfigMap = { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name: inventoryName, namespace }, ...(compressed === null ? { data: { [this.#key]: text } } : { binaryData: { [`${this.#key}.gz`]: compressed } }) }
      await this.#client.create(made)
    }
  }
}
