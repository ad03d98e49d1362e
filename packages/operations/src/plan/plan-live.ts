/** What an apply would change in a living cluster, and what each change means for what is there. Nothing is written. */
import { isStorageError } from '@stowage/core'
import { refOf } from '@stowage/kubernetes'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { Plan, PlannedObject, Verdict } from '@stowage/module'
import { dependents } from '@stowage/module/plan/compare/compare-plans'
import { judgeRename, judgeUpdate } from '@stowage/module/plan/compare/judge'
import type { Conflict } from '../apply/conflicts.ts'
import { doomedOf } from '../apply/guard.ts'
import { InventoryStore } from '../apply/inventory-store.ts'
import { begun } from '../apply/inventory.ts'
import { judgeLeftovers } from '../apply/leftovers.ts'
import type { Leftover } from '../apply/leftovers.ts'
import { asPlain, isOfOthers, isOurs, lookAtLive } from '../apply/live-look.ts'
import type { LiveLook } from '../apply/live-look.ts'
import { LossObserver } from '../apply/loss-facts.ts'
import { canBeStoodOn, lossesOf } from '../apply/losses.ts'
import { foreignDefinition } from '../apply/foreign-definition.ts'
import type { HelmAccess } from '../apply/releases/helm.ts'
import { declaredDifferences } from './declared-differences.ts'
import type { LiveChange } from './live-change.ts'
import { inBatches } from './in-batches.ts'
import { releaseLiveChanges } from './releases-live.ts'

export interface LivePlan {
  readonly server: string
  /** RFC 3339. */
  readonly takenAt: string
  readonly changes: readonly LiveChange[]
  /** As planned, made by others; an apply takes them over without changing them. */
  readonly adopted: readonly string[]
  /** Somebody else's, different, and left as they are: one sentence each. */
  readonly foreign: readonly string[]
  /** What could not be compared, and why. */
  readonly unknown: readonly string[]
}

export interface PlanLiveOptions {
  readonly client: KubernetesClient
  readonly helm?: HelmAccess
  readonly signal?: AbortSignal
}

interface Asked extends PlanLiveOptions {
  readonly plan: Plan
  /** Ids that an earlier apply made or took over. */
  readonly known: ReadonlySet<string>
  readonly losses: LossObserver
  readonly until: AbortSignal
}

type Answer = { readonly change?: LiveChange; readonly adopted?: string; readonly foreign?: string; readonly unknown?: string }

export async function planLive(plan: Plan, options: PlanLiveOptions): Promise<LivePlan> {
  const { client, signal = new AbortController().signal } = options
  const before = begun(await new InventoryStore(client, plan.namespace, plan.name).read())
  const asked: Asked = { ...options, plan, known: new Set(before.map(({ id }) => id)), losses: new LossObserver(client), until: signal }
  const leftovers = await judgeLeftovers({ plan, before, client, losses: asked.losses, signal })
  const releases = await releaseLiveChanges(plan, before, options.helm, signal)
  const objects = await inBatches(plan.objects, (planned) => objectAnswer(planned, leftovers, asked))
  const secrets = await secretAnswers(asked)
  const renamed = new Set(objects.flatMap(({ change }) => change?.renamedFrom ?? []))
  const removed = leftovers.filter(({ entry, verdict }) => verdict !== undefined && !renamed.has(entry.id)).map((leftover) => removal(leftover, plan))
  const answers: readonly Answer[] = [...releases, ...objects, ...secrets, ...removed.map((change) => ({ change }))]
  const host = plan.hostActions.length === 0 ? [] : [`${plan.hostActions.length} actions on Proxmox hosts are not compared with what is there`]
  return {
    server: client.server,
    takenAt: new Date(client.clock.now()).toISOString(),
    changes: answers.flatMap(({ change }) => change ?? []),
    adopted: answers.flatMap(({ adopted }) => adopted ?? []),
    foreign: answers.flatMap(({ foreign }) => foreign ?? []),
    unknown: [...answers.flatMap(({ unknown }) => unknown ?? []), ...host],
  }
}

async function objectAnswer(planned: PlannedObject, leftovers: readonly Leftover[], asked: Asked): Promise<Answer> {
  const { client, until } = asked
  try {
    return await answerOf(planned, await lookAtLive(planned.object, client, until), leftovers, asked)
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { unknown: `${planned.id}: ${error.message}` }
  }
}

async function answerOf(planned: PlannedObject, look: LiveLook, leftovers: readonly Leftover[], asked: Asked): Promise<Answer> {
  const { id, object, reason } = planned
  switch (look.state) {
    case 'absent':
      return { change: (await renameOf(planned, leftovers, asked)) ?? { id, action: 'add', fields: [], touches: [], effect: 'safe', sentence: reason } }
    case 'deleting':
      return { unknown: `${id} is being deleted; what an apply would do is known when it is gone` }
    case 'same':
      return isOurs(look.live, asked.client.fieldManager) || asked.known.has(id) ? {} : { adopted: id }
    case 'refused':
      return refusedAnswer(planned, look, asked)
    case 'differs': {
      if (object.kind === 'CustomResourceDefinition' && !isOurs(look.live, asked.client.fieldManager)) return { foreign: foreignDefinition(id, look.live, object).message }
      const { fields, verdict, again, conflicts } = look
      const consent = consentFor(id, verdict, again, conflicts, isOfOthers(look, asked.client.fieldManager))
      return { change: await withStanding(planned, { fields, ...verdict, ...(conflicts.length > 0 && { conflicts }), ...(consent !== undefined && { consent }) }, asked) }
    }
  }
}

async function refusedAnswer(planned: PlannedObject, { live, error }: Extract<LiveLook, { state: 'refused' }>, asked: Asked): Promise<Answer> {
  if (live === undefined || !isStorageError(error, 'invalid', 'precondition')) return { unknown: `${planned.id}: ${error.message}` }
  const fields = declaredDifferences(live, planned.object)
  const verdict = judgeUpdate(asPlain(live, planned.object), planned.object, fields)
  return { change: await withStanding(planned, { fields, ...verdict, refused: error.message }, asked) }
}

/** Whatever is more than an update in place says what stands on the object. */
async function withStanding(planned: PlannedObject, change: Omit<LiveChange, 'id' | 'action' | 'touches'>, { plan, losses, until }: Asked): Promise<LiveChange> {
  const base: LiveChange = { id: planned.id, action: 'update', touches: dependents(planned.id, plan), ...change }
  if (change.effect === 'safe' || !canBeStoodOn(planned.object.kind)) return base
  return { ...base, standing: lossesOf(doomedOf(planned.object), await losses.facts(until)) }
}

function consentFor(id: string, verdict: Verdict, again: boolean, conflicts: readonly Conflict[], ofOthers: boolean): string | undefined {
  const flags = [...(verdict.effect === 'destroys-data' ? [`--allow-destroy ${id}`] : again ? [`--allow-recreate ${id}`] : []), ...(conflicts.length > 0 && !again ? ['--force-conflicts'] : []), ...(again && ofOthers ? [`--adopt ${id}`] : [])]
  return flags.length === 0 ? undefined : flags.join(' ')
}

async function renameOf(planned: PlannedObject, leftovers: readonly Leftover[], { client, plan, until }: Asked): Promise<LiveChange | undefined> {
  const old = leftovers.find(({ renamedTo, verdict }) => renamedTo === planned.id && verdict !== undefined)
  if (old === undefined) return undefined
  const { apiVersion, kind, namespace, name } = old.entry
  const live = await client.find<KubernetesObject>({ apiVersion, kind, name, ...(namespace !== undefined && { namespace }) }, { signal: until })
  if (live === undefined) return undefined
  const before = asPlain(live, { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } })
  const fields = declaredDifferences(live, planned.object).filter(({ field }) => field !== 'metadata.name')
  return { id: planned.id, action: 'rename', renamedFrom: old.entry.id, fields, touches: dependents(planned.id, plan), ...judgeRename(before, planned.object, fields), ...(old.losses !== undefined && { standing: old.losses }) }
}

function removal({ entry, verdict, losses }: Leftover, plan: Plan): LiveChange {
  const { id, holdsData } = entry
  const judged: Verdict = verdict ?? { effect: 'safe', sentence: 'is gone already' }
  const consent = judged.effect === 'destroys-data' ? `--prune --allow-destroy ${id}` : holdsData ? `--prune --prune-data ${id}` : '--prune'
  return { id, action: 'remove', fields: [], touches: dependents(id, plan), ...judged, consent, ...(losses !== undefined && { standing: losses }) }
}

async function secretAnswers({ plan, client, until }: Asked): Promise<readonly Answer[]> {
  return inBatches(plan.secrets, async ({ namespace, name, key, reason }): Promise<Answer> => {
    const id = `secret/${namespace}/${name}/${key}`
    try {
      const found = await client.find(refOf({ apiVersion: 'v1', kind: 'Secret', metadata: { namespace, name } }), { signal: until })
      return found === undefined ? { change: { id, action: 'add', fields: [], touches: [], effect: 'safe', sentence: reason } } : {}
    } catch (error) {
      if (!isStorageError(error)) throw error
      return { unknown: `${id}: ${error.message}` }
    }
  })
}
