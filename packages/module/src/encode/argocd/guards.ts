/** What Argo CD is told about single objects: what it may not remove, what it must replace, in which order within a step. */
import type { KubernetesObject, PlannedObject } from '../../plan/plan.ts'
import { annotated, mustStay } from '../delivery-annotations.ts'

const optionsKey = 'argocd.argoproj.io/sync-options'
const waveKey = 'argocd.argoproj.io/sync-wave'

export function guarded(planned: PlannedObject, wave: number): KubernetesObject {
  const options = syncOptions(planned)
  const own = planned.object.metadata.annotations?.[optionsKey]?.split(',').map((one) => one.trim()) ?? []
  const merged = [...options, ...own.filter((one) => !options.some((ours) => ours.split('=')[0] === one.split('=')[0]))]
  const wanted = { ...(merged.length === 0 ? {} : { [optionsKey]: merged.join(',') }), ...(wave === 0 ? {} : { [waveKey]: String(wave) }) }
  return annotated(withoutOptions(planned.object), wanted)
}

/** A StorageClass cannot be changed, only replaced: bound volumes keep the old terms. Definitions are never replaced: every object of the kind would go. */
function syncOptions(planned: PlannedObject): readonly string[] {
  if (mustStay(planned)) return ['Prune=false', 'Delete=false']
  return planned.object.kind === 'StorageClass' ? ['Force=true', 'Replace=true'] : []
}

function withoutOptions(object: KubernetesObject): KubernetesObject {
  if (object.metadata.annotations?.[optionsKey] === undefined) return object
  const annotations = Object.fromEntries(Object.entries(object.metadata.annotations).filter(([key]) => key !== optionsKey))
  return { ...object, metadata: { ...object.metadata, annotations } }
}

/** How many others of the same step must be there first, one after another. */
export function wavesWithin(objects: readonly PlannedObject[]): ReadonlyMap<string, number> {
  const byId = new Map(objects.map((planned) => [planned.id, planned]))
  const waves = new Map<string, number>()
  const waveOf = (id: string, trail: ReadonlySet<string>): number => {
    const known = waves.get(id)
    const planned = byId.get(id)
    if (known !== undefined || planned === undefined || trail.has(id)) return known ?? 0
    const within = planned.dependsOn.filter((one) => byId.has(one))
    const wave = within.length === 0 ? 0 : 1 + Math.max(...within.map((one) => waveOf(one, new Set([...trail, id]))))
    waves.set(id, wave)
    return wave
  }
  for (const { id } of objects) waveOf(id, new Set())
  return waves
}
