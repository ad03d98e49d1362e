/** Binding as the persistent volume controller writes it: volume, its phase, claim, its status, in this order, each again if need be. */
import type { Api } from '../../api/api.ts'
import { ApiStatusError } from '../../api/api.ts'
import { annotationOf, isDeleted } from '../objects.ts'
import type { Claim, Volume } from '../objects.ts'
import { change, changeStatus, withAnnotations } from '../write.ts'
import { bindCompleted, boundByController } from './annotations.ts'
import { isReservedFor } from './match-volume.ts'

export type ClaimPhase = 'Pending' | 'Bound' | 'Lost'
export type VolumePhase = 'Pending' | 'Available' | 'Bound' | 'Released' | 'Failed'

/** Throws a conflict when the volume was taken meanwhile. */
export function bind(api: Api, volume: Volume, claim: Claim): void {
  const reserved = reserve(api, volume, claim)
  setVolumePhase(api, reserved, 'Bound')
  const bound = change<Claim>(api, 'persistentvolumeclaims', claim, (current) => completeClaim(current, reserved))
  if (bound !== undefined) setClaimPhase(api, bound, 'Bound', reserved)
}

function reserve(api: Api, volume: Volume, claim: Claim): Volume {
  const written = change<Volume>(api, 'persistentvolumes', volume, (current) => {
    if (current.spec.claimRef?.uid === claim.metadata.uid) return undefined
    if (isDeleted(current) || (current.spec.claimRef !== undefined && !isReservedFor(current, claim))) throw taken(current, claim)
    return reservation(current, claim)
  })
  if (written === undefined) throw taken(volume, claim)
  return written
}

function taken(volume: Volume, claim: Claim): ApiStatusError {
  return new ApiStatusError(409, 'Conflict', `volume "${volume.metadata.name}" was taken before claim "${claim.metadata.namespace}/${claim.metadata.name}" got it`)
}

/** The volume with a claimRef to this claim; annotated when the claimRef is not the user's own. */
export function reservation(volume: Volume, claim: Claim): Volume {
  const own = volume.spec.claimRef !== undefined
  const claimRef = {
    ...volume.spec.claimRef,
    apiVersion: 'v1',
    kind: 'PersistentVolumeClaim',
    namespace: claim.metadata.namespace ?? '',
    name: claim.metadata.name,
    uid: claim.metadata.uid,
    resourceVersion: claim.metadata.resourceVersion,
  }
  const spec = { ...volume.spec, claimRef }
  return own ? { ...volume, spec } : withAnnotations({ ...volume, spec }, { [boundByController]: 'yes' })
}

function completeClaim(claim: Claim, volume: Volume): Claim | undefined {
  const byUser = claim.spec.volumeName !== undefined && claim.spec.volumeName !== ''
  const complete = annotationOf(claim, bindCompleted) !== undefined
  if (complete && claim.spec.volumeName === volume.metadata.name) return undefined
  const annotations = { [bindCompleted]: 'yes', ...(byUser ? {} : { [boundByController]: 'yes' }) }
  return withAnnotations({ ...claim, spec: { ...claim.spec, volumeName: volume.metadata.name } }, annotations)
}

/** The capacity is copied when the claim becomes Bound and not again: later it is the resizer's and the kubelet's. */
export function setClaimPhase(api: Api, claim: Claim, phase: ClaimPhase, volume?: Volume): boolean {
  let changed = false
  changeStatus<Claim>(api, 'persistentvolumeclaims', claim, (current) => {
    const was = current.status?.phase
    changed = was !== phase
    if (volume === undefined) {
      const { accessModes: _modes, capacity: _capacity, ...rest } = current.status ?? {}
      return phase === 'Lost' ? { ...current.status, phase } : { ...rest, phase }
    }
    const capacity = was === 'Bound' && current.status?.capacity !== undefined ? current.status.capacity : { storage: volume.spec.capacity?.['storage'] }
    return { ...current.status, phase, accessModes: volume.spec.accessModes, capacity }
  })
  return changed
}

export function setVolumePhase(api: Api, volume: Volume, phase: VolumePhase, message?: string): boolean {
  let changed = false
  changeStatus<Volume>(api, 'persistentvolumes', volume, (current) => {
    if (current.status?.phase === phase && (current.status.message ?? '') === (message ?? '')) return undefined
    changed = true
    const { message: _message, ...rest } = current.status ?? {}
    return { ...rest, phase, ...(message === undefined ? {} : { message }) }
  })
  return changed
}
