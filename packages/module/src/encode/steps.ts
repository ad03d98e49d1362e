/**
 * The plan in the order in which it is applied. A step is all objects of one phase, or the releases of a phase that wait for the same.
 * Which step an object is in follows from the object alone, never from what else is declared: GitOps tools prune what has moved elsewhere.
 */
import { StorageError } from '@stowage/core'
import { noSecrets } from './no-secrets.ts'
import { phases, type HelmRelease, type Phase, type Plan, type PlannedObject } from '../plan/plan.ts'

interface Place {
  /** `classes`; `locations-after` for objects that wait for a release of their own phase; `helm-velero` for a release. */
  readonly name: string
  readonly phase: Phase
  /** 5 to 99: five for each phase. What has the same may be applied at once. */
  readonly order: number
  /** `60-classes`: sorts as it is applied. */
  readonly file: string
}

export interface ObjectStep extends Place {
  readonly kind: 'objects'
  readonly objects: readonly PlannedObject[]
}

export interface ReleaseStep extends Place {
  readonly kind: 'release'
  readonly release: HelmRelease
}

export type Step = ObjectStep | ReleaseStep

/** Steps in order. Throws `internal` when a phase would need more turns between objects and releases than there are. */
export function stepsOf(plan: Plan): readonly Step[] {
  noSecrets(plan)
  eachOnce(plan)
  const names = plan.helmReleases.map(releaseName)
  const twice = names.find((name, index) => names.indexOf(name) !== index)
  if (twice !== undefined) throw new StorageError('internal', `two releases are called ${twice}: files and Applications are named after them; report this with the declaration`)
  const [objects, releases] = [byPhase(plan.objects), byPhase(plan.helmReleases)]
  return phases.flatMap((phase, index) => stepsOfPhase(phase, (index + 1) * 5, objects.get(phase) ?? [], releases.get(phase) ?? []))
}

/** Of two objects with one id the later would silently replace the first. */
function eachOnce({ objects }: Plan): void {
  const seen = new Set<string>()
  for (const { id } of objects) {
    if (seen.has(id)) throw new StorageError('internal', `${id} would be made twice, once in place of the other; nothing was rendered; rename one of the two, and report this with the declaration`)
    seen.add(id)
  }
}

/** In one pass: a plan may hold tens of thousands of objects. */
function byPhase<T extends { readonly phase: Phase }>(items: readonly T[]): ReadonlyMap<Phase, readonly T[]> {
  const groups = new Map<Phase, T[]>()
  for (const item of items) {
    const group = groups.get(item.phase)
    if (group === undefined) groups.set(item.phase, [item])
    else group.push(item)
  }
  return groups
}

function stepsOfPhase(phase: Phase, first: number, objects: readonly PlannedObject[], releases: readonly HelmRelease[]): readonly Step[] {
  const late = releases.length === 0 ? new Set<string>() : behindReleases(objects, releases)
  return [
    ...objectStep(phase, phase, first, late.size === 0 ? objects : objects.filter(({ id }) => !late.has(id))),
    ...releaseSteps(phase, first, releases, late),
    ...objectStep(`${phase}-after`, phase, first + 4, late.size === 0 ? [] : objects.filter(({ id }) => late.has(id))),
  ]
}

function objectStep(name: string, phase: Phase, order: number, objects: readonly PlannedObject[]): readonly ObjectStep[] {
  return objects.length === 0 ? [] : [{ kind: 'objects', name, phase, order, file: `${numbered(order)}-${name}`, objects }]
}

/** Objects that depend, through others of the phase too, on one of its releases. */
function behindReleases(objects: readonly PlannedObject[], releases: readonly HelmRelease[]): ReadonlySet<string> {
  const behind = new Set(releases.map(({ id }) => id))
  for (let before = -1; before !== behind.size; ) {
    before = behind.size
    for (const { id, dependsOn } of objects) if (dependsOn.some((one) => behind.has(one))) behind.add(id)
  }
  return new Set(objects.map(({ id }) => id).filter((id) => behind.has(id)))
}

function releaseSteps(phase: Phase, first: number, releases: readonly HelmRelease[], late: ReadonlySet<string>): readonly ReleaseStep[] {
  const ranks = new Map<string, number>()
  const waiting = new Set(releases)
  for (let rank = 1; waiting.size > 0; rank += 1) {
    const ready = [...waiting].filter(({ dependsOn }) => dependsOn.every((id) => !late.has(id) && ![...waiting].some((other) => other.id === id)))
    if (ready.length === 0 || rank > 3) {
      throw new StorageError('internal', `the releases ${[...waiting].map(({ id }) => id).join(', ')} of phase ${phase} cannot be put into an order; report this with the declaration`)
    }
    for (const release of ready) {
      ranks.set(release.id, rank)
      waiting.delete(release)
    }
  }
  const steps = releases.map((release): ReleaseStep => {
    const order = first + (ranks.get(release.id) ?? 1)
    const name = `helm-${releaseName(release)}`
    return { kind: 'release', name, phase, order, file: `${numbered(order)}-${name}`, release }
  })
  return steps.toSorted((a, b) => a.order - b.order)
}

function numbered(order: number): string {
  return String(order).padStart(2, '0')
}

/** Helm cannot rename a release: one that has another name now goes on under its first one for as long as `renamedFrom` stands. */
export function releaseName({ name, renamedFrom }: HelmRelease): string {
  return renamedFrom?.slice(renamedFrom.lastIndexOf('/') + 1) ?? name
}

/** What no tool may uninstall by itself: a release that holds data, or whose kinds other objects are of. */
export function releaseMustStay({ holdsData, crds }: HelmRelease): boolean {
  return holdsData || crds.length > 0
}

/** Steps that come directly before: all that share the nearest smaller order. */
export function stepsBefore<T extends { readonly order: number }>(steps: readonly T[], { order }: { readonly order: number }): readonly T[] {
  const nearest = Math.max(...steps.map((step) => step.order).filter((one) => one < order))
  return steps.filter((step) => step.order === nearest)
}
