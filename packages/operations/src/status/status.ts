import { formatPath } from '@stowage/core'
import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'
import type { VolumeAttachment } from 'kubernetes-types/storage/v1'
import type { Observation } from '../observe/observation.ts'
import { knownItems, unknowns } from '../observe/observation.ts'
import { claimProblem, volumeProblem } from './problems.ts'

/** One volume, from the claim to the disk. What is not known is `undefined`; what is known to be absent is `''` or empty. */
export interface StatusRow {
  /** `namespace/name`; for a volume without a claim the claim it was of, or ''. */
  readonly claim: string
  readonly class: string
  /** As Kubernetes writes it: `20Gi`. Capacity when there is one, else what was asked for. */
  readonly size: string
  readonly volume: string
  /** `Bound`, `Pending`, `Lost` of the claim; `Released`, `Available`, `Failed` of a volume without one; `Terminating` of either. */
  readonly status: string
  /** Where it is attached or, when it needs no attaching, used. */
  readonly nodes: readonly string[] | undefined
  /** `attached`, `attaching`, `detaching`, `detached`, `not needed`; '' without a volume; undefined when not known. */
  readonly attachment: string | undefined
  /** Pods that use it, `name`, with their phase when they do not run. */
  readonly usedBy: readonly string[] | undefined
  /** The backend's name of the disk: the CSI volume handle, or the NFS path. */
  readonly handle: string
  /** What is wrong, as a sentence; undefined when nothing is. */
  readonly problem: string | undefined
}

export interface StatusSummary {
  readonly claims: number
  readonly bound: number
  readonly volumes: number
  readonly attached: number | undefined
  /** Volumes that no claim uses any more and whose disks are still there. */
  readonly released: number
  readonly problems: readonly string[]
  /** What could not be read. */
  readonly unknown: readonly string[]
}

export interface Status {
  readonly takenAt: string
  readonly rows: readonly StatusRow[]
  readonly summary: StatusSummary
}

/** Observation → what the person on call wants to see. Pure. */
export function statusOf(observation: Observation): Status {
  const view = new View(observation)
  const claims = knownItems(observation.claims)
  const rows = [...claims.map((claim) => view.claimRow(claim)), ...view.volumesWithoutClaim().map((volume) => view.volumeRow(volume))]
  const sorted = rows.sort((one, other) => (`${one.claim}\0${one.volume}` < `${other.claim}\0${other.volume}` ? -1 : 1))
  return {
    takenAt: observation.takenAt,
    rows: sorted,
    summary: {
      claims: claims.length,
      bound: claims.filter(({ status }) => status?.phase === 'Bound').length,
      volumes: knownItems(observation.volumes).length,
      attached: observation.attachments.known ? observation.attachments.items.filter(({ status }) => status?.attached === true).length : undefined,
      released: knownItems(observation.volumes).filter(({ status }) => status?.phase === 'Released').length,
      problems: sorted.flatMap(({ claim, volume, problem }) => (problem === undefined ? [] : [`${claim === '' ? formatPath([volume]) : claim}: ${problem}`])),
      unknown: unknowns(observation),
    },
  }
}

class View {
  readonly #observation: Observation
  readonly #volumes: ReadonlyMap<string, PersistentVolume>
  readonly #pods = new Map<string, Pod[]>()
  readonly #attachments = new Map<string, VolumeAttachment[]>()

  constructor(observation: Observation) {
    this.#observation = observation
    this.#volumes = new Map(knownItems(observation.volumes).map((volume) => [volume.metadata?.name ?? '', volume]))
    for (const pod of knownItems(observation.pods)) for (const key of claimsOf(pod)) push(this.#pods, key, pod)
    for (const attachment of knownItems(observation.attachments)) push(this.#attachments, attachment.spec.source.persistentVolumeName ?? '', attachment)
  }

  claimRow(claim: PersistentVolumeClaim): StatusRow {
    const { metadata, spec, status } = claim
    const key = `${metadata?.namespace}/${metadata?.name}`
    const volume = this.#volumes.get(spec?.volumeName ?? '')
    const pods = this.#pods.get(key) ?? []
    return {
      claim: key,
      class: spec?.storageClassName ?? '',
      size: status?.capacity?.['storage'] ?? spec?.resources?.requests?.['storage'] ?? '',
      volume: spec?.volumeName ?? '',
      status: metadata?.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? 'Pending'),
      usedBy: this.#observation.pods.known ? pods.map(nameOfPod) : undefined,
      ...this.#place(spec?.volumeName ?? '', volume, pods),
      problem: claimProblem(claim, volume, pods, this.#observation),
    }
  }

  volumeRow(volume: PersistentVolume): StatusRow {
    const { metadata, spec, status } = volume
    const name = metadata?.name ?? ''
    const { namespace, name: claim } = spec?.claimRef ?? {}
    return {
      claim: claim === undefined ? '' : `${namespace}/${claim}`,
      class: spec?.storageClassName ?? '',
      size: spec?.capacity?.['storage'] ?? '',
      volume: name,
      status: metadata?.deletionTimestamp !== undefined ? 'Terminating' : (status?.phase ?? ''),
      usedBy: [],
      ...this.#place(name, volume, []),
      problem: volumeProblem(volume, this.#observation),
    }
  }

  volumesWithoutClaim(): readonly PersistentVolume[] {
    if (!this.#observation.claims.known) return []
    const used = new Set(this.#observation.claims.items.map(({ spec }) => spec?.volumeName))
    return [...this.#volumes.values()].filter(({ metadata }) => !used.has(metadata?.name))
  }

  #place(name: string, volume: PersistentVolume | undefined, pods: readonly Pod[]): Pick<StatusRow, 'nodes' | 'attachment' | 'handle'> {
    const attachments = this.#attachments.get(name) ?? []
    const handle = handleOf(volume)
    if (name === '') return { nodes: [], attachment: '', handle }
    if (!this.#needsAttaching(volume)) {
      const nodes = [...new Set(pods.filter(({ status }) => status?.phase === 'Running').flatMap(({ spec }) => spec?.nodeName ?? []))]
      return { nodes: this.#observation.pods.known ? nodes : undefined, attachment: 'not needed', handle }
    }
    if (!this.#observation.attachments.known) return { nodes: undefined, attachment: undefined, handle }
    return { nodes: attachments.map(({ spec }) => spec.nodeName), attachment: attachments.length === 0 ? 'detached' : attachments.map(attachmentState).join(', '), handle }
  }

  /** A volume of a driver that is not known needs attaching, as the attach-detach controller has it. */
  #needsAttaching(volume: PersistentVolume | undefined): boolean {
    if (volume !== undefined && volume.spec?.csi === undefined) return false
    const driver = knownItems(this.#observation.csiDrivers).find(({ metadata }) => metadata?.name === volume?.spec?.csi?.driver)
    return driver?.spec.attachRequired !== false
  }
}

function attachmentState({ metadata, status }: VolumeAttachment): string {
  if (metadata?.deletionTimestamp !== undefined) return 'detaching'
  return status?.attached === true ? 'attached' : 'attaching'
}

function nameOfPod({ metadata, status }: Pod): string {
  return status?.phase === 'Running' ? (metadata?.name ?? '') : `${metadata?.name} (${metadata?.deletionTimestamp === undefined ? status?.phase : 'Terminating'})`
}

function handleOf(volume: PersistentVolume | undefined): string {
  const { csi, nfs, hostPath, local } = volume?.spec ?? {}
  if (nfs !== undefined) return `${nfs.server}:${nfs.path}`
  return csi?.volumeHandle ?? hostPath?.path ?? local?.path ?? ''
}

/** `namespace/claim` of each claim a pod uses, generic ephemeral volumes among them. A pod that has ended uses nothing. */
function claimsOf({ metadata, spec, status }: Pod): readonly string[] {
  if (status?.phase === 'Succeeded' || status?.phase === 'Failed') return []
  return (spec?.volumes ?? []).flatMap(({ name, persistentVolumeClaim, ephemeral }) => {
    const claim = persistentVolumeClaim?.claimName ?? (ephemeral === undefined ? undefined : `${metadata?.name}-${name}`)
    return claim === undefined ? [] : [`${metadata?.namespace}/${claim}`]
  })
}

function push<T>(map: Map<string, T[]>, key: string, item: T): void {
  const items = map.get(key)
  if (items === undefined) map.set(key, [item])
  else items.push(item)
}
