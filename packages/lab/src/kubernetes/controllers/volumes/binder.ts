/** The persistent volume controller: claims and volumes find each other, and volumes outlive their claims as their policy says. */
import type { Claim, Volume } from '../objects.ts'
import { keyOf, splitKey } from '../objects.ts'
import { every, queueOf } from '../controller.ts'
import type { StartController } from '../controller.ts'
import { syncClaim } from './claims.ts'
import { classNameOf, isReservedFor } from './match-volume.ts'
import { syncVolume } from './phases.ts'

/** What waits is looked at again this often, as the real one does with everything. */
const resyncMs = 15_000

export const startVolumeBinder: StartController = (parts) => {
  const { api, caches } = parts
  const claims = queueOf(parts, 'persistent-volume-claims', (key) => {
    const { name, namespace } = splitKey(key)
    const claim = api.get<Claim>('persistentvolumeclaims', name, namespace)
    if (claim !== undefined) syncClaim(parts, claim)
  })
  const volumes = queueOf(parts, 'persistent-volumes', (key) => {
    const volume = api.get<Volume>('persistentvolumes', key)
    if (volume !== undefined) syncVolume(parts, volume, (claim) => claims.add(claim))
  })
  caches.claims.onChange(({ type, object }) => {
    if (type !== 'DELETED') claims.add(keyOf(object))
    if ((object.spec.volumeName ?? '') !== '') volumes.add(object.spec.volumeName ?? '')
    if (type === 'DELETED') for (const volume of caches.volumes.by('claim', keyOf(object))) volumes.add(keyOf(volume))
  })
  caches.volumes.onChange(({ type, object }) => {
    if (type !== 'DELETED') volumes.add(keyOf(object))
    for (const claim of caches.claims.by('volume', object.metadata.name)) claims.add(keyOf(claim))
    const ref = object.spec.claimRef
    const reserved = ref === undefined ? undefined : caches.claims.get(ref.name ?? '', ref.namespace)
    if (reserved !== undefined && isReservedFor(object, reserved)) claims.add(keyOf(reserved))
  })
  const pendingClaims = (): readonly Claim[] => [...caches.claims.all()].filter(({ status }) => status?.phase !== 'Bound')
  caches.classes.onChange(({ type }) => {
    if (type !== 'DELETED') for (const claim of pendingClaims()) if (classNameOf(claim) === '') claims.add(keyOf(claim))
  })
  const resync = every(parts, resyncMs, () => {
    for (const claim of pendingClaims()) claims.add(keyOf(claim))
    for (const volume of caches.volumes.all()) if (volume.status?.phase !== 'Bound') volumes.add(keyOf(volume))
  })
  return {
    stop: () => {
      resync.stop()
      claims.stop()
      volumes.stop()
    },
  }
}
