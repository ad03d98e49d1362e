/** How a Deployment shares its replicas between the new ReplicaSet and the old ones. Pure. */
import type { Deployment, ReplicaSet } from '../objects.ts'
import { resolvePercent } from './pod-template.ts'

export interface Scaling {
  readonly set: ReplicaSet
  readonly replicas: number
}

export interface RolloutLimits {
  readonly maxSurge: number
  readonly maxUnavailable: number
}

/** Surge is rounded up, unavailable down; when both come to nothing, one may be unavailable. */
export function limitsOf(deployment: Deployment): RolloutLimits {
  const total = deployment.spec.replicas ?? 1
  const { maxSurge, maxUnavailable } = deployment.spec.strategy?.rollingUpdate ?? {}
  const surge = resolvePercent(maxSurge, total, '25%', true)
  const unavailable = resolvePercent(maxUnavailable, total, '25%', false)
  return { maxSurge: surge, maxUnavailable: surge === 0 && unavailable === 0 ? 1 : unavailable }
}

const replicasOf = (set: ReplicaSet): number => set.spec.replicas ?? 0
const availableOf = (set: ReplicaSet): number => set.status?.availableReplicas ?? 0
const sum = (sets: readonly ReplicaSet[], of: (set: ReplicaSet) => number): number => sets.reduce((total, set) => total + of(set), 0)

/** `old` in the order of creation. */
export function nextScaling(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[], podsOfOldRun: boolean): readonly Scaling[] {
  const wanted = deployment.spec.replicas ?? 1
  if (deployment.spec.strategy?.type === 'Recreate') return recreate(current, old, wanted, podsOfOldRun)
  const { maxSurge, maxUnavailable } = limitsOf(deployment)
  const up = scaleUp(current, old, wanted, maxSurge)
  if (up !== undefined) return [up]
  return scaleDown(current, old, wanted, maxUnavailable)
}

function recreate(current: ReplicaSet, old: readonly ReplicaSet[], wanted: number, podsOfOldRun: boolean): readonly Scaling[] {
  const running = old.filter((set) => replicasOf(set) > 0)
  if (running.length > 0) return running.map((set) => ({ set, replicas: 0 }))
  return podsOfOldRun || replicasOf(current) === wanted ? [] : [{ set: current, replicas: wanted }]
}

function scaleUp(current: ReplicaSet, old: readonly ReplicaSet[], wanted: number, maxSurge: number): Scaling | undefined {
  if (replicasOf(current) > wanted) return { set: current, replicas: wanted }
  if (replicasOf(current) === wanted) return undefined
  const room = wanted + maxSurge - sum([current, ...old], replicasOf)
  const more = Math.min(room, wanted - replicasOf(current))
  return more > 0 ? { set: current, replicas: replicasOf(current) + more } : undefined
}

function scaleDown(current: ReplicaSet, old: readonly ReplicaSet[], wanted: number, maxUnavailable: number): readonly Scaling[] {
  const minAvailable = wanted - maxUnavailable
  const newUnavailable = replicasOf(current) - availableOf(current)
  let room = sum([current, ...old], replicasOf) - minAvailable - newUnavailable
  const scalings = new Map<ReplicaSet, number>()
  for (const set of old) {
    const unhealthy = Math.min(room, replicasOf(set) - availableOf(set))
    if (unhealthy <= 0) continue
    room -= unhealthy
    scalings.set(set, replicasOf(set) - unhealthy)
  }
  let spare = sum([current, ...old], availableOf) - minAvailable
  for (const set of old) {
    const left = scalings.get(set) ?? replicasOf(set)
    const fewer = Math.min(spare, room, left)
    if (fewer <= 0) continue
    spare -= fewer
    room -= fewer
    scalings.set(set, left - fewer)
  }
  return [...scalings].filter(([set, replicas]) => replicas !== replicasOf(set)).map(([set, replicas]) => ({ set, replicas }))
}
