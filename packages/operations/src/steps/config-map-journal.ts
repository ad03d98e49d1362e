import { StorageError, isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import { formatJournal, parseJournal } from './journal.ts'
import type { Journal } from './journal.ts'

interface ConfigMap {
  readonly apiVersion: 'v1'
  readonly kind: 'ConfigMap'
  readonly metadata: { readonly name: string; readonly namespace: string; readonly resourceVersion?: string }
  readonly data?: Readonly<Record<string, string>>
}

/** Of the 1 MiB that a ConfigMap holds: it is sent anew with each step, and several plans share it. */
const mostCharacters = 60_000

/**
 * A journal in a ConfigMap of the cluster, under `key`. While the namespace does not exist yet (its creation is a step of its
 * own) nothing is written; the first write after that holds everything.
 *
 * It also keeps two runs of one plan apart: each write holds only while nobody else has written under the key since, and a run writes before
 * each change. So the run that began later goes on, and the earlier one stops with `busy` before its next change. A run that died holds up nobody.
 */
export function configMapJournal(client: KubernetesClient, namespace: string, key: string, name = 'stowage-journal'): Journal {
  const ref = { apiVersion: 'v1', kind: 'ConfigMap', namespace, name }
  /** As this run has read or written it last. */
  let known: { readonly text: string | undefined; readonly resourceVersion: string | undefined } | undefined
  const look = async (): Promise<NonNullable<typeof known>> => {
    const found = await client.find<ConfigMap>(ref)
    return { text: found?.data?.[key], resourceVersion: found?.metadata.resourceVersion }
  }
  const write = async (text: string): Promise<void> => {
    const { resourceVersion } = known ?? {}
    const written = resourceVersion === undefined ? await created(client, { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace }, data: { [key]: text } }) : await client.patch<ConfigMap>(ref, { type: 'merge', body: { metadata: { resourceVersion }, data: { [key]: text } } })
    if (written !== undefined) known = { text, resourceVersion: written.metadata.resourceVersion }
  }
  return {
    read: async () => {
      known = await look()
      const { text } = known
      if (text === undefined) return undefined
      try {
        return parseJournal(text, `ConfigMap ${namespace}/${name}`)
      } catch (error) {
        throw new StorageError('invalid', `the journal in ConfigMap ${namespace}/${name} cannot be read; delete the ConfigMap when no run is under way`, { cause: error })
      }
    },
    write: async (record) => {
      const text = formatJournal(record, mostCharacters)
      known ??= await look()
      for (let tries = 1; ; tries += 1) {
        try {
          return await write(text)
        } catch (error) {
          if (!isStorageError(error, 'busy', 'exists', 'not-found') || tries === mostTries) throw error
          const now = await look()
          // Other plans write under other keys; and somebody may have deleted it.
          if (now.text !== known.text && now.text !== undefined && now.text !== text) throw overtaken(record.run, now.text, error)
          known = now
        }
      }
    },
  }
}

/** Another plan of the namespace may write at the same time, again and again; each try costs two requests. */
const mostTries = 50

/** undefined while the namespace does not exist. */
async function created(client: KubernetesClient, configMap: ConfigMap): Promise<ConfigMap | undefined> {
  try {
    return await client.create(configMap)
  } catch (error) {
    if (isStorageError(error, 'not-found')) return undefined
    throw error
  }
}

function overtaken(run: string, text: string, cause: unknown): StorageError {
  const last = /"at":"([^"]+)"/g
  const times = [...text.matchAll(last)].map(([, at = '']) => at).toSorted()
  return new StorageError('busy', `another ${run} is at work (it wrote into the journal at ${times.at(-1) ?? 'a time that cannot be read'}), so this one stops here, before its next change; look whether the other came to its end, and run again`, { cause })
}
