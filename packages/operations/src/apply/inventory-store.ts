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
    return parseInventory(compressed === undefined ? found?.data?.[this.#key] : unpacked(compressed))
  }

  /**
   * Which other declarations list an id too, by id: `declaration homelab (ConfigMap storage-system/stowage-inventory)`. Who may not look into
   * all namespaces sees those of this one.
   */
  async others(signal?: AbortSignal): Promise<ReadonlyMap<string, string>> {
    const listed = new Map<string, string>()
    for (const { metadata, data = {}, binaryData = {} } of await this.#everywhere(signal)) {
      const texts = [...Object.entries(data), ...Object.entries(binaryData).map(([key, text]) => [key.replace(/\.gz$/, ''), unpacked(text)] as const)]
      for (const [key, text] of texts) {
        if (metadata.namespace === this.#namespace && key === this.#key) continue
        for (const { id } of parseInventory(text)) listed.set(id, `declaration ${key.replace(/\.json$/, '')} (ConfigMap ${metadata.namespace}/${inventoryName})`)
      }
    }
    return listed
  }

  async #everywhere(signal: AbortSignal | undefined): Promise<readonly ConfigMap[]> {
    const call = signal === undefined ? {} : { signal }
    const scope = { fieldSelector: `metadata.name=${inventoryName}` }
    try {
      return (await this.#client.list<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap' }, scope, call)).items
    } catch (error) {
      if (!isStorageError(error, 'denied')) throw error
      return (await this.#client.list<ConfigMap>({ apiVersion: 'v1', kind: 'ConfigMap' }, { ...scope, namespace: this.#namespace }, call)).items
    }
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

/** base64 of gzip, as text. */
function unpacked(compressed: string): string {
  return gunzipSync(Buffer.from(compressed, 'base64')).toString()
}
