/** A pod's claims, sorted by what the scheduler has to do about each: the VolumeBinding plugin's PreFilter. */
import type { Api } from '../api/api.ts'
import type { Caches } from '../controllers/caches.ts'
import type { Claim, Pod, StorageClass, Volume } from '../controllers/objects.ts'
import { annotationOf, claimNamesOf, isDeleted, isPodOver, keyOf } from '../controllers/objects.ts'
import { bindCompleted } from '../controllers/volumes/annotations.ts'
import { classNameOf, waitsForConsumer } from '../controllers/volumes/match-volume.ts'

export interface UnboundClaim {
  readonly claim: Claim
  readonly storageClass: StorageClass
  /** Free or reserved volumes of its class, read from the store. */
  readonly candidates: readonly Volume[]
}

export interface BoundClaim {
  readonly claim: Claim
  /** undefined when the volume does not exist. */
  readonly volume: Volume | undefined
}

export interface PodClaims {
  readonly bound: readonly BoundClaim[]
  readonly unbound: readonly UnboundClaim[]
  /** Another pod uses a ReadWriteOncePod claim of this one. */
  readonly exclusiveInUse: boolean
}

export type ClaimsAnswer = { readonly refusal: string } | { readonly claims: PodClaims }

export function isFullyBound(claim: Claim): boolean {
  return (claim.spec.volumeName ?? '') !== '' && annotationOf(claim, bindCompleted) !== undefined
}

export function claimsOf(api: Api, caches: Caches, pod: Pod): ClaimsAnswer {
  const bound: BoundClaim[] = []
  const unbound: UnboundClaim[] = []
  let immediate = false
  for (const name of claimNamesOf(pod)) {
    const claim = api.get<Claim>('persistentvolumeclaims', name, pod.metadata.namespace)
    if (claim === undefined) return { refusal: missing(pod, name) }
    if (claim.status?.phase === 'Lost') return { refusal: `persistentvolumeclaim "${name}" bound to non-existent persistentvolume "${claim.spec.volumeName ?? ''}"` }
    if (isDeleted(claim)) return { refusal: `persistentvolumeclaim "${name}" is being deleted` }
    if (isFullyBound(claim)) {
      bound.push({ claim, volume: api.get<Volume>('persistentvolumes', claim.spec.volumeName ?? '') })
      continue
    }
    const storageClass = api.get<StorageClass>('storageclasses.storage.k8s.io', classNameOf(claim))
    if (storageClass === undefined || !waitsForConsumer(storageClass) || (claim.spec.volumeName ?? '') !== '') immediate = true
    else unbound.push({ claim, storageClass, candidates: candidatesOf(api, caches, claim) })
  }
  if (immediate) return { refusal: 'pod has unbound immediate PersistentVolumeClaims' }
  return { claims: { bound, unbound, exclusiveInUse: isExclusiveInUse(caches, pod, [...bound, ...unbound].map(({ claim }) => claim)) } }
}

function missing(pod: Pod, name: string): string {
  const ephemeral = pod.spec.volumes?.some((volume) => volume.ephemeral !== undefined && `${pod.metadata.name}-${volume.name}` === name)
  return ephemeral === true ? `waiting for ephemeral volume controller to create the persistentvolumeclaim "${name}"` : `persistentvolumeclaim "${name}" not found`
}

function candidatesOf(api: Api, caches: Caches, claim: Claim): readonly Volume[] {
  const known = [...caches.volumes.by('claim', keyOf(claim)), ...caches.volumes.by('free', classNameOf(claim))]
  return known.flatMap((volume) => api.get<Volume>('persistentvolumes', volume.metadata.name) ?? [])
}

function isExclusiveInUse(caches: Caches, pod: Pod, claims: readonly Claim[]): boolean {
  const exclusive = claims.filter(({ spec }) => spec.accessModes?.includes('ReadWriteOncePod'))
  return exclusive.some((claim) =>
    caches.pods.by('claim', keyOf(claim)).some((other) => other.metadata.uid !== pod.metadata.uid && (other.spec.nodeName ?? '') !== '' && !isPodOver(other)),
  )
}
