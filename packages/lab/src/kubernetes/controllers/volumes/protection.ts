/** The protection finalizers: a claim that a pod uses, and a volume that a claim has, are not removed before they are free. */
import type { Claim, Pod, Volume } from '../objects.ts'
import { claimNamesOf, isDeleted, isPodOver, joinKey, keyOf, splitKey } from '../objects.ts'
import { queueOf } from '../controller.ts'
import type { StartController } from '../controller.ts'
import { addFinalizer, hasFinalizer, removeFinalizer } from '../write.ts'

export const claimProtection = 'kubernetes.io/pvc-protection'
export const volumeProtection = 'kubernetes.io/pv-protection'

export const startClaimProtection: StartController = (parts) => {
  const { api, caches } = parts
  const queue = queueOf(parts, 'claim-protection', (key) => {
    const { name, namespace } = splitKey(key)
    const claim = api.get<Claim>('persistentvolumeclaims', name, namespace)
    if (claim === undefined) return
    if (!isDeleted(claim)) return void addFinalizer(api, 'persistentvolumeclaims', claim, claimProtection)
    if (hasFinalizer(claim, claimProtection) && !isUsed(claim)) removeFinalizer(api, 'persistentvolumeclaims', claim, claimProtection)
  })
  /** Asks the cache and then the store, so that a pod just made is not missed. A pod that is not on a node yet does not count. */
  const isUsed = (claim: Claim): boolean => {
    if (caches.pods.by('claim', keyOf(claim)).some(isUser)) return true
    const pods = api.list<Pod>('pods', { namespace: claim.metadata.namespace ?? '' })
    return pods.some((pod) => isUser(pod) && claimNamesOf(pod).includes(claim.metadata.name))
  }
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
