import type { PersistentVolume, PersistentVolumeClaim, Pod } from 'kubernetes-types/core/v1'
import type { Observation } from '../observe/observation.ts'
import { knownItems } from '../observe/observation.ts'

/** What is wrong with a claim, as one sentence with the cause in the words of whoever saw it; undefined when nothing is. */
export function claimProblem(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined, pods: readonly Pod[], observation: Observation): string | undefined {
  return pendingProblem(claim, pods, observation) ?? lostProblem(claim, volume, observation) ?? resizeProblem(claim) ?? attachProblem(claim, observation) ?? podProblem(pods, observation)
}

/** A claim that waits for its first consumer is as it should be. */
function pendingProblem(claim: PersistentVolumeClaim, pods: readonly Pod[], observation: Observation): string | undefined {
  if (claim.status?.phase !== 'Pending') return undefined
  const className = claim.spec?.storageClassName
  const classes = observation.storageClasses
  const storageClass = knownItems(classes).find(({ metadata }) => metadata?.name === className)
  if (className !== undefined && className !== '' && classes.known && storageClass === undefined) return `its StorageClass ${className} does not exist`
  const warning = lastWarning(observation, 'PersistentVolumeClaim', claim.metadata)
  if (warning !== undefined) return warning
  if (storageClass?.volumeBindingMode === 'WaitForFirstConsumer' && pods.length === 0 && observation.pods.known) return undefined
  return 'is pending, and nothing says why yet'
}

function lostProblem(claim: PersistentVolumeClaim, volume: PersistentVolume | undefined, observation: Observation): string | undefined {
  const name = claim.spec?.volumeName
  if (name === undefined || name === '') return undefined
  if (claim.status?.phase === 'Lost' || (volume === undefined && observation.volumes.known)) return `its PersistentVolume ${name} is gone`
  return undefined
}

function resizeProblem({ status }: PersistentVolumeClaim): string | undefined {
  const failed = Object.entries(status?.allocatedResourceStatuses ?? {}).find(([, state]) => state.endsWith('Infeasible') || state.endsWith('Failed'))
  if (failed !== undefined) return `its expansion failed (${failed[1]})`
  const condition = status?.conditions?.find(({ type, status: state }) => (type === 'ControllerResizeError' || type === 'NodeResizeError') && state === 'True')
  return condition === undefined ? undefined : `its expansion failed: ${condition.message}`
}

function attachProblem(claim: PersistentVolumeClaim, observation: Observation): string | undefined {
  for (const { spec, status } of knownItems(observation.attachments)) {
    if (spec.source.persistentVolumeName !== claim.spec?.volumeName) continue
    if (status?.attachError?.message !== undefined) return `cannot be attached to ${spec.nodeName}: ${status.attachError.message}`
    if (status?.detachError?.message !== undefined) return `cannot be detached from ${spec.nodeName}: ${status.detachError.message}`
  }
  return undefined
}

function podProblem(pods: readonly Pod[], observation: Observation): string | undefined {
  for (const pod of pods) {
    if (pod.status?.phase !== 'Pending') continue
    const warning = lastWarning(observation, 'Pod', pod.metadata)
    if (warning !== undefined) return `pod ${pod.metadata?.name} waits: ${warning}`
  }
  return undefined
}

/** A volume without a claim. Released is no problem: it is what Retain promises. */
export function volumeProblem(volume: PersistentVolume, observation: Observation): string | undefined {
  const { phase, message } = volume.status ?? {}
  if (phase === 'Failed') return `its reclaim failed: ${message ?? 'no reason is given'}`
  if (phase === 'Released' && volume.spec?.persistentVolumeReclaimPolicy === 'Delete') return lastWarning(observation, 'PersistentVolume', volume.metadata)
  return undefined
}

function lastWarning(observation: Observation, kind: string, metadata: { readonly uid?: string; readonly name?: string; readonly namespace?: string } | undefined): string | undefined {
  const about = knownItems(observation.events).filter(({ type, involvedObject }) => type === 'Warning' && involvedObject.kind === kind && isSame(involvedObject, metadata))
  const last = about.reduce<(typeof about)[number] | undefined>((latest, event) => (latest === undefined || timeOf(event) >= timeOf(latest) ? event : latest), undefined)
  return last === undefined ? undefined : `${last.reason}: ${last.message}`
}

function isSame(object: { readonly uid?: string; readonly name?: string; readonly namespace?: string }, metadata: { readonly uid?: string; readonly name?: string; readonly namespace?: string } | undefined): boolean {
  if (object.uid !== undefined && metadata?.uid !== undefined) return object.uid === metadata.uid
  return object.name === metadata?.name && (metadata?.namespace === undefined || object.namespace === metadata.namespace)
}

function timeOf({ lastTimestamp, eventTime, metadata }: { readonly lastTimestamp?: string; readonly eventTime?: string; readonly metadata?: { readonly creationTimestamp?: string } }): string {
  return lastTimestamp ?? eventTime ?? metadata?.creationTimestamp ?? ''
}
