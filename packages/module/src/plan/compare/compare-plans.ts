/** What it would mean to go from one plan to another: what is safe, what must be made again, what must be moved, what destroys data. Pure. */
import { deepFreeze } from '../../spec/freeze.ts'
import type { HelmRelease, HostAction, Plan, PlannedObject, SecretSource } from '../plan.ts'
import { differences, type Difference } from './differences.ts'
import { effects, type Effect, type Verdict } from './effect.ts'
import { judgeRemoval, judgeRename, judgeUpdate } from './judge.ts'
import { judgeRelease, judgeReleaseRemoval } from './judge-release.ts'
import { safe } from './rule.ts'

export interface Change extends Verdict {
  /** Of the object, the release (`helm/…`), the host action (`proxmox/…`) or the secret (`secret/…`). */
  readonly id: string
  readonly action: 'add' | 'update' | 'remove' | 'rename'
  readonly fields: readonly Difference[]
  /** Id before a rename. */
  readonly renamedFrom?: string
  /** Ids of what depends on it, directly or through others, in the plan where it stands. */
  readonly touches: readonly string[]
}

/** In the order in which they would be made: additions and updates as planned, then removals from the last to the first. */
export function comparePlans(before: Plan, after: Plan): readonly Change[] {
  return deepFreeze([...releaseChanges(before, after), ...objectChanges(before, after), ...secretChanges(before, after), ...hostChanges(before, after)])
}

/** The worst of them; `safe` when nothing changes. */
export function worstEffect(changes: readonly Pick<Change, 'effect'>[]): Effect {
  return changes.reduce<Effect>((worst, { effect }) => (effects.indexOf(effect) > effects.indexOf(worst) ? effect : worst), 'safe')
}

function objectChanges(before: Plan, after: Plan): readonly Change[] {
  const old = byId(before.objects)
  const wanted = byId(after.objects)
  const made = after.objects.flatMap((planned): readonly Change[] => {
    const was = old.get(planned.id)
    if (was !== undefined) return updated(was, planned, before)
    const earlier = renamedFrom(planned, old, wanted)
    return [earlier === undefined ? added(planned.id, planned.reason) : renamed(earlier, planned, before)]
  })
  const taken = new Set(made.flatMap((change) => change.renamedFrom ?? []))
  const removed = before.objects
    .toReversed()
    .filter(({ id }) => !wanted.has(id) && !taken.has(id))
    .map((planned): Change => ({ id: planned.id, action: 'remove', fields: [], touches: dependents(planned.id, before), ...judgeRemoval(planned, before) }))
  return [...made, ...removed]
}

function byId<T extends { readonly id: string }>(items: readonly T[]): ReadonlyMap<string, T> {
  return new Map(items.map((item) => [item.id, item]))
}

/** What an earlier plan knew under the old name, if it is not still wanted under that name. */
function renamedFrom(planned: PlannedObject, old: ReadonlyMap<string, PlannedObject>, wanted: ReadonlyMap<string, PlannedObject>): PlannedObject | undefined {
  if (planned.renamedFrom === undefined || wanted.has(planned.renamedFrom)) return undefined
  return old.get(planned.renamedFrom)
}

function added(id: string, reason: string): Change {
  return { id, action: 'add', fields: [], touches: [], ...safe(reason) }
}

function updated(was: PlannedObject, planned: PlannedObject, before: Plan): readonly Change[] {
  const fields = differences(was.object, planned.object)
  return fields.length === 0 ? [] : [{ id: planned.id, action: 'update', fields, touches: dependents(planned.id, before), ...judgeUpdate(was.object, planned.object, fields) }]
}

function renamed(was: PlannedObject, planned: PlannedObject, before: Plan): Change {
  const fields = differences(was.object, planned.object).filter(({ field }) => field !== 'metadata.name')
  return { id: planned.id, action: 'rename', renamedFrom: was.id, fields, touches: dependents(was.id, before), ...judgeRename(was.object, planned.object, fields) }
}

/** Everything that stands on it, in the order of the plan. */
export function dependents(id: string, { objects, helmReleases }: Pick<Plan, 'objects' | 'helmReleases'>): readonly string[] {
  const found = new Set([id])
  const all = [...helmReleases, ...objects]
  for (let size = 0; size !== found.size; ) {
    size = found.size
    for (const item of all) if (item.dependsOn.some((other) => found.has(other))) found.add(item.id)
  }
  return all.map((item) => item.id).filter((other) => other !== id && found.has(other))
}

function releaseChanges(before: Plan, after: Plan): readonly Change[] {
  const old = byId(before.helmReleases)
  const wanted = byId(after.helmReleases)
  const made = after.helmReleases.flatMap((release): readonly Change[] => {
    const was = old.get(release.id) ?? earlierRelease(release, before, wanted)
    if (was === undefined) return [added(release.id, release.reason)]
    const { fields, verdict } = judgeRelease(was, release)
    if (was.id !== release.id) return [{ id: release.id, action: 'rename', renamedFrom: was.id, fields, touches: dependents(was.id, before), ...judgeReleaseRemoval(was) }]
    return verdict === undefined ? [] : [{ id: release.id, action: 'update', fields, touches: [], ...verdict }]
  })
  const taken = new Set(made.flatMap((change) => change.renamedFrom ?? []))
  const removed = before.helmReleases.toReversed().filter(({ id }) => !wanted.has(id) && !taken.has(id))
  return [...made, ...removed.map((release): Change => ({ id: release.id, action: 'remove', fields: [], touches: dependents(release.id, before), ...judgeReleaseRemoval(release) }))]
}

function earlierRelease(release: HelmRelease, { helmReleases }: Plan, wanted: ReadonlyMap<string, HelmRelease>): HelmRelease | undefined {
  if (release.renamedFrom === undefined) return undefined
  return helmReleases.find(({ id, name, namespace }) => !wanted.has(id) && name === release.renamedFrom && namespace === release.namespace)
}

/** Secrets are made by an apply and never changed or deleted by one. */
function secretChanges(before: Plan, after: Plan): readonly Change[] {
  const idOf = ({ namespace, name, key }: SecretSource): string => `secret/${namespace}/${name}/${key}`
  const [old, wanted] = [new Set(before.secrets.map(idOf)), new Set(after.secrets.map(idOf))]
  return [
    ...after.secrets.filter((secret) => !old.has(idOf(secret))).map((secret) => added(idOf(secret), secret.reason)),
    ...before.secrets.filter((secret) => !wanted.has(idOf(secret))).map((secret): Change => ({ id: idOf(secret), action: 'remove', fields: [], touches: secret.before, ...safe(`key ${secret.key} of Secret ${secret.namespace}/${secret.name} is no longer made; the Secret that is there stays`) })),
  ]
}

/** Commands for a Proxmox host, which a person runs. */
function hostChanges(before: Plan, after: Plan): readonly Change[] {
  const [old, wanted] = [new Map(before.hostActions.map((action) => [action.id, action])), new Map(after.hostActions.map((action) => [action.id, action]))]
  const made = after.hostActions.flatMap((action): readonly Change[] => {
    const was: HostAction | undefined = old.get(action.id)
    if (was === undefined) return [added(action.id, action.reason)]
    const fields = differences(was.action, action.action)
    return fields.length === 0 ? [] : [{ id: action.id, action: 'update', fields, touches: [], ...safe('is to be changed on the host by hand') }]
  })
  const removed = before.hostActions.filter(({ id }) => !wanted.has(id))
  return [...made, ...removed.map(({ id }): Change => ({ id, action: 'remove', fields: [], touches: [], ...safe('is no longer needed on the host; it stays until it is taken away by hand') }))]
}
