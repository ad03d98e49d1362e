import { isStorageError } from '@stowage/core'
import { describeRef, waitFor } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject, ObjectRef } from '@stowage/kubernetes'
import type { Verdict } from '@stowage/module'
import type { Looked, Step } from '../steps/step.ts'
import { isNamed } from './consent.ts'
import type { NamedConsent } from './consent.ts'
import type { InventoryEntry } from './inventory.ts'
import { undoDeletion } from './undo.ts'
import { withinTime } from './wait-ready.ts'

export interface PruneConsent {
  /** Delete what the inventory lists and the plan no longer holds. */
  readonly prune: boolean
  /** Ids of objects that hold data and may be deleted all the same, as long as the data itself stays: each named by the person. */
  readonly pruneData: readonly string[]
  /** Ids of objects whose data goes with them. */
  readonly allowDestroy?: NamedConsent['allowDestroy']
}

/**
 * Whether a leftover may be deleted, and if not, what would allow it. `verdict`: what its deletion does; without one it is taken for what
 * the inventory says. Pure.
 */
export function mayPrune(entry: InventoryEntry, consent: PruneConsent, verdict?: Verdict, ids: readonly string[] = [entry.id]): { readonly allowed: boolean; readonly message: string } {
  const gone = 'is no longer in the plan'
  if (verdict?.effect === 'destroys-data') {
    if (consent.prune && isNamed(consent.allowDestroy, entry.id, ids)) return { allowed: true, message: `${gone}; ${verdict.sentence}` }
    return { allowed: false, message: `${gone}; it stays, because ${verdict.sentence}. --prune --allow-destroy ${entry.id} deletes it` }
  }
  if (!consent.prune) return { allowed: false, message: `${gone}; it stays, --prune deletes it` }
  if (entry.holdsData && !isNamed([...consent.pruneData, ...(consent.allowDestroy ?? [])], entry.id, ids)) {
    return { allowed: false, message: `${gone}, and data is reachable through it; it stays, --prune-data ${entry.id} deletes it` }
  }
  return { allowed: true, message: gone }
}

/** Judges a leftover once more, right before it goes: `blocked` when what is there now needs a consent that was not given. */
export type StillAllowed = (entry: InventoryEntry, signal: AbortSignal) => Promise<Looked | undefined>

/** Deletes one leftover, if it is still ours. Its data's deletion is decided by its reclaim policy, as always. */
export function pruneStep(client: KubernetesClient, entry: InventoryEntry, waitMs: number, still: StillAllowed): Step {
  const ref = refOfEntry(entry)
  let uid: string | undefined
  return {
    id: `prune:${entry.id}`,
    title: `prune ${describeRef(ref)}`,
    destructive: true,
    undo: 'declare it again and apply',
    look: async (signal) => {
      const live = await client.find(ref, { signal })
      uid = live?.metadata?.uid
      const looked = lookAtLeftover(client, ref, live)
      return looked.state === 'needed' ? ((await still(entry, signal)) ?? looked) : looked
    },
    change: async (signal) => {
      await deleteAndWait(client, ref, uid, waitMs, signal)
      return 'deleted'
    },
  }
}

export function refOfEntry({ apiVersion, kind, namespace, name }: InventoryEntry): ObjectRef {
  return { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
}

/** Deletes this very object, and no other that has taken its name since. */
export async function deleteAndWait(client: KubernetesClient, ref: ObjectRef, uid: string | undefined, waitMs: number, signal: AbortSignal): Promise<void> {
  try {
    await client.remove(ref, { signal, ...(uid !== undefined && { preconditions: { uid } }) })
  } catch (error) {
    if (!isStorageError(error, 'not-found')) throw error
  }
  await waitGone(client, ref, uid, waitMs, signal)
}

function lookAtLeftover(client: KubernetesClient, ref: ObjectRef, live: KubernetesObject | undefined): Looked {
  if (live === undefined) return { state: 'done', message: 'is gone' }
  const ours = live.metadata?.managedFields?.some(({ manager, operation }) => manager === client.fieldManager && operation === 'Apply') === true
  if (!ours) return { state: 'blocked', message: `${describeRef(ref)} is in the inventory, but ${client.fieldManager} does not manage it any more; delete it by hand if it is to go` }
  return { state: 'needed', message: 'is no longer in the plan', undo: undoDeletion(live) }
}

/** Waits until the object, or at least the one with this uid, is gone. */
export async function waitGone(client: KubernetesClient, ref: ObjectRef, uid: string | undefined, waitMs: number, signal: AbortSignal): Promise<void> {
  let finalizers: readonly string[] = []
  await withinTime(
    client,
    waitMs,
    signal,
    (deadline) =>
      waitFor(client, ref, deadline, (object) => {
        finalizers = object?.metadata?.finalizers ?? []
        return object === undefined || (uid !== undefined && object.metadata?.uid !== uid) ? true : undefined
      }),
    async () => `${describeRef(ref)} is still being deleted after ${Math.round(waitMs / 1000)} s${finalizers.length === 0 ? '' : `; it is held by ${finalizers.join(', ')}`}`,
  )
}
