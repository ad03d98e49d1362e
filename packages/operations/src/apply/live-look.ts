/** One planned object beside the living one: what an apply would do to it, and what that means. Nothing is written. */
import { StorageError, isStorageError } from '@stowage/core'
import { describeRef, refOf } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, ObjectRef } from '@stowage/kubernetes'
import type { Difference, Verdict } from '@stowage/module'
import { judgeUpdate } from '@stowage/module/plan/compare/judge'
import { isImmutable } from '@stowage/module/plan/compare/judge-kubernetes'
import { conflictsOf } from './conflicts.ts'
import type { Conflict } from './conflicts.ts'
import { differences } from './difference.ts'
import type { PlainObject } from './stowage-plan.ts'

export type LiveLook =
  | { readonly state: 'absent' }
  | { readonly state: 'deleting' }
  /** `owned`: our field manager owns what the plan sets, and an apply would not change even that. */
  | { readonly state: 'same'; readonly live: KubernetesObject; readonly owned: boolean }
  | {
      readonly state: 'differs'
      readonly live: KubernetesObject
      readonly fields: readonly Difference[]
      readonly verdict: Verdict
      /** Kubernetes refuses the update; the object is deleted and made again. */
      readonly again: boolean
      /** Others who own fields that the plan sets to something else. */
      readonly conflicts: readonly Conflict[]
    }
  /** The server refuses the object in its own words. */
  | { readonly state: 'refused'; readonly live: KubernetesObject | undefined; readonly error: StorageError }

export async function lookAtLive(object: PlainObject, client: KubernetesClient, signal: AbortSignal): Promise<LiveLook> {
  const live = await client.find(refOf(object), { signal })
  if (live === undefined) return { state: 'absent' }
  if (live.metadata?.deletionTimestamp !== undefined) return { state: 'deleting' }
  try {
    return compared(object, live, await client.apply(object, { signal, dryRun: true }), [], client)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    const conflicts = conflictsOf(error)
    if (conflicts.length > 0) return lookWithForce(object, live, conflicts, client, signal)
    return refusedOrAgain(object, live, error)
  }
}

/** What it would be if we took the fields that others own; only to know the differences. */
async function lookWithForce(object: PlainObject, live: KubernetesObject, conflicts: readonly Conflict[], client: KubernetesClient, signal: AbortSignal): Promise<LiveLook> {
  try {
    return compared(object, live, await client.apply(object, { signal, dryRun: true, force: true }), conflicts, client)
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    return refusedOrAgain(object, live, error, conflicts)
  }
}

function compared(object: PlainObject, live: KubernetesObject, would: KubernetesObject, conflicts: readonly Conflict[], { fieldManager }: KubernetesClient): LiveLook {
  const fields = differences(live, would)
  if (fields.length === 0 && conflicts.length === 0) return { state: 'same', live, owned: ownedFields(live, fieldManager) === ownedFields(would, fieldManager) }
  return { state: 'differs', live, fields, verdict: judgeUpdate(asPlain(live, object), asPlain(would, object), fields), again: false, conflicts }
}

/** A StorageClass is the one kind that is made again by an apply: nothing is reached through it, and what was made of it stays. */
function refusedOrAgain(object: PlainObject, live: KubernetesObject, error: StorageError, conflicts: readonly Conflict[] = []): LiveLook {
  if (error.kind !== 'invalid' || object.kind !== 'StorageClass') return { state: 'refused', live, error }
  const fields = classDifferences(live, object)
  if (!fields.some(({ field }) => isImmutable('StorageClass', field))) return { state: 'refused', live, error }
  return { state: 'differs', live, fields, verdict: judgeUpdate(asPlain(live, object), object, fields), again: true, conflicts }
}

/** Field by field, with the server's defaults for what the plan leaves out; labels and annotations of others stay theirs. */
export function classDifferences(live: object, planned: PlainObject): readonly Difference[] {
  const defaults = { reclaimPolicy: 'Delete', volumeBindingMode: 'Immediate' }
  const fields = ['provisioner', 'parameters', 'reclaimPolicy', 'volumeBindingMode', 'allowVolumeExpansion', 'mountOptions', 'allowedTopologies']
  const those = (object: object): object => Object.fromEntries(Object.entries({ ...defaults, ...object }).filter(([key]) => fields.includes(key)))
  return differences(those(live), those(planned)).filter(({ field }) => field !== 'metadata')
}

/** Live objects carry no types of ours; where they come from, these are always there. */
export function asPlain(object: KubernetesObject, planned: Pick<PlainObject, 'apiVersion' | 'kind' | 'metadata'>): PlainObject {
  const { apiVersion, kind, metadata } = planned
  const { metadata: own, ...rest } = object
  return { ...rest, apiVersion, kind, metadata: { ...own, name: metadata.name, ...(metadata.namespace !== undefined && { namespace: metadata.namespace }) } }
}

/** The fields that a manager owns by apply, as the server writes them; '' when it owns none. */
export function ownedFields({ metadata }: KubernetesObject, manager: string): string {
  const own = metadata?.managedFields?.find((entry) => entry.manager === manager && entry.operation === 'Apply' && entry.subresource === undefined)
  return own === undefined ? '' : JSON.stringify(own.fieldsV1)
}

/** Whether our field manager has ever applied it. */
export function isOurs(object: KubernetesObject, manager: string): boolean {
  return ownedFields(object, manager) !== ''
}

/** Never applied by us, and others set what the plan sets otherwise. */
export function isOfOthers({ live, conflicts }: Extract<LiveLook, { state: 'differs' }>, manager: string): boolean {
  return conflicts.length > 0 && !isOurs(live, manager)
}

/** In a dry run of a whole plan the namespace or the kind of an object may be only planned; then nobody can validate it yet. */
export async function validateNew(object: PlainObject, ref: ObjectRef, client: KubernetesClient, signal: AbortSignal): Promise<string> {
  try {
    await client.apply(object, { signal, dryRun: true })
    return ''
  } catch (error) {
    if (isStorageError(error, 'not-found')) return ' (not validated: its namespace or kind does not exist yet)'
    if (isStorageError(error)) throw new StorageError(error.kind, `${describeRef(ref)}: ${error.message}`, { cause: error, details: error.details })
    throw error
  }
}
