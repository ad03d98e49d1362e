/** One volume's step: `syncVolume` of the persistent volume controller, with its reclaim policies. */
import type { Claim, Volume } from '../objects.ts'
import { annotationOf, keyOf } from '../objects.ts'
import { change, withAnnotations } from '../write.ts'
import { boundByController, provisionedBy } from './annotations.ts'
import { setVolumePhase } from './bind.ts'
import type { BinderParts } from './claims.ts'
import { volumeModeOf } from './match-volume.ts'

/** `wake` asks for the claim's own step. */
export function syncVolume(parts: BinderParts, volume: Volume, wake: (claimKey: string) => void): void {
  const { api } = parts
  const ref = volume.spec.claimRef
  if (ref === undefined || (ref.uid ?? '') === '') return void setVolumePhase(api, volume, 'Available')
  const claim = api.get<Claim>('persistentvolumeclaims', ref.name ?? '', ref.namespace)
  if (claim === undefined || claim.metadata.uid !== ref.uid) return release(parts, volume)
  if ((claim.spec.volumeName ?? '') === '') {
    if (volumeModeOf(claim) === volumeModeOf(volume)) return wake(keyOf(claim))
    api.event(volume, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume to requested PersistentVolumeClaim "${claim.metadata.name}" due to incompatible volumeMode.`)
    return api.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind PersistentVolume "${volume.metadata.name}" to requested PersistentVolumeClaim due to incompatible volumeMode.`)
  }
  if (claim.spec.volumeName === volume.metadata.name) return void setVolumePhase(api, volume, 'Bound')
  if (annotationOf(volume, provisionedBy) !== undefined && volume.spec.persistentVolumeReclaimPolicy === 'Delete') return release(parts, volume)
  unbind(parts, volume)
}

function release(parts: BinderParts, volume: Volume): void {
  const phase = volume.status?.phase
  if (phase !== 'Released' && phase !== 'Failed') setVolumePhase(parts.api, volume, 'Released')
  if (volume.spec.persistentVolumeReclaimPolicy === 'Recycle') return fail(parts, volume, 'VolumeFailedRecycle', 'No recycler plugin found for the volume!')
  if (volume.spec.persistentVolumeReclaimPolicy !== 'Delete' || isDeletedByOthers(volume)) return
  fail(parts, volume, 'VolumeFailedDelete', `error getting deleter volume plugin for volume "${volume.metadata.name}": no deletable volume plugin matched`)
}

/** The provisioner that made it deletes it. */
function isDeletedByOthers(volume: Volume): boolean {
  const provisioner = annotationOf(volume, provisionedBy) ?? ''
  return provisioner !== '' && !provisioner.startsWith('kubernetes.io/')
}

function fail({ api }: BinderParts, volume: Volume, reason: string, message: string): void {
  if (setVolumePhase(api, volume, 'Failed', message)) api.event(volume, 'Warning', reason, message)
}

/** The claim got another volume: this one goes back, with the user's own reservation kept. */
function unbind({ api }: BinderParts, volume: Volume): void {
  const written = change<Volume>(api, 'persistentvolumes', volume, (current) => {
    const { claimRef, ...spec } = current.spec
    if (annotationOf(current, boundByController) !== undefined) return withAnnotations({ ...current, spec }, { [boundByController]: undefined })
    const { uid: _uid, resourceVersion: _version, ...reserved } = claimRef ?? {}
    return { ...current, spec: { ...spec, claimRef: reserved } }
  })
  if (written !== undefined) setVolumePhase(api, written, 'Available')
}
