/** The protection finalizers: a claim that a pod uses, and a volume that a claim has, are not removed before they are free. */
import type { Claim, Pod, Volume } from '../objects.ts'
import { claimNamesOf, isDeleted, isPodOver, joinKey, keyOf, splitKey } from '../objects.ts'
import { queueOf } from '../controller.ts'
import type { StartController } from '../controller.ts'
import { addFinalizer, hasFinalizer, removeFinalizer } from '../write.ts'

export const claimProtection = 'kubernetes.io/pvc-protection'
export const volumeProtection = 'kubernetes.io/pv-protection'

/** A pod that was made just before the claim was deleted is in the cache after this. */
const settleMs = 250

export const startClaimProtection: StartController = (parts) => {
  const { api, caches, clock } = parts
  const firstSeen = new Map<string, number>()
  const queue = queueOf(parts, 'claim-protection', (key) => {
    const { name, namespace } = splitKey(key)
    const claim = api.get<Claim>('persistentvolumeclaims', name, namespace)
    if (claim === undefined) return
    if (!isDeleted(claim)) return void addFinalizer(api, 'persistentvolumeclaims', claim, claimProtection)
    if (!hasFinalizer(claim, claimProtection)) return
    const since = firstSeen.get(claim.metadata.uid) ?? clock.monotonic()
    firstSeen.set(claim.metadata.uid, since)
    const patience = since + settleMs - clock.monotonic()
    if (patience > 0) return queue.addAfter(key, patience)
    if (caches.pods.by('claim', key).some(isUser)) return
    firstSeen.delete(claim.metadata.uid)
    removeFinalizer(api, 'persistentvolumeclaims', claim, claimProtection)
  })
  /** A pod that is not on a node yet does not count. */
  const isUser = (pod: Pod): boolean => (pod.spec.nodeName ?? '') !== '' && !isPodOver(pod)
  caches.claims.onChange(({ type, object }) => {
    if (type !== 'DELETED' && isDeleted(object) === hasFinalizer(object, claimProtection)) queue.add(keyOf(object))
  })
  caches.pods.onChange(({ type, object }) => {
    if (type !== 'DELETED' && !isPodOver(object)) return
    for (const name of claimNamesOf(object)) queue.add(joinKey(name, object.metadata.namespace))
  })
  return queue
}

export const startVolumeProtection: StartController = (parts) => {
  const { api, caches } = parts
  const queue = queueOf(parts, 'volume-protection', (key) => {
    const volume = api.get<Volume>('persistentvolumes', key)
    if (volume === undefined) return
    if (!isDeleted(volume)) return void addFinalizer(api, 'persistentvolumes', volume, volumeProtection)
    if (volume.status?.phase !== 'Bound') removeFinalizer(api, 'persistentvolumes', volume, volumeProtection)
  })
  caches.volumes.onChange(({ type, object }) => {
    if (type !== 'DELETED' && isDeleted(object) === hasFinalizer(object, volumeProtection)) queue.add(keyOf(object))
  })
  return queue
}
