import type { Event, Node, PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'
import type { CSIDriver, CSINode, StorageClass, VolumeAttachment } from 'kubernetes-types/storage/v1'

/** What was looked for: found (perhaps nothing), or not known and why. What is not known is never taken for empty. */
export type Seen<T> = { readonly known: true; readonly items: readonly T[] } | { readonly known: false; readonly why: string }

/** The kinds that are gathered, with the type of their items. */
export interface ObservedKinds {
  readonly storageClasses: StorageClass
  readonly claims: PersistentVolumeClaim
  readonly volumes: PersistentVolume
  readonly pods: Pod
  readonly attachments: VolumeAttachment
  readonly csiNodes: CSINode
  readonly csiDrivers: CSIDriver
  readonly nodes: Node
  readonly events: Event
}

/** The storage of a cluster at one time. Plain data: it can be saved and replayed. */
export type Observation = { readonly [K in keyof ObservedKinds]: Seen<ObservedKinds[K]> } & {
  /** RFC 3339. */
  readonly takenAt: string
  readonly server: string
}

/** The items, and an empty list for what is not known; for looking up, never for concluding that nothing is there. */
export function knownItems<T>(seen: Seen<T>): readonly T[] {
  return seen.known ? seen.items : []
}

/** What is not known, one sentence each. */
export function unknowns(observation: Observation): readonly string[] {
  const { takenAt: _takenAt, server: _server, ...kinds } = observation
  return Object.entries(kinds).flatMap(([name, seen]) => (seen.known ? [] : [`${name}: ${seen.why}`]))
}

/** Without the volumes of other namespaces' claims and their attachments; a volume belongs where the claim is that it is, or was, bound to. */
export function withinNamespace(observation: Observation, namespace: string): Observation {
  const { claims, volumes, attachments } = observation
  if (!volumes.known) return observation
  const named = new Set(knownItems(claims).map(({ spec }) => spec?.volumeName))
  const items = volumes.items.filter(({ metadata, spec }) => spec?.claimRef?.namespace === namespace || named.has(metadata?.name))
  const names = new Set(items.map(({ metadata }) => metadata?.name))
  const theirs = attachments.known ? { ...attachments, items: attachments.items.filter(({ spec }) => names.has(spec.source.persistentVolumeName)) } : attachments
  return { ...observation, volumes: { ...volumes, items }, attachments: theirs }
}
