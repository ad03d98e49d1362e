import { StorageError } from '@stowage/core'
import { describeRef, refOf } from '@stowage/kubernetes'
import type { HelmRelease } from '@stowage/module'
import type { Looked, Step } from '../steps/step.ts'
import { applyObjectStep } from './apply-object.ts'
import type { ApplyObjectOptions } from './apply-object.ts'
import type { ApplyPlanOptions } from './apply-options.ts'
import { driversInUseStep } from './drivers-in-use.ts'
import { driversRegisteredStep } from './drivers-registered.ts'
import { inventoryName } from './inventory-store.ts'
import type { InventoryStore } from './inventory-store.ts'
import { entriesOf, formatInventory, leftovers, releaseKind, union } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'
import type { LossObserver } from './loss-facts.ts'
import { needsStep } from './needs.ts'
import { pruneStep } from './prune.ts'
import type { StillAllowed } from './prune.ts'
import { hasReadiness } from './readiness.ts'
import { Helm } from './releases/helm.ts'
import { pruneReleaseStep } from './releases/prune-release.ts'
import { helmStep, releaseStep } from './releases/release-step.ts'
import type { ReleaseOptions } from './releases/release-step.ts'
import { secondDriverStep } from './second-driver.ts'
import { secretSourcesStep, secretSteps } from './secrets/secret-step.ts'
import { itemsInOrder } from './stowage-plan.ts'
import type { AppliableObject, AppliablePlan, PlanItem } from './stowage-plan.ts'
import { waitReady } from './wait-ready.ts'

/** Writes down, before helm is started on it, that a release is ours from now on. */
type Claim = { readonly claim: (id: string) => Promise<void> }

export interface ApplyStepsOptions extends ApplyPlanOptions {
  readonly store: InventoryStore
  /** What the inventory lists when the apply begins. */
  readonly stored: readonly InventoryEntry[]
  /** The part of it that was begun. */
  readonly before: readonly InventoryEntry[]
  /** Leftovers that may go. */
  readonly pruned: readonly InventoryEntry[]
  /** Asked of each of them again, right before it goes. */
  readonly still: StillAllowed
  readonly ids: readonly string[]
  readonly losses: LossObserver
}

/** Looks before anything is changed, then everything in its order, then waiting, then what may go. */
export function applySteps(plan: AppliablePlan, options: ApplyStepsOptions): readonly Step[] {
  const { client, store, stored, before, pruned, wait = true, waitMs = 300_000, secrets: access, gates = [] } = options
  const { helmReleases = [], secrets = [] } = plan
  const items = itemsInOrder(plan)
  const isNamespace = (item: PlanItem): boolean => 'object' in item && item.object.object.kind === 'Namespace'
  const namespaces = items.filter(isNamespace)
  const others = items.filter((item) => !isNamespace(item))
  const objects = others.flatMap((item) => ('object' in item ? [item.object] : []))
  const planned = entriesOf(plan)
  const known = new Set(before.map(({ id }) => id))
  const whole = union(before, planned)
  let listed = whole.map((entry): InventoryEntry => (entry.kind === releaseKind && !known.has(entry.id) ? { ...entry, meant: true } : entry))
  const claim = async (id: string): Promise<void> => {
    listed = listed.map(({ meant, ...entry }) => (meant === undefined || entry.id === id ? entry : { ...entry, meant }))
    await store.write(listed)
  }
  const gone = new Set(pruned.map(({ id }) => id))
  const secretOptions = { client, ...(access !== undefined && { access }) }
  return [
    driversInUseStep(client, leftovers(before, planned)),
    secondDriverStep(client, plan.objects),
    ...releaseLooks(helmReleases, { ...options, claim }),
    secretSourcesStep(secrets, secretOptions),
    ...gates,
    ...namespaces.flatMap((item) => itemSteps(item, { ...options, claim })),
    needsStep(client, plan.needs ?? []),
    inventoryStep(store, 'inventory:begin', 'the inventory lists what will be made', () => stored, () => listed),
    ...secretSteps(secrets, secretOptions),
    ...phaseByPhase(others, { ...options, claim }),
    ...(wait ? [...objects.filter(({ object, ready }) => ready === undefined && hasReadiness(object.kind)).map((object) => readyStep(object, options)), driversRegisteredStep(client, objects, waitMs)] : []),
    ...pruned.map((entry) => pruneAny(entry, options)),
    inventoryStep(store, 'inventory:end', 'the inventory lists what is there', () => listed, () => whole.filter(({ id }) => !gone.has(id))),
  ].filter((step) => step !== undefined)
}

/** Each item; and before the next phase begins, what this one said that it waits for. */
function phaseByPhase(items: readonly PlanItem[], options: ApplyStepsOptions & Claim): readonly Step[] {
  const runs: PlanItem[][] = []
  for (const item of items) {
    const run = runs.at(-1)
    if (run !== undefined && run[0]?.phase === item.phase) run.push(item)
    else runs.push([item])
  }
  return runs.flatMap((run) => {
    const waited = options.wait === false ? [] : run.flatMap((item) => ('object' in item && item.object.ready !== undefined ? [readyStep(item.object, options)] : []))
    return [...run.flatMap((item) => itemSteps(item, options)), ...waited]
  })
}

function itemSteps(item: PlanItem, options: ApplyStepsOptions & Claim): readonly Step[] {
  const { client, forceConflicts = false, dryRun = false, waitMs = 300_000, ids, losses } = options
  if ('object' in item) {
    const each: ApplyObjectOptions = { client, force: forceConflicts, validateNew: dryRun, waitMs, consent: options, ids, losses }
    return [applyObjectStep(item.object, each)]
  }
  const helm = releaseOptions(options)
  if (helm === undefined) return []
  return [releaseStep(item.release, helm), ...item.release.crds.map((name) => definitionStep(name, item.release, options))]
}

function releaseOptions({ client, helm, before, waitMs = 300_000, ids, losses, claim, ...consent }: ApplyStepsOptions & Claim): ReleaseOptions | undefined {
  if (helm === undefined) return undefined
  return { client, helm: new Helm(helm), known: new Set(before.map(({ id }) => id)), waitMs, consent, ids, losses, claim }
}

function releaseLooks(releases: readonly HelmRelease[], options: ApplyStepsOptions & Claim): readonly (Step | undefined)[] {
  const helm = releaseOptions(options)
  if (helm !== undefined) return [helmStep(releases, helm)]
  if (releases.length === 0) return []
  return [{ id: 'helm', title: 'helm is there', look: async () => ({ state: 'blocked', message: `the plan has Helm releases (${releases.map(({ id }) => id).join(', ')}), and this apply was given no access to helm` }), change: async () => '' }]
}

/** What needs a kind waits until the API server serves it. */
function definitionStep(name: string, release: HelmRelease, { client, waitMs = 300_000 }: ApplyStepsOptions): Step {
  const ref = { apiVersion: 'apiextensions.k8s.io/v1', kind: 'CustomResourceDefinition', name }
  return {
    id: `ready:${release.id}:${name}`,
    title: `${describeRef(ref)} is established`,
    look: async () => ({ state: 'done', message: '' }),
    change: async () => '',
    settle: (signal, tell) => waitReady(client, ref, waitMs, signal, tell),
  }
}

function readyStep({ id, object, ready }: AppliableObject, { client, waitMs = 300_000 }: ApplyStepsOptions): Step {
  const ref = refOf(object)
  return {
    id: `ready:${id}`,
    title: `${describeRef(ref)} is ready`,
    look: async () => ({ state: 'done', message: '' }),
    change: async () => '',
    settle: (signal, tell) => waitReady(client, ref, waitMs, signal, tell, ready),
  }
}

function pruneAny(entry: InventoryEntry, options: ApplyStepsOptions): Step {
  const { client, waitMs = 300_000, helm, still } = options
  if (entry.kind !== releaseKind) return pruneStep(client, entry, waitMs, still)
  if (helm === undefined) throw new StorageError('invalid', `release ${entry.namespace}/${entry.name} is to be uninstalled, and this apply was given no access to helm`)
  return pruneReleaseStep(new Helm(helm), entry, waitMs, still)
}

/** Writes the inventory when it would change. */
function inventoryStep(store: InventoryStore, id: string, title: string, from: () => readonly InventoryEntry[], to: () => readonly InventoryEntry[]): Step {
  return {
    id,
    title,
    undo: `edit ConfigMap ${inventoryName}`,
    look: async (): Promise<Looked> => (formatInventory(from()) === formatInventory(to()) ? { state: 'done', message: `${to().length} objects` } : { state: 'needed', message: `${from().length} objects become ${to().length}` }),
    change: async () => {
      await store.write(to())
      return `${to().length} objects`
    },
  }
}
