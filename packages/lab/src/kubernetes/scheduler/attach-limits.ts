/** CSINode's attach limits: the NodeVolumeLimits plugin. */
import type { Caches } from '../controllers/caches.ts'
import type { Claim, Pod } from '../controllers/objects.ts'
import { claimNamesOf, joinKey } from '../controllers/objects.ts'
import { classNameOf } from '../controllers/volumes/match-volume.ts'
import { refuse } from './verdict.ts'
import type { Refusal } from './verdict.ts'

interface Use {
  readonly driver: string
  /** One for each volume, however many pods use it. */
  readonly volume: string
}

/** What a pod's claims use. Compute once for a pod, not for each node. */
export function attachmentsWanted(caches: Caches, pod: Pod): readonly Use[] {
  return claimNamesOf(pod).flatMap((name) => {
    const claim = caches.claims.get(name, pod.metadata.namespace)
    return claim === undefined ? [] : useOf(caches, claim)
  })
}

function useOf(caches: Caches, claim: Claim): readonly Use[] {
  const volume = caches.volumes.get(claim.spec.volumeName ?? '')
  const csi = volume?.spec.csi
  if (csi !== undefined) return [{ driver: csi.driver, volume: csi.volumeHandle }]
  if (volume !== undefined) return []
  const provisioner = caches.classes.get(classNameOf(claim))?.provisioner
  return provisioner === undefined ? [] : [{ driver: provisioner, volume: joinKey(claim.metadata.name, claim.metadata.namespace) }]
}

/** Distinct volumes in use on a node, by driver. */
export type AttachedVolumes = ReadonlyMap<string, ReadonlySet<string>>

/** `attached` is what `attachedTo` answers for the node; it is asked only where a limit concerns the pod. */
export function refusedByAttachLimit(caches: Caches, wanted: readonly Use[], nodeName: string, attached: () => AttachedVolumes): Refusal | undefined {
  const limits = new Map((caches.csiNodes.get(nodeName)?.spec.drivers ?? []).flatMap(({ name, allocatable }) => (allocatable?.count === undefined ? [] : [[name, allocatable.count]])))
  const limited = wanted.filter(({ driver }) => limits.has(driver))
  if (limited.length === 0) return undefined
  const used = attached()
  for (const driver of new Set(limited.map((use) => use.driver))) {
    const there = used.get(driver) ?? new Set<string>()
    const added = new Set(limited.filter((use) => use.driver === driver && !there.has(use.volume)).map(({ volume }) => volume)).size
    if (added > 0 && there.size + added > (limits.get(driver) ?? 0)) return refuse('node(s) exceed max volume count')
  }
  return undefined
}

/** By pods that are there or assumed, and by VolumeAttachments that no pod accounts for any more. */
export function attachedTo(caches: Caches, nodeName: string, others: readonly Pod[]): AttachedVolumes {
  const used = new Map<string, Set<string>>()
  const add = ({ driver, volume }: Use): void => void used.set(driver, (used.get(driver) ?? new Set()).add(volume))
  for (const pod of others) for (const use of attachmentsWanted(caches, pod)) add(use)
  for (const { spec } of caches.attachments.by('node', nodeName)) {
    const handle = caches.volumes.get(spec.source.persistentVolumeName ?? '')?.spec.csi?.volumeHandle
    if (handle !== undefined) add({ driver: spec.attacher, volume: handle })
  }
  return used
}
