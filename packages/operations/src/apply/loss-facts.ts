import { isStorageError } from '@stowage/core'
import type { Kind, KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'
import type { Seen } from '../observe/observation.ts'

/** velero.io/v1 Backup, as far as it says what it held and when. */
export interface VeleroBackup extends KubernetesObject {
  readonly spec?: { readonly includedNamespaces?: readonly string[]; readonly excludedNamespaces?: readonly string[]; readonly storageLocation?: string }
  readonly status?: { readonly phase?: string; readonly completionTimestamp?: string }
}

/** What the cluster knows of the data that stands on its objects. */
export interface LossFacts {
  readonly volumes: Seen<PersistentVolume>
  readonly claims: Seen<PersistentVolumeClaim>
  readonly pods: Seen<Pod>
  readonly backups: Seen<VeleroBackup>
}

/** Asked for once, when first needed: most applies destroy nothing. */
export class LossObserver {
  readonly #client: KubernetesClient
  #facts: Promise<LossFacts> | undefined

  constructor(client: KubernetesClient) {
    this.#client = client
  }

  facts(signal?: AbortSignal): Promise<LossFacts> {
    this.#facts ??= observeLosses(this.#client, signal)
    return this.#facts
  }
}

async function observeLosses(client: KubernetesClient, signal: AbortSignal | undefined): Promise<LossFacts> {
  const core = (kind: string): Kind => ({ apiVersion: 'v1', kind })
  // One after the other: it is asked for in the midst of a batch, and Node warns of a leak when more than ten wait for one signal.
  const volumes = await look<PersistentVolume>(client, core('PersistentVolume'), signal)
  const claims = await look<PersistentVolumeClaim>(client, core('PersistentVolumeClaim'), signal)
  const pods = await look<Pod>(client, core('Pod'), signal)
  const backups = await look<VeleroBackup>(client, { apiVersion: 'velero.io/v1', kind: 'Backup' }, signal)
  return { volumes, claims, pods, backups }
}

async function look<T extends KubernetesObject>(client: KubernetesClient, kind: Kind, signal: AbortSignal | undefined): Promise<Seen<T>> {
  try {
    return { known: true, items: (await client.list<T>(kind, {}, signal === undefined ? {} : { signal })).items }
  } catch (error) {
    if (isStorageError(error, 'not-found')) return { known: false, why: `the cluster has no ${kind.kind} of ${kind.apiVersion}` }
    if (!isStorageError(error)) throw error
    return { known: false, why: error.message }
  }
}
