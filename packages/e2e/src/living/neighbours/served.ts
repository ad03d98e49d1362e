import { isStorageError } from '@stowage/core'
import type { KubernetesClient } from '@stowage/kubernetes'
import type { CustomResourceDefinition } from '@stowage/wire/crds'

const everyMs = 100
const tries = 300

/** Waits until discovery lists every kind: a server takes a moment from a definition to there. Throws after 30 s. */
export async function untilServed(definitions: readonly CustomResourceDefinition[], client: KubernetesClient): Promise<void> {
  for (const { spec } of definitions) {
    const version = spec.versions.find(({ served }) => served)?.name ?? ''
    await served({ apiVersion: `${spec.group}/${version}`, kind: spec.names.kind }, client)
  }
}

async function served(kind: { readonly apiVersion: string; readonly kind: string }, client: KubernetesClient): Promise<void> {
  for (let left = tries; ; left -= 1) {
    try {
      await client.resource(kind)
      return
    } catch (error) {
      if (!isStorageError(error, 'not-found') || left === 0) throw error
      await client.clock.sleep(everyMs)
    }
  }
}
