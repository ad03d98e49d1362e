/** One claim's step towards Bound: `syncClaim` of the persistent volume controller. */
import type { Api } from '../../api/api.ts'
import type { Caches } from '../caches.ts'
import { annotationOf, isPodOver, keyOf } from '../objects.ts'
import type { Claim, StorageClass } from '../objects.ts'
import { change, withAnnotations } from '../write.ts'
import { betaStorageProvisioner, bindCompleted, boundByController, selectedNode, storageProvisioner } from './annotations.ts'
import { bind, setClaimPhase } from './bind.ts'
import { classNameOf, defaultClass, findMatchingVolume, isReservedFor, waitsForConsumer, whyNotSatisfied } from './match-volume.ts'
import type { Volume } from '../objects.ts'

export interface BinderParts {
  readonly api: Api
  readonly caches: Caches
}

export function syncClaim(parts: BinderParts, claim: Claim): void {
  if (annotationOf(claim, bindCompleted) !== undefined) return syncBoundClaim(parts, claim)
  if (claim.spec.volumeName === undefined || claim.spec.volumeName === '') return seekVolume(parts, claim)
  seekRequestedVolume(parts, claim, claim.spec.volumeName)
}

function seekVolume(parts: BinderParts, claim: Claim): void {
  const { api, caches } = parts
  const storageClass = classOf(parts, claim)
  const delayed = waitsForConsumer(storageClass)
  const candidates = [...caches.volumes.by('claim', keyOf(claim)), ...caches.volumes.by('free', classNameOf(claim))]
  const found = findMatchingVolume(claim, candidates, delayed)
  if (found !== undefined) return bind(api, found, claim)
  if (assignDefaultClass(parts, claim)) return
  if (delayed && annotationOf(claim, selectedNode) === undefined) tellThatItWaits(parts, claim)
  else if (classNameOf(claim) !== '') return void askForProvisioning(parts, claim, storageClass)
  else api.event(claim, 'Normal', 'FailedBinding', 'no persistent volumes available for this claim and no storage class is set')
  setClaimPhase(api, claim, 'Pending')
}

function classOf({ api }: BinderParts, claim: Claim): StorageClass | undefined {
  const name = classNameOf(claim)
  return name === '' ? undefined : api.get<StorageClass>('storageclasses.storage.k8s.io', name)
}

/** Retroactive default: a claim without any class gets the default when there is one. */
function assignDefaultClass({ api, caches }: BinderParts, claim: Claim): boolean {
  if (claim.spec.storageClassName !== undefined || classNameOf(claim) !== '') return false
  const storageClass = defaultClass(caches.classes.all())
  if (storageClass === undefined) return false
  change<Claim>(api, 'persistentvolumeclaims', claim, (current) => ({ ...current, spec: { ...current.spec, storageClassName: storageClass.metadata.name } }))
  return true
}

function tellThatItWaits({ api, caches }: BinderParts, claim: Claim): void {
  const pods = caches.pods.by('claim', keyOf(claim)).filter((pod) => !isPodOver(pod) && (pod.spec.nodeName ?? '') === '')
  const names = pods.map((pod) => pod.metadata.name).join(',')
  if (pods.length === 0) api.event(claim, 'Normal', 'WaitForFirstConsumer', 'waiting for first consumer to be created before binding')
  else api.event(claim, 'Normal', 'WaitForPodScheduled', `waiting for ${pods.length > 1 ? 'pods' : 'pod'} ${names} to be scheduled`)
}

function askForProvisioning({ api }: BinderParts, claim: Claim, storageClass: StorageClass | undefined): void {
  if (storageClass === undefined) return api.event(claim, 'Warning', 'ProvisioningFailed', `storageclass.storage.k8s.io "${classNameOf(claim)}" not found`)
  const { provisioner } = storageClass
  if (provisioner.startsWith('kubernetes.io/')) return api.event(claim, 'Warning', 'ProvisioningFailed', `no volume plugin matched name: ${provisioner}`)
  const annotations = { [storageProvisioner]: provisioner, [betaStorageProvisioner]: provisioner }
  const asked = annotationOf(claim, storageProvisioner) === provisioner && annotationOf(claim, betaStorageProvisioner) === provisioner
  if (!asked) change<Claim>(api, 'persistentvolumeclaims', claim, (current) => withAnnotations(current, annotations))
  setClaimPhase(api, claim, 'Pending')
  api.event(
    claim,
    'Normal',
    'ExternalProvisioning',
    `Waiting for a volume to be created either by the external provisioner '${provisioner}' or manually by the system administrator. If volume creation is delayed, please verify that the provisioner is running and correctly registered.`,
  )
}

function seekRequestedVolume({ api }: BinderParts, claim: Claim, name: string): void {
  const volume = api.get<Volume>('persistentvolumes', name)
  if (volume === undefined) return void setClaimPhase(api, claim, 'Pending')
  if (volume.spec.claimRef === undefined) {
    const refusal = whyNotSatisfied(volume, claim)
    if (refusal === undefined) return bind(api, volume, claim)
    api.event(claim, 'Warning', 'VolumeMismatch', `Cannot bind to requested volume "${name}": ${refusal}`)
    return void setClaimPhase(api, claim, 'Pending')
  }
  if (isReservedFor(volume, claim)) return bind(api, volume, claim)
  api.event(claim, 'Warning', 'FailedBinding', `volume "${name}" already bound to a different claim.`)
  if (annotationOf(claim, boundByController) === undefined) setClaimPhase(api, claim, 'Pending')
}

function syncBoundClaim({ api }: BinderParts, claim: Claim): void {
  const lose = (reason: string, message: string): void => {
    if (setClaimPhase(api, claim, 'Lost')) api.event(claim, 'Warning', reason, message)
  }
  const name = claim.spec.volumeName ?? ''
  if (name === '') return lose('ClaimLost', 'Bound claim has lost reference to PersistentVolume. Data on the volume is lost!')
  const volume = api.get<Volume>('persistentvolumes', name)
  if (volume === undefined) return lose('ClaimLost', 'Bound claim has lost its PersistentVolume. Data on the volume is lost!')
  if (volume.spec.claimRef === undefined || volume.spec.claimRef.uid === claim.metadata.uid || isReservedFor(volume, claim)) return bind(api, volume, claim)
  lose('ClaimMisbound', 'Two claims are bound to the same volume, this one is bound incorrectly')
}
