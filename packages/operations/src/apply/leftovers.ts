/** What the inventory lists and the plan no longer holds: what its deletion would do, and whether it may be deleted. */
import type { KubernetesClient } from '@stowage/kubernetes'
import type { Verdict } from '@stowage/module'
import { judgeRemoval } from '@stowage/module/plan/compare/judge'
import type { Surroundings } from '@stowage/module/plan/compare/judge'
import { judgeReleaseRemoval } from '@stowage/module/plan/compare/judge-release'
import { doomedOf } from './guard.ts'
import { entriesOf, leftovers, releaseKind } from './inventory.ts'
import type { InventoryEntry } from './inventory.ts'
import { asPlain } from './live-look.ts'
import type { LossObserver } from './loss-facts.ts'
import { describeLosses, lossesOf } from './losses.ts'
import type { Losses } from './losses.ts'
import { mayPrune, refOfEntry } from './prune.ts'
import type { PruneConsent } from './prune.ts'
import type { AppliablePlan, PlainObject } from './stowage-plan.ts'

export interface Leftover {
  readonly entry: InventoryEntry
  /** undefined when it is gone already. */
  readonly verdict?: Verdict
  /** What stands on it; for what may destroy data. */
  readonly losses?: Losses
  /** Id under which the plan has it now. */
  readonly renamedTo?: string
}

/** In an order in which they can be deleted: what uses something before it, kinds after their objects, releases after what they run, namespaces last. */
const ranks: Readonly<Record<string, number>> = { PersistentVolumeClaim: -2, CephFilesystemSubVolumeGroup: -1, CephCluster: 1, [releaseKind]: 2, CustomResourceDefinition: 3, Namespace: 4 }

export async function judgeLeftovers(plan: AppliablePlan, before: readonly InventoryEntry[], client: KubernetesClient, losses: LossObserver, signal?: AbortSignal): Promise<readonly Leftover[]> {
  const gone = leftovers(before, entriesOf(plan)).toSorted((one, other) => (ranks[one.kind] ?? 0) - (ranks[other.kind] ?? 0))
  const renamed = new Map([...plan.objects.map(({ id, renamedFrom }) => [renamedFrom, id] as const), ...(plan.helmReleases ?? []).map(({ id, namespace, renamedFrom }) => [renamedFrom === undefined ? undefined : `helm/${namespace}/${renamedFrom}`, id] as const)])
  const judged: Leftover[] = []
  for (const entry of gone) {
    const renamedTo = renamed.get(entry.id)
    const found = entry.kind === releaseKind ? { verdict: releaseVerdict(entry) } : await objectVerdict(entry, plan, before, client, losses, signal)
    judged.push({ entry, ...found, ...(renamedTo !== undefined && { renamedTo }) })
  }
  return judged
}

function releaseVerdict({ name, holdsData, chart = '' }: InventoryEntry): Verdict {
  const [chartName = '', version = ''] = chart.split(' ')
  return judgeReleaseRemoval({ name, chart: { name: chartName, version, repository: '' }, crds: [], holdsData, losing: '' })
}

async function objectVerdict(entry: InventoryEntry, plan: AppliablePlan, before: readonly InventoryEntry[], client: KubernetesClient, losses: LossObserver, signal: AbortSignal | undefined): Promise<Pick<Leftover, 'verdict' | 'losses'>> {
  const options = signal === undefined ? {} : { signal }
  const live = await client.find(refOfEntry(entry), options)
  if (live === undefined) return {}
  const object = asPlain(live, { apiVersion: entry.apiVersion, kind: entry.kind, metadata: live.metadata === undefined ? { name: entry.name } : { ...live.metadata, name: entry.name } })
  const verdict = judgeRemoval({ object, holdsData: entry.holdsData, losing: '' }, { needs: plan.needs ?? [], objects: await around(object, before, client, options) })
  if (verdict.effect !== 'destroys-data' && entry.kind !== 'Namespace') return { verdict }
  const lost = lossesOf(doomedOf(object), await losses.facts(signal))
  return { verdict: verdict.effect === 'destroys-data' ? verdict : withClaims(verdict, lost), losses: lost }
}

/** A namespace takes along the claims that anybody made in it, and with the policy Delete their data. */
function withClaims(verdict: Verdict, { volumes, unknown }: Losses): Verdict {
  const gone = volumes.filter(({ reclaimPolicy }) => reclaimPolicy !== 'Retain')
  if (gone.length > 0) return { ...verdict, effect: 'destroys-data', sentence: `${verdict.sentence}; claims in it go, and with them the data of ${gone.length === 1 ? '1 volume' : `${gone.length} volumes`} whose policy is not Retain` }
  return unknown.length === 0 ? verdict : { ...verdict, effect: 'destroys-data', sentence: `${verdict.sentence}; what claims are in it is not known` }
}

/** What else the inventory knows, and for a claim its volume, whose policy decides what is lost. */
async function around(object: PlainObject, before: readonly InventoryEntry[], client: KubernetesClient, options: { readonly signal?: AbortSignal }): Promise<Surroundings['objects']> {
  const known = before.map(({ apiVersion, kind, namespace, name, holdsData }) => ({ object: { apiVersion, kind, metadata: { name, ...(namespace !== undefined && { namespace }) } }, holdsData }))
  if (object.kind !== 'PersistentVolumeClaim') return known
  const spec: unknown = object['spec']
  const volume: unknown = typeof spec === 'object' && spec !== null ? Reflect.get(spec, 'volumeName') : undefined
  if (typeof volume !== 'string') return known
  const live = await client.find({ apiVersion: 'v1', kind: 'PersistentVolume', name: volume }, options)
  return live === undefined ? known : [{ object: asPlain(live, { apiVersion: 'v1', kind: 'PersistentVolume', metadata: { name: volume } }), holdsData: true }]
}

/** Whether it may be deleted, with the proof of what would be lost where that is data. */
export function decideLeftover({ entry, verdict, losses, renamedTo }: Leftover, consent: PruneConsent, ids: readonly string[]): { readonly allowed: boolean; readonly message: string } {
  const proven = verdict === undefined || losses === undefined || verdict.effect !== 'destroys-data' ? verdict : { ...verdict, sentence: `${verdict.sentence}. What is on it: ${describeLosses(losses)}` }
  const { allowed, message } = mayPrune(entry, consent, proven, ids)
  return { allowed, message: renamedTo === undefined ? message : `${message} (it is ${renamedTo} now)` }
}
