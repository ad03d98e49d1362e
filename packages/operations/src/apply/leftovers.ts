/** What the inventory lists and the plan no longer holds: what its deletion would do, and whether it may be deleted. */
import { isStorageError } from '@stowage/core'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { Verdict } from '@stowage/module'
import { judgeRemoval } from '@stowage/module/plan/compare/judge'
import type { Surroundings } from '@stowage/module/plan/compare/judge'
import { judgeReleaseRemoval } from '@stowage/module/plan/compare/judge-release'
import { doomedOf } from './guard.ts'
import type { Seen } from '../observe/observation.ts'
import { InventoryStore } from './inventory-store.ts'
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
  /** Another declaration whose inventory lists it, too. */
  readonly alsoOf?: string
}

/** In an order in which they can be deleted: what uses something before it, kinds after their objects, releases after what they run, namespaces last. */
const ranks: Readonly<Record<string, number>> = { PersistentVolumeClaim: -2, CephFilesystemSubVolumeGroup: -1, CephCluster: 1, [releaseKind]: 2, CustomResourceDefinition: 3, Namespace: 4 }

export interface Judging {
  readonly plan: AppliablePlan
  /** What the inventory listed before. */
  readonly before: readonly InventoryEntry[]
  readonly client: KubernetesClient
  readonly losses: LossObserver
  readonly signal?: AbortSignal
}

export async function judgeLeftovers(judging: Judging): Promise<readonly Leftover[]> {
  const { plan, before, client, signal } = judging
  const gone = leftovers(before, entriesOf(plan)).toSorted((one, other) => (ranks[one.kind] ?? 0) - (ranks[other.kind] ?? 0))
  if (gone.length === 0) return []
  const others = await new InventoryStore(client, plan.namespace, plan.name).others(signal)
  const judged: Leftover[] = []
  for (const entry of gone) {
    const alsoOf = others.get(entry.id)
    judged.push({ ...(await judgeLeftover(entry, judging)), ...(alsoOf !== undefined && { alsoOf }) })
  }
  return judged
}

/** As things stand now: an apply asks once to tell what would go, and again before each deletion, because it may have taken long until then. */
export async function judgeLeftover(entry: InventoryEntry, judging: Judging): Promise<Leftover> {
  const { objects, helmReleases = [] } = judging.plan
  const renamedTo = (objects.find(({ renamedFrom }) => renamedFrom === entry.id) ?? helmReleases.find(({ namespace, renamedFrom }) => renamedFrom !== undefined && `helm/${namespace}/${renamedFrom}` === entry.id))?.id
  const found = entry.kind === releaseKind ? await releaseVerdict(entry, judging) : await objectVerdict(entry, judging)
  return { entry, ...found, ...(renamedTo !== undefined && { renamedTo }) }
}

async function releaseVerdict({ name, namespace, holdsData, chart = '' }: InventoryEntry, { losses, signal }: Judging): Promise<Pick<Leftover, 'verdict' | 'losses'>> {
  const [chartName = '', version = ''] = chart.split(' ')
  const verdict = judgeReleaseRemoval({ name, chart: { name: chartName, version, repository: '' }, crds: [], holdsData, losing: '' })
  if (verdict.effect !== 'destroys-data') return { verdict }
  return { verdict, losses: lossesOf({ kind: releaseKind, name, ...(namespace !== undefined && { namespace }) }, await losses.facts(signal)) }
}

async function objectVerdict(entry: InventoryEntry, { plan, before, client, losses, signal }: Judging): Promise<Pick<Leftover, 'verdict' | 'losses'>> {
  const options = signal === undefined ? {} : { signal }
  const live = await client.find(refOfEntry(entry), options)
  if (live === undefined) return {}
  const object = asPlain(live, { apiVersion: entry.apiVersion, kind: entry.kind, metadata: live.metadata === undefined ? { name: entry.name } : { ...live.metadata, name: entry.name } })
  const verdict = judgeRemoval({ object, holdsData: entry.holdsData, losing: '' }, { needs: plan.needs ?? [], objects: await around(object, before, client, options) })
  if (verdict.effect !== 'destroys-data' && entry.kind !== 'Namespace') return { verdict }
  const lost = lossesOf(doomedOf(object), await losses.facts(signal))
  const secrets = entry.kind === 'Namespace' ? await secretsIn(entry.name, client, options) : undefined
  return { verdict: verdict.effect === 'destroys-data' ? verdict : withClaims(secrets === undefined ? verdict : withSecrets(verdict, secrets), lost), losses: lost }
}

/** Releases of helm and tokens of service accounts go with what they belong to; what has an owner is made again by it. */
const notKept = new Set(['helm.sh/release.v1', 'kubernetes.io/service-account-token'])

/** Names of the Secrets in a namespace that nobody makes again; undefined when they cannot be asked for. */
async function secretsIn(namespace: string, client: KubernetesClient, options: { readonly signal?: AbortSignal }): Promise<Seen<string>> {
  try {
    const { items } = await client.list<KubernetesObject & { readonly type?: string }>({ apiVersion: 'v1', kind: 'Secret' }, { namespace }, options)
    const kept = items.filter(({ type, metadata }) => !notKept.has(type ?? '') && (metadata?.ownerReferences ?? []).length === 0)
    return { known: true, items: kept.map(({ metadata }) => metadata?.name ?? '') }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { known: false, why: error.message }
  }
}

/** No Secret is pruned, not by way of its namespace either: one of them may be the only key to every backup. */
function withSecrets(verdict: Verdict, secrets: Seen<string>): Verdict {
  if (!secrets.known) return { ...verdict, effect: 'destroys-data', sentence: `${verdict.sentence}; what Secrets are in it is not known (${secrets.why})` }
  if (secrets.items.length === 0) return verdict
  return { ...verdict, effect: 'destroys-data', sentence: `${verdict.sentence}; so are its Secrets that nobody makes again: ${secrets.items.join(', ')}` }
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

/** Whether it may be deleted, with the proof of what would be lost where that is data. What another declaration lists is never deleted for this one. */
export function decideLeftover({ entry, verdict, losses, renamedTo, alsoOf }: Leftover, consent: PruneConsent, ids: readonly string[]): { readonly allowed: boolean; readonly message: string } {
  if (alsoOf !== undefined) return { allowed: false, message: `is no longer in the plan; it stays, because ${alsoOf} lists it too: apply that one without it first, or, when it is no more, delete its key there` }
  const proven = verdict === undefined || losses === undefined || verdict.effect !== 'destroys-data' ? verdict : { ...verdict, sentence: `${verdict.sentence}. What is on it: ${describeLosses(losses)}` }
  const { allowed, message } = mayPrune(entry, consent, proven, ids)
  return { allowed, message: renamedTo === undefined ? message : `${message} (it is ${renamedTo} now)` }
}
