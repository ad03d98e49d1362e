/** Declared against living: what somebody changed, took away or left behind. Asks only; a dry run tells what an apply would set back. */
import { isStorageError } from '@stowage/core'
import type { KubernetesClient, ObjectRef } from '@stowage/kubernetes'
import type { Difference, HelmRelease, Plan, PlannedObject } from '@stowage/module'
import { foreignDefinition } from '../apply/foreign-definition.ts'
import { InventoryStore } from '../apply/inventory-store.ts'
import { entriesOf, leftovers, releaseKind } from '../apply/inventory.ts'
import { isOurs, lookAtLive } from '../apply/live-look.ts'
import type { LiveLook } from '../apply/live-look.ts'
import { refOfNeed } from '../apply/needs.ts'
import { refOfEntry } from '../apply/prune.ts'
import { compareRelease } from '../apply/releases/decide.ts'
import { Helm } from '../apply/releases/helm.ts'
import type { HelmAccess } from '../apply/releases/helm.ts'
import { groupSecrets } from '../apply/secrets/secret-content.ts'
import { declaredDifferences } from '../plan/declared-differences.ts'
import { inBatches } from '../plan/in-batches.ts'
import { driftedFields, othersFields } from './object-drift.ts'
import type { DriftedField, OthersFields } from './object-drift.ts'

export interface Drift {
  readonly id: string
  /** `missing`: declared and not there. `changed`: not as declared. `extra`: made by an earlier apply, no longer declared, still there. `release`: a Helm release that is not as declared. */
  readonly kind: 'missing' | 'changed' | 'extra' | 'release'
  readonly sentence: string
  readonly fields: readonly DriftedField[]
}

export interface DriftReport {
  readonly server: string
  /** RFC 3339. */
  readonly takenAt: string
  readonly drifts: readonly Drift[]
  /** As declared and managed by others; the next apply adopts them. */
  readonly adoptable: readonly string[]
  /** What others set beside us, and what the server filled in, by object: no drift. */
  readonly others: Readonly<Record<string, OthersFields>>
  /** Somebody else's definitions that differ from ours and are left alone: one sentence each. */
  readonly foreign: readonly string[]
  readonly unknown: readonly string[]
}

export interface DriftOptions {
  readonly client: KubernetesClient
  readonly helm?: HelmAccess
  readonly signal?: AbortSignal
}

interface Seen {
  readonly drift?: Drift
  readonly adoptable?: string
  readonly others?: readonly [string, OthersFields]
  readonly foreign?: string
  readonly unknown?: string
}

export async function findDrift(plan: Plan, { client, helm, signal = new AbortController().signal }: DriftOptions): Promise<DriftReport> {
  const before = await new InventoryStore(client, plan.namespace, plan.name).read()
  const known = new Set(before.map(({ id }) => id))
  const objects = await inBatches(plan.objects, (planned) => objectSeen(planned, known.has(planned.id), client, signal))
  const releases = await releasesSeen(plan.helmReleases, helm, signal)
  const extra = await inBatches(leftovers(before, entriesOf(plan)).filter(({ kind }) => kind !== releaseKind), async (entry): Promise<Seen> => {
    const live = await client.find(refOfEntry(entry), { signal })
    return live === undefined ? {} : { drift: { id: entry.id, kind: 'extra', sentence: 'an earlier apply made it, it is no longer declared, and it is still there', fields: [] } }
  })
  const beside = await inBatches(besides(plan), (wanted) => besideSeen(wanted, client, signal))
  const seen = [...releases, ...objects, ...beside, ...extra]
  return {
    server: client.server,
    takenAt: new Date(client.clock.now()).toISOString(),
    drifts: seen.flatMap(({ drift }) => drift ?? []),
    adoptable: seen.flatMap(({ adoptable }) => adoptable ?? []),
    others: Object.fromEntries(seen.flatMap(({ others }) => (others === undefined ? [] : [others]))),
    foreign: seen.flatMap(({ foreign }) => foreign ?? []),
    unknown: seen.flatMap(({ unknown }) => unknown ?? []),
  }
}

/** What the plan lives on and does not hold as an object: Secrets that an apply makes, and what must be there already. */
interface Beside {
  readonly ref: ObjectRef
  /** Of a Secret; what they hold is neither compared nor told. */
  readonly keys: readonly string[]
  readonly sentence: string
}

function besides({ secrets, needs }: Plan): readonly Beside[] {
  const made = groupSecrets(secrets).map(({ namespace, name, sources }): Beside => ({ ref: { apiVersion: 'v1', kind: 'Secret', namespace, name }, keys: sources.map(({ key }) => key), sentence: `is gone: ${sources.map(({ reason }) => reason).join('; ')}` }))
  const given = needs.map((need): Beside => ({ ref: refOfNeed(need), keys: [], sentence: `must be there and is not: ${need.reason}` }))
  return [...made, ...given]
}

async function besideSeen({ ref, keys, sentence }: Beside, client: KubernetesClient, signal: AbortSignal): Promise<Seen> {
  const id = [ref.kind, ref.namespace, ref.name].filter((part) => part !== undefined).join('/')
  try {
    const live = await client.find<{ readonly data?: Readonly<Record<string, string>> }>(ref, { signal })
    if (live === undefined) return { drift: { id, kind: 'missing', sentence, fields: [] } }
    const gone = keys.filter((key) => live.data?.[key] === undefined)
    return gone.length === 0 ? {} : { drift: { id, kind: 'changed', sentence: `is there without ${gone.join(', ')}`, fields: [] } }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { unknown: `${id}: ${error.message}` }
  }
}

async function objectSeen(planned: PlannedObject, known: boolean, client: KubernetesClient, signal: AbortSignal): Promise<Seen> {
  try {
    return seenAs(planned, known, await lookAtLive(planned.object, client, signal), client)
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { unknown: `${planned.id}: ${error.message}` }
  }
}

function seenAs({ id, object }: PlannedObject, known: boolean, look: LiveLook, { fieldManager }: KubernetesClient): Seen {
  switch (look.state) {
    case 'absent':
      return { drift: { id, kind: 'missing', sentence: 'is declared and not there', fields: [] } }
    case 'deleting':
      return { drift: { id, kind: 'missing', sentence: 'is being deleted', fields: [] } }
    case 'same':
      return { ...(known || isOurs(look.live, fieldManager) ? {} : { adoptable: id }), others: [id, othersFields(look.live, fieldManager)] }
    case 'refused': {
      if (look.live === undefined) return { unknown: `${id}: ${look.error.message}` }
      const fields = driftedFields(look.live, declaredDifferences(look.live, object), fieldManager)
      // Who may read and not ask what an apply would do still sees whether everything that is declared is there.
      if (fields.length === 0 && look.error.kind === 'denied') return { others: [id, othersFields(look.live, fieldManager)] }
      if (fields.length === 0) return { unknown: `${id}: ${look.error.message}` }
      return { drift: changed(id, fields), others: [id, othersFields(look.live, fieldManager)] }
    }
    case 'differs': {
      if (object.kind === 'CustomResourceDefinition' && !isOurs(look.live, fieldManager)) return { foreign: foreignDefinition(id, look.live, object).message }
      return { drift: changed(id, driftedFields(look.live, (look.again ? look.fields.filter(isDeclared) : look.fields), fieldManager)), others: [id, othersFields(look.live, fieldManager)] }
    }
  }
}

/** Beside its parameters, what a class has and the declaration leaves out is the server's or somebody else's. */
function isDeclared({ field, after }: Difference): boolean {
  return after !== undefined || /^parameters\b/.test(field)
}

function changed(id: string, fields: readonly DriftedField[]): Drift {
  const who = [...new Set(fields.filter(({ cause }) => cause === 'edited').flatMap(({ by }) => (by === undefined ? [] : [`${by.manager}${by.at === undefined ? '' : ` at ${by.at}`}`])))]
  const own = fields.filter(({ cause }) => cause === 'declaration').length
  const absent = fields.filter(({ cause }) => cause === 'absent').map(({ field }) => field)
  const parts = [...(own === fields.length ? ['the declaration has changed since the last apply'] : own > 0 ? [`${own} of ${fields.length} fields were changed in the declaration since the last apply`] : []), ...(who.length === 0 ? [] : [`changed by ${who.join(', ')}`]), ...(absent.length === 0 ? [] : [`${absent.join(', ')} ${absent.length === 1 ? 'is' : 'are'} not there: taken away, or declared since the last apply`])]
  return { id, kind: 'changed', sentence: parts.length === 0 ? 'is not as declared' : parts.join('; '), fields }
}

async function releasesSeen(releases: readonly HelmRelease[], access: HelmAccess | undefined, signal: AbortSignal): Promise<readonly Seen[]> {
  if (releases.length === 0) return []
  const helm = access === undefined ? undefined : new Helm(access)
  if (helm === undefined || (await helm.version(signal)) === undefined) return [{ unknown: `there is no helm here, so releases are not compared: ${releases.map(({ id }) => id).join(', ')}` }]
  const seen: Seen[] = []
  for (const release of releases) seen.push(await releaseSeen(release, helm, signal))
  return seen
}

async function releaseSeen(release: HelmRelease, helm: Helm, signal: AbortSignal): Promise<Seen> {
  const { id, chart } = release
  try {
    const installed = await helm.find(release, signal)
    if (installed === undefined || installed.status === 'uninstalled') return { drift: { id, kind: 'missing', sentence: `${chart.name} ${chart.version} is declared and not installed`, fields: [] } }
    const fields = compareRelease(release, installed).fields.map(({ field, before, after }): DriftedField => ({ field, ...(after !== undefined && { declared: after }), ...(before !== undefined && { living: before }), cause: 'edited' }))
    if (fields.length === 0 && installed.status === 'deployed') return {}
    const sentence = fields.length === 0 ? `its last change ended as ${installed.status}` : `revision ${installed.revision} (${installed.chart}, ${installed.status}) is not as declared`
    return { drift: { id, kind: 'release', sentence, fields } }
  } catch (error) {
    if (!isStorageError(error)) throw error
    return { unknown: `${id}: ${error.message}` }
  }
}
