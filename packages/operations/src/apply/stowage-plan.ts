import type { HelmRelease, HostAction, Phase, Ready, SecretSource } from '@stowage/module'
import { phases } from '@stowage/module/plan/plan'

/** The parts of a Plan of @stowage/module that applying needs; a Plan is one. */
export interface AppliablePlan {
  readonly name: string
  readonly namespace: string
  readonly objects: readonly AppliableObject[]
  readonly needs?: readonly NeededObject[]
  readonly helmReleases?: readonly HelmRelease[]
  readonly secrets?: readonly SecretSource[]
  readonly hostActions?: readonly HostAction[]
}

export interface PlainObject {
  readonly apiVersion: string
  readonly kind: string
  readonly metadata: { readonly name: string; readonly namespace?: string }
  readonly [field: string]: unknown
}

export interface AppliableObject {
  /** `apps/Deployment/storage-system/stowage-controller`. */
  readonly id: string
  readonly object: PlainObject
  readonly reason: string
  readonly dependsOn?: readonly string[]
  readonly holdsData?: boolean
  readonly phase?: Phase
  /** What losing it would destroy, as a sentence. */
  readonly losing?: string
  /** What later phases wait for. */
  readonly ready?: Ready
  /** Id under which an earlier plan knew it. */
  readonly renamedFrom?: string
}

/** What must be there already, and is never made by an apply. */
export interface NeededObject {
  readonly kind: 'Secret' | 'Namespace' | 'Node' | 'CustomResourceDefinition'
  readonly name: string
  readonly namespace?: string
  readonly reason: string
}

/** What the plan makes, one thing at a time. */
export type PlanItem = { readonly id: string; readonly phase?: Phase; readonly dependsOn?: readonly string[] } & ({ readonly object: AppliableObject } | { readonly release: HelmRelease })

/** Objects and releases by phase, within one phase the releases first (they bring the kinds that objects are of), each after what it depends on. */
export function itemsInOrder({ objects, helmReleases = [] }: AppliablePlan): readonly PlanItem[] {
  const items: readonly PlanItem[] = [
    ...helmReleases.map((release) => ({ id: release.id, phase: release.phase, dependsOn: release.dependsOn, release })),
    ...objects.map((object) => ({ id: object.id, ...(object.phase !== undefined && { phase: object.phase }), ...(object.dependsOn !== undefined && { dependsOn: object.dependsOn }), object })),
  ]
  const place = ({ phase }: PlanItem): number => (phase === undefined ? phases.length : phases.indexOf(phase))
  return inOrder(items.toSorted((one, other) => place(one) - place(other)))
}

/**
 * The items with each after what it depends on, otherwise in the plan's order. Throws RangeError for a circle. A
 * dependency that is not in the plan is someone else's, and does not order anything.
 */
export function inOrder<T extends { readonly id: string; readonly dependsOn?: readonly string[] }>(objects: readonly T[]): readonly T[] {
  const byId = new Map(objects.map((planned) => [planned.id, planned]))
  const done = new Set<string>()
  const ordered: T[] = []
  const visit = (planned: T, trail: readonly string[]): void => {
    if (done.has(planned.id)) return
    if (trail.includes(planned.id)) throw new RangeError(`the plan goes in a circle: ${[...trail, planned.id].join(' → ')}`)
    for (const id of planned.dependsOn ?? []) {
      const before = byId.get(id)
      if (before !== undefined) visit(before, [...trail, planned.id])
    }
    done.add(planned.id)
    ordered.push(planned)
  }
  for (const planned of objects) visit(planned, [])
  return ordered
}
