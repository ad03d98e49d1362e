import { StorageError, isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import { formatJournal, parseJournal } from './journal.ts'
import type { Journal } from './journal.ts'

interface ConfigMap {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: { readonly name: string; readonly namespace: string }
  readonly data?: Readonly<Record<string, string>>
}

/** Of the 1 MiB that a ConfigMap holds: it is sent anew with each step, and several plans share it. */
const mostCharacters = 60_000

/**
 * A journal in a ConfigMap of the cluster, under `key`. While the namespace does not exist yet (its creation is a step of its
 * own) nothing is written; the first write after that holds everything.
 */
export function configMapJournal(client: KubernetesClient, namespace: string, key: string, name = 'stowage-journal'): Journal {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name }
  const configMap = (data: Record<string, string>): ConfigMap => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data })
  return {
    read: async () => {
      const text = (await client.find<ConfigMap>(ref))?.data?.[key]
      if (text === undefined) return undefined
      try {
        return parseJournal(text, `ConfigMap ${namespace}/${name}`)
      } catch (error) {
        throw new StorageError('invalid', `the journal in ConfigMap ${namespace}/${name} cannot be read; delete the ConfigMap when no run is under way`, { cause: error })
      }
    },
    write: async (record) => {
      const data = { [key]: formatJournal(record, mostCharacters) }
      try {
        await client.patch(ref, { type: 'merge', body: { data } })
      } catch (error) {
        if (!isStorageError(error, 'not-found')) throw error
        await client.create(configMap(data)).catch((failure: unknown) => {
          if (!isStorageError(failure, 'not-found')) throw failure
        })
      }
    },
  }
}
