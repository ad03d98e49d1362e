import { isStorageError } from '@stowage/core'
import { describeRef, waitFor } from '@stowage/kubernetes'
import type { KubernetesClient, ObjectRef } from '@stowage/kubernetes'
import type { Looked, Step } from '../steps/step.ts'
import type { InventoryEntry } from './inventory.ts'
import { withinTime } from './wait-ready.ts'

export interface PruneConsent {
  /** Delete what the inventory lists and the plan no longer holds. */
  readonly prune: boolean
  /** Ids of objects that hold data and may be deleted all the same: each named by the person. */
  readonly pruneData: readonly string[]
}

/** Whether a leftover may be deleted, and if not, what would allow it. Pure. */
export function mayPrune(entry: InventoryEntry, consent: PruneConsent): { readonly allowed: boolean; readonly message: string } {
  if (!consent.prune) return { allowed: false, message: 'is no longer in the plan; it stays, --prune deletes it' }
  if (entry.holdsData && !consent.pruneData.includes(entry.id)) {
    return { allowed: false, message: `is no longer in the plan, and data is reachable through it; it stays, --prune-data ${entry.id} deletes it` }
  }
  return { allowed: true, message: 'is no longer in the plan' }
}

/** Deletes one leftover, if it is still ours. Its data's deletion is decided by its reclaim policy, as always. */
export function pruneStep(client: KubernetesClient, entry: InventoryEntry, waitMs: number): Step {
  const { apiVersion, kind, namespace, name } = entry
  const ref: ObjectRef = { apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }
  return {
    id: `prune:${entry.id}`,
    title: `prune ${describeRef(ref)}`,
    destructive: true,
    undo: 'declare it again and apply',
    look: (signal) => lookAtLeftover(client, ref, signal),
    change: async (signal) => {
      const live = await client.find(ref, { signal })
      if (live === undefined) return 'is gone'
      const { uid } = live.metadata ?? {}
      try {
        await client.remove(ref, { signal, ...(uid !== undefined && { preconditions: { uid } }) })
      } catch (error) {
        if (!isStorageError(error, 'not-found')) throw error
      }
      await waitGone(client, ref, uid, waitMs, signal)
      return 'deleted'
    },
  }
}

async function lookAtLeftover(client: KubernetesClient, ref: ObjectRef, signal: AbortSignal): Promise<Looked> {
  const live = await client.find(ref, { signal })
  if (live === undefined) return { state: 'done', message: 'is gone' }
  const ours = live.metadata?.managedFields?.some(({ manager, operation }) => manager === client.fieldManager && operation === 'Apply') === true
  if (!ours) return { state: 'blocked', message: `${describeRef(ref)} is in the inventory, but ${client.fieldManager} does not manage it any more; delete it by hand if it is to go` }
  return { state: 'needed', message: 'is no longer in the plan' }
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
