/** What the whole cluster knows of formatting: an annotation on the PersistentVolume, where a Kubernetes is at hand. */
import { isStorageError, parseDiskName, tryParseVolumeHandle, type Log } from '@stowage/core'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'

export const formattedAnnotation = 'stowage.dev/formatted'

export interface FormattedFacts {
  /** Whether any node has reported a filesystem on the volume. Throws `unavailable` when that cannot be known now. */
  isFormatted(volumeId: string): Promise<boolean>
  /** Tells every node. Done twice it changes nothing. Answers false where that is not possible (no such PV, no permission). */
  announce(volumeId: string, filesystem: string): Promise<boolean>
}

/** Without a Kubernetes: only this node's record and the disk itself speak. */
export const noFormattedFacts: FormattedFacts = {
  isFormatted: () => Promise.resolve(false),
  announce: () => Promise.resolve(false),
}

interface PersistentVolume extends KubernetesObject {
  readonly spec?: { readonly csi?: { readonly driver?: string; readonly volumeHandle?: string } }
}

const kind = { apiVersion: 'v1', kind: 'PersistentVolume' } as const
/** The kubelet waits two minutes for the whole of NodeStageVolume. */
const callTimeoutMs = 15_000

export class AnnotatedVolumes implements FormattedFacts {
  readonly #client: Pick<KubernetesClient, 'find' | 'list' | 'patch'>
  readonly #log: Log

  constructor(client: Pick<KubernetesClient, 'find' | 'list' | 'patch'>, log: Log) {
    this.#client = client
    this.#log = log
  }

  async isFormatted(volumeId: string): Promise<boolean> {
    const volume = await this.#permitted(() => this.#find(volumeId))
    return volume?.metadata?.annotations?.[formattedAnnotation] !== undefined
  }

  async announce(volumeId: string, filesystem: string): Promise<boolean> {
    const told = await this.#permitted(async () => {
      const volume = await this.#find(volumeId)
      const name = volume?.metadata?.name
      if (name === undefined) return false
      if (volume?.metadata?.annotations?.[formattedAnnotation] !== undefined) return true
      const body = { metadata: { annotations: { [formattedAnnotation]: filesystem } } }
      await this.#client.patch({ ...kind, name }, { type: 'merge', body }, { timeoutMs: callTimeoutMs })
      return true
    })
    return told ?? false
  }

  /** By the name that the provisioner gave it, which stands in the disk's name; otherwise by looking through all. */
  async #find(volumeId: string): Promise<PersistentVolume | undefined> {
    const disk = tryParseVolumeHandle(volumeId)?.disk
    const name = disk === undefined ? undefined : parseDiskName(disk)?.name
    const isIt = (volume: PersistentVolume | undefined): boolean => volume?.spec?.csi?.volumeHandle === volumeId
    const named = name === undefined ? undefined : await this.#client.find<PersistentVolume>({ ...kind, name }, { timeoutMs: callTimeoutMs })
    if (isIt(named)) return named
    return (await this.#client.list<PersistentVolume>(kind, {}, { timeoutMs: callTimeoutMs })).items.find(isIt)
  }

  /** A token that may not see or patch PersistentVolumes makes this a node without that knowledge, and not one that cannot mount. */
  async #permitted<T>(work: () => Promise<T>): Promise<T | undefined> {
    try {
      return await work()
    } catch (error) {
      if (!isStorageError(error, 'denied')) throw error
      this.#log.warn('the driver may not get, list and patch PersistentVolumes, so other nodes do not learn that a volume was formatted', { error })
      return undefined
    }
  }
}
