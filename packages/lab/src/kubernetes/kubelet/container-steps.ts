/** What a pod's containers need next: init containers in order, then all others, restarted as the policy says. Pure. */
import type { Container as ContainerSpec } from 'kubernetes-types/core/v1'
import type { Pod } from '../controllers/objects.ts'
import type { Container } from './runtime.ts'

const firstBackoffMs = 10_000
const lastBackoffMs = 300_000
/** A container that ran this long starts its back-off anew. */
const forgiveAfterMs = 600_000

export interface ContainerStep {
  readonly start: readonly { readonly spec: ContainerSpec; readonly isInit: boolean; readonly attempt: number }[]
  /** Containers in back-off, and when the first of them may start: milliseconds since the epoch. */
  readonly backingOff: readonly { readonly name: string; readonly untilMs: number }[]
  /** All there is to do has been done. */
  readonly over: 'Succeeded' | 'Failed' | undefined
  readonly initialized: boolean
}

/** The last container of each name, by name. */
export function latestOf(containers: readonly Container[]): ReadonlyMap<string, Container> {
  const latest = new Map<string, Container>()
  for (const each of containers) {
    const known = latest.get(each.spec.name)
    if (known === undefined || known.spec.attempt <= each.spec.attempt) latest.set(each.spec.name, each)
  }
  return latest
}

export function nextStep(pod: Pod, containers: readonly Container[], nowMs: number): ContainerStep {
  const latest = latestOf(containers)
  const policy = pod.spec.restartPolicy ?? 'Always'
  const inits = pod.spec.initContainers ?? []
  const starts: { spec: ContainerSpec; isInit: boolean; attempt: number }[] = []
  const waits: { name: string; untilMs: number }[] = []
  const startOrWait = (spec: ContainerSpec, isInit: boolean): void => {
    const last = latest.get(spec.name)
    const untilMs = last === undefined ? 0 : backoffUntil(last)
    if (untilMs > nowMs) waits.push({ name: spec.name, untilMs })
    else starts.push({ spec, isInit, attempt: last === undefined ? 0 : last.spec.attempt + 1 })
  }
  const step = (over: ContainerStep['over'], initialized: boolean): ContainerStep => ({ start: starts, backingOff: waits, over, initialized })
  for (const spec of inits) {
    const last = latest.get(spec.name)
    const isSidecar = spec.restartPolicy === 'Always'
    if (last !== undefined && last.exitCode === undefined) {
      if (isSidecar) continue
      return step(undefined, false)
    }
    if (last?.exitCode === 0 && !isSidecar) continue
    if (last !== undefined && policy === 'Never' && !isSidecar) return step('Failed', false)
    startOrWait(spec, true)
    if (!isSidecar || last === undefined) return step(undefined, false)
  }
  const exits = pod.spec.containers.map((spec) => latest.get(spec.name)?.exitCode)
  for (const [index, spec] of pod.spec.containers.entries()) {
    const last = latest.get(spec.name)
    const exit = exits[index]
    if (last === undefined) startOrWait(spec, false)
    else if (exit !== undefined && (policy === 'Always' || (policy === 'OnFailure' && exit !== 0))) startOrWait(spec, false)
  }
  const allEnded = exits.every((exit) => exit !== undefined) && starts.length === 0 && waits.length === 0
  return step(allEnded ? (exits.every((exit) => exit === 0) ? 'Succeeded' : 'Failed') : undefined, true)
}

/** 10 s, 20 s, … 5 min after its end; the first restart is at once. */
function backoffUntil({ spec, startedMs, finishedMs = startedMs }: Container): number {
  if (spec.attempt === 0 || finishedMs - startedMs >= forgiveAfterMs) return 0
  return finishedMs + Math.min(lastBackoffMs, firstBackoffMs * 2 ** Math.min(spec.attempt - 1, 10))
}
