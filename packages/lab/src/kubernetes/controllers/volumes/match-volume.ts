/** Which volume fits which claim: the rules of component-helpers' `storage/volume/pv_helpers.go`. Pure. */
import { Size } from '@stowage/core/size'
import { matchesLabelSelector, matchesNodeSelector } from '../label-match.ts'
import { annotationOf, isDeleted } from '../objects.ts'
import type { Claim, Node, StorageClass, Volume } from '../objects.ts'

const betaClass = 'volume.beta.kubernetes.io/storage-class'

export function classNameOf(object: Claim | Volume): string {
  return annotationOf(object, betaClass) ?? object.spec.storageClassName ?? ''
}

export function requestedSize(claim: Claim): Size {
  return Size.tryParse(String(claim.spec.resources?.requests?.['storage'] ?? '0')) ?? Size.zero
}

export function sizeOf(volume: Volume): Size {
  return Size.tryParse(String(volume.spec.capacity?.['storage'] ?? '0')) ?? Size.zero
}

export function volumeModeOf(object: Claim | Volume): string {
  return object.spec.volumeMode ?? 'Filesystem'
}

/** The volume's claimRef names this claim; with a UID, this very one. */
export function isReservedFor(volume: Volume, claim: Claim): boolean {
  const ref = volume.spec.claimRef
  if (ref === undefined || ref.name !== claim.metadata.name || ref.namespace !== claim.metadata.namespace) return false
  return ref.uid === undefined || ref.uid === '' || ref.uid === claim.metadata.uid
}

export function offersAccessModes(volume: Volume, claim: Claim): boolean {
  return (claim.spec.accessModes ?? []).every((mode) => volume.spec.accessModes?.includes(mode))
}

/** Why a claim cannot have the volume that it names, in the binder's words; undefined when it can. */
export function whyNotSatisfied(volume: Volume, claim: Claim): string | undefined {
  if (isDeleted(volume)) return `the volume is marked for deletion "${volume.metadata.name}"`
  if (sizeOf(volume).lessThan(requestedSize(claim))) return 'requested PV is too small'
  if (classNameOf(volume) !== classNameOf(claim)) return 'storageClassName does not match'
  if (volumeModeOf(volume) !== volumeModeOf(claim)) return 'incompatible volumeMode'
  return offersAccessModes(volume, claim) ? undefined : 'incompatible accessMode'
}

/**
 * The volume reserved for the claim, or else the smallest that fits. A claim whose class waits for its consumer gets
 * only what is reserved for it, unless a node is given: then the scheduler asks.
 */
export function findMatchingVolume(claim: Claim, volumes: Iterable<Volume>, waitsForConsumer: boolean, node?: Node): Volume | undefined {
  let best: Volume | undefined
  for (const volume of volumes) {
    if (isDeleted(volume) || volumeModeOf(volume) !== volumeModeOf(claim)) continue
    if (node !== undefined && !matchesNodeSelector(volume.spec.nodeAffinity?.required, node)) continue
    if (volume.spec.claimRef !== undefined) {
      if (isReservedFor(volume, claim) && sizeOf(volume).atLeast(requestedSize(claim))) return volume
      continue
    }
    if (node === undefined && waitsForConsumer) continue
    if (fitsFreely(volume, claim) && isBetter(volume, best)) best = volume
  }
  return best
}

function fitsFreely(volume: Volume, claim: Claim): boolean {
  return (
    volume.status?.phase === 'Available' &&
    classNameOf(volume) === classNameOf(claim) &&
    (claim.spec.selector === undefined || matchesLabelSelector(claim.spec.selector, volume.metadata.labels)) &&
    offersAccessModes(volume, claim) &&
    sizeOf(volume).atLeast(requestedSize(claim))
  )
}

function isBetter(volume: Volume, best: Volume | undefined): boolean {
  if (best === undefined) return true
  const order = sizeOf(volume).compare(sizeOf(best))
  return order < 0 || (order === 0 && volume.metadata.name < best.metadata.name)
}

const isDefault = ['storageclass.kubernetes.io/is-default-class', 'storageclass.beta.kubernetes.io/is-default-class']

/** The newest of the default classes; of those as new, the first by name. */
export function defaultClass(classes: Iterable<StorageClass>): StorageClass | undefined {
  return [...classes]
    .filter((each) => isDefault.some((key) => annotationOf(each, key) === 'true'))
    .sort((left, right) => compareText(right.metadata.creationTimestamp, left.metadata.creationTimestamp) || compareText(left.metadata.name, right.metadata.name))[0]
}

function compareText(left: string, right: string): number {
  if (left === right) return 0
  return left < right ? -1 : 1
}

export function waitsForConsumer(storageClass: StorageClass | undefined): boolean {
  return storageClass?.volumeBindingMode === 'WaitForFirstConsumer'
}
