import { describeRef, refOf } from '@stowage/kubernetes'
import type { KubernetesClient } from '@stowage/kubernetes'
import { configMapJournal } from '../steps/config-map-journal.ts'
import type { Journal } from '../steps/journal.ts'
import { runSteps } from '../steps/run-steps.ts'
import type { RunResult } from '../steps/run-steps.ts'
import type { Looked, Step, StepEvent } from '../steps/step.ts'
import { applyObjectStep } from './apply-object.ts'
import type { ApplyObjectOptions } from './apply-object.ts'
import { driversInUseStep } from './drivers-in-use.ts'
import { driversRegisteredStep } from './drivers-registered.ts'
import { InventoryStore, inventoryName } from './inventory-store.ts'
import { entryOf, formatInventory, leftovers, union } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'
import { needsStep } from './needs.ts'
import { mayPrune, pruneStep } from './prune.ts'
import type { PruneConsent } from './prune.ts'
import { hasReadiness } from './readiness.ts'
import { inOrder } from './stowage-plan.ts'
import type { AppliableObject, AppliablePlan } from './stowage-plan.ts'
import { waitReady } from './wait-ready.ts'

export interface ApplyPlanOptions extends Partial<PruneConsent> {
  readonly client: KubernetesClient
  readonly listener?: (event: StepEvent) => void
  readonly signal?: AbortSignal
  /** Asks the server what would happen, and writes nothing. */
  readonly dryRun?: boolean
  /** Takes fields that other managers own. */
  readonly forceConflicts?: boolean
  /** Whether to wait until workloads run and drivers are registered; default true. */
  readonly wait?: boolean
  /** For each wait, milliseconds; default 300,000. */
  readonly waitMs?: number
  /** Default: the ConfigMap `stowage-journal` in the plan's namespace. */
  readonly journal?: Journal
}

export interface ApplyResult extends RunResult {
  /** Ids of steps that changed the cluster. Empty after a second run. */
  readonly changed: readonly string[]
  /** What the inventory lists, the plan no longer holds, and stays. */
  readonly left: readonly { readonly entry: InventoryEntry; readonly message: string }[]
}

/** Makes the cluster hold what the plan holds. Can be interrupted anywhere and run again; a second run changes nothing. */
export async function applyPlan(plan: AppliablePlan, options: ApplyPlanOptions): Promise<ApplyResult> {
  const { client, dryRun = false } = options
  const consent = { prune: options.prune ?? false, pruneData: options.pruneData ?? [] }
  const store = new InventoryStore(client, plan.namespace, plan.name)
  const before = await store.read()
  const extra = leftovers(before, plan.objects.map(entryOf)).map((entry) => ({ entry, ...mayPrune(entry, consent) }))
  const steps = applySteps(plan, options, store, before, extra.filter(({ allowed }) => allowed).map(({ entry }) => entry))
  const result = await runSteps(steps, {
    run: `apply ${plan.name}`,
    clock: client.clock,
    journal: options.journal ?? configMapJournal(client, plan.namespace, `apply-${plan.name}`),
    lookOnly: dryRun,
    // Each prune step is here because consent was given for it.
    consent: () => true,
    ...(options.listener !== undefined && { listener: options.listener }),
    ...(options.signal !== undefined && { signal: options.signal }),
  })
  return {
    ...result,
    changed: result.outcomes.filter(({ state }) => state === 'changed').map(({ step }) => step),
    left: extra.filter(({ allowed }) => !allowed).map(({ entry, message }) => ({ entry, message })),
  }
}

function applySteps(plan: AppliablePlan, options: ApplyPlanOptions, store: InventoryStore, before: readonly InventoryEntry[], pruned: readonly InventoryEntry[]): readonly Step[] {
  const { client, dryRun = false, forceConflicts = false, wait = true, waitMs = 300_000 } = options
  const each: ApplyObjectOptions = { client, force: forceConflicts, validateNew: dryRun, waitMs }
  const objects = inOrder(plan.objects)
  const namespaces = objects.filter(({ object }) => object.kind === 'Namespace')
  const others = objects.filter(({ object }) => object.kind !== 'Namespace')
  const whole = union(before, objects.map(entryOf))
  const gone = new Set(pruned.map(({ id }) => id))
  const waits = wait ? [...others.filter(({ object }) => hasReadiness(object.kind)).map((planned) => readyStep(client, planned, waitMs)), driversRegisteredStep(client, objects, waitMs)] : []
  return [
    driversInUseStep(client, leftovers(before, objects.map(entryOf))),
    ...namespaces.map((planned) => applyObjectStep(planned, each)),
    needsStep(client, plan.needs ?? []),
    inventoryStep(store, 'inventory:begin', 'the inventory lists what will be made', before, whole),
    ...others.map((planned) => applyObjectStep(planned, each)),
    ...waits,
    ...pruned.map((entry) => pruneStep(client, entry, waitMs)),
    inventoryStep(store, 'inventory:end', 'the inventory lists what is there', whole, whole.filter(({ id }) => !gone.has(id))),
  ].filter((step) => step !== undefined)
}

function readyStep(client: KubernetesClient, { id, object }: AppliableObject, waitMs: number): Step {
  const ref = refOf(object)
  return {
    id: `ready:${id}`,
    title: `${describeRef(ref)} is ready`,
    look: async () => ({ state: 'done', message: '' }),
    change: async () => '',
    settle: (signal, tell) => waitReady(client, ref, waitMs, signal, tell),
  }
}

/** Writes the inventory when it would change. */
function inventoryStep(store: InventoryStore, id: string, title: string, from: readonly InventoryEntry[], to: readonly InventoryEntry[]): Step {
  const same = formatInventory(from) === formatInventory(to)
  const looked: Looked = same ? { state: 'done', message: `${to.length} objects` } : { state: 'needed', message: `${from.length} objects become ${to.length}` }
  return {
    id,
    title,
    undo: `edit ConfigMap ${inventoryName}`,
    look: async () => looked,
    change: async () => {
      await store.write(to)
      return `${to.length} objects`
    },
  }
}
