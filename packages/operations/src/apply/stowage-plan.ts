/** The parts of a Plan of @stowage/module that applying needs; a Plan is one. */
export interface AppliablePlan {
  readonly name: string
  readonly namespace: string
  readonly objects: readonly AppliableObject[]
  readonly needs?: readonly NeededObject[]
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
}

/** What must be there already, and is never made by an apply. */
export interface NeededObject {
  readonly kind: 'Secret' | 'Namespace' | 'Node'
  readonly name: string
  readonly namespace?: string
  readonly reason: string
}

/**
 * The objects with each after what it depends on, otherwise in the plan's order. Throws RangeError for a circle. A
 * dependency that is not in the plan is someone else's, and does not order anything.
 */
export function inOrder(objects: readonly AppliableObject[]): readonly AppliableObject[] {
  const byId = new Map(objects.map((planned) => [planned.id, planned]))
  const done = new Set<string>()
  const ordered: AppliableObject[] = []
  const visit = (planned: AppliableObject, trail: readonly string[]): void => {
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
