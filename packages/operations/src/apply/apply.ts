import type { HostAction } from '@stowage/module'
import { configMapJournal } from '../steps/config-map-journal.ts'
import { runSteps } from '../steps/run-steps.ts'
import type { RunResult } from '../steps/run-steps.ts'
import type { ApplyPlanOptions } from './apply-options.ts'
import { applySteps } from './apply-steps.ts'
import { refuseUnknownNames } from './consent.ts'
import { pveumCommand } from './host-commands.ts'
import { InventoryStore } from './inventory-store.ts'
import { begun, entriesOf } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'
import { decideLeftover, judgeLeftover, judgeLeftovers } from './leftovers.ts'
import { LossObserver } from './loss-facts.ts'
import type { StillAllowed } from './prune.ts'
import type { AppliablePlan } from './stowage-plan.ts'

export interface ApplyResult extends RunResult {
  /** Ids of steps that changed the cluster. Empty after a second run. */
  readonly changed: readonly string[]
  /** What the inventory lists, the plan no longer holds, and stays. */
  readonly left: readonly { readonly entry: InventoryEntry; readonly message: string }[]
  /** What the plan has for Proxmox hosts and no apply does, with the command that does it. */
  readonly byHand: readonly { readonly action: HostAction; readonly command: string }[]
}

/** Makes the cluster hold what the plan holds. Can be interrupted anywhere and run again; a second run changes nothing. */
export async function applyPlan(plan: AppliablePlan, options: ApplyPlanOptions): Promise<ApplyResult> {
  const { client, dryRun = false, signal } = options
  const store = new InventoryStore(client, plan.namespace, plan.name)
  const stored = await store.read()
  const before = begun(stored)
  const ids = [...new Set([...before, ...entriesOf(plan)].map(({ id }) => id))]
  refuseUnknownNames(options, ids)
  const losses = new LossObserver(client)
  const consent = { prune: options.prune ?? false, pruneData: options.pruneData ?? [], ...(options.allowDestroy !== undefined && { allowDestroy: options.allowDestroy }) }
  const judged = await judgeLeftovers({ plan, before, client, losses, ...(signal !== undefined && { signal }) }).catch((error: unknown) => {
    if (signal?.aborted !== true) throw error
    return { stopped: error }
  })
  if ('stopped' in judged) return { ok: false, outcomes: [], failure: judged.stopped, changed: [], left: [], byHand: [] }
  const still: StillAllowed = async (entry, until) => {
    const { allowed, message } = decideLeftover(await judgeLeftover(entry, { plan, before, client, losses: new LossObserver(client), signal: until }), consent, ids)
    return allowed ? undefined : { state: 'blocked', message: `${entry.id} has changed since this apply began: it ${message}` }
  }
  const extra = judged.map((leftover) => ({ entry: leftover.entry, ...decideLeftover(leftover, consent, ids) }))
  const steps = applySteps(plan, { ...options, store, stored, before, pruned: extra.filter(({ allowed }) => allowed).map(({ entry }) => entry), still, ids, losses })
  const result = await runSteps(steps, {
    run: `apply ${plan.name}`,
    clock: client.clock,
    journal: options.journal ?? configMapJournal(client, plan.namespace, `apply-${plan.name}`),
    lookOnly: dryRun,
    // Each prune step is here because consent was given for it.
    consent: () => true,
    ...(options.listener !== undefined && { listener: options.listener }),
    ...(signal !== undefined && { signal }),
  })
  return {
    ...result,
    changed: result.outcomes.filter(({ state }) => state === 'changed').map(({ step }) => step),
    left: extra.filter(({ allowed }) => !allowed).map(({ entry, message }) => ({ entry, message })),
    byHand: (plan.hostActions ?? []).map((action) => ({ action, command: pveumCommand(action) })),
  }
}

