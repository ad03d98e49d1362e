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
