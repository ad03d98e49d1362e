/** A pod's status from its containers. Pure. */
import type { Container as ContainerSpec, ContainerStatus, PodCondition, PodStatus } from 'kubernetes-types/core/v1'
import type { Pod } from '../controllers/objects.ts'
import { latestOf } from './container-steps.ts'
import type { ContainerStep } from './container-steps.ts'
import type { Container } from './runtime.ts'

export interface StatusFacts {
  readonly containers: readonly Container[]
  readonly step: ContainerStep
  readonly nowMs: number
  readonly hostIp: string
  /** undefined before its sandbox is there. */
  readonly podIp: string | undefined
  /** By container name: why it cannot be made. */
  readonly waiting: ReadonlyMap<string, { readonly reason: string; readonly message: string }>
}

export function podStatus(pod: Pod, facts: StatusFacts): PodStatus {
  const old = pod.status ?? {}
  const initContainerStatuses = (pod.spec.initContainers ?? []).map((spec) => containerStatus(spec, facts, 'PodInitializing', true))
  const waitingReason = (pod.spec.initContainers ?? []).length > 0 && !facts.step.initialized ? 'PodInitializing' : 'ContainerCreating'
  const containerStatuses = pod.spec.containers.map((spec) => containerStatus(spec, facts, waitingReason, false))
  const phase = phaseOf(pod, facts, containerStatuses)
  const ready = phase === 'Running' && containerStatuses.every((each) => each.ready)
  return {
    ...old,
    phase,
    conditions: conditionsOf(pod, facts, ready, phase),
    containerStatuses,
    ...(initContainerStatuses.length === 0 ? {} : { initContainerStatuses }),
    hostIP: facts.hostIp,
    hostIPs: [{ ip: facts.hostIp }],
    ...(facts.podIp === undefined ? {} : { podIP: facts.podIp, podIPs: [{ ip: facts.podIp }] }),
    startTime: old.startTime ?? iso(facts.nowMs),
    qosClass: old.qosClass ?? qosOf(pod),
  }
}

function phaseOf(pod: Pod, { step, containers }: StatusFacts, statuses: readonly ContainerStatus[]): string {
  if (pod.status?.phase === 'Succeeded' || pod.status?.phase === 'Failed') return pod.status.phase
  if (step.over !== undefined) return step.over
  const everRan = statuses.some(({ state, lastState }) => state?.running !== undefined || state?.terminated !== undefined || lastState?.terminated !== undefined)
  return everRan && containers.length > 0 ? 'Running' : 'Pending'
}

function containerStatus(spec: ContainerSpec, facts: StatusFacts, waitingReason: string, isInit: boolean): ContainerStatus {
  const mine = facts.containers.filter(({ spec: each }) => each.name === spec.name)
  const last = latestOf(mine).get(spec.name)
  const before = mine.find((each) => last !== undefined && each.spec.attempt === last.spec.attempt - 1)
  const running = last !== undefined && last.exitCode === undefined
  const backingOff = facts.step.backingOff.some(({ name }) => name === spec.name)
  const base = { name: spec.name, image: spec.image ?? '', imageID: last === undefined ? '' : `lab://${spec.image ?? ''}`, restartCount: last?.spec.attempt ?? 0 }
  const held = facts.waiting.get(spec.name)
  if (last === undefined) return { ...base, ready: false, started: false, state: { waiting: held ?? { reason: waitingReason } }, lastState: {} }
  const containerID = `containerd://${last.id}`
  if (running) return { ...base, containerID, ready: !isInit || spec.restartPolicy === 'Always', started: true, state: { running: { startedAt: iso(last.startedMs) } }, lastState: before === undefined ? {} : { terminated: terminated(before) } }
  if (backingOff) {
    const message = `back-off restarting failed container=${spec.name} pod=${last.spec.pod}_${last.spec.namespace}(${last.spec.podUid})`
    return { ...base, containerID, ready: false, started: false, state: { waiting: { reason: 'CrashLoopBackOff', message } }, lastState: { terminated: terminated(last) } }
  }
  return { ...base, containerID, ready: isInit && last.exitCode === 0, started: false, state: { terminated: terminated(last) }, lastState: before === undefined ? {} : { terminated: terminated(before) } }
}

function terminated({ id, exitCode = 0, startedMs, finishedMs = startedMs }: Container): NonNullable<NonNullable<ContainerStatus['state']>['terminated']> {
  return { exitCode, reason: exitCode === 0 ? 'Completed' : 'Error', startedAt: iso(startedMs), finishedAt: iso(finishedMs), containerID: `containerd://${id}` }
}

function conditionsOf(pod: Pod, facts: StatusFacts, ready: boolean, phase: string): PodCondition[] {
  const over = phase === 'Succeeded' || phase === 'Failed'
  const unready = over ? { reason: 'PodCompleted' } : { reason: 'ContainersNotReady', message: `containers with unready status: [${pod.spec.containers.map(({ name }) => name).join(' ')}]` }
  const wanted: PodCondition[] = [
    { type: 'PodReadyToStartContainers', status: facts.podIp === undefined || over ? 'False' : 'True' },
    { type: 'Initialized', status: facts.step.initialized || over ? 'True' : 'False', ...(facts.step.initialized || over ? {} : { reason: 'ContainersNotInitialized' }) },
    { type: 'Ready', status: ready ? 'True' : 'False', ...(ready ? {} : unready) },
    { type: 'ContainersReady', status: ready ? 'True' : 'False', ...(ready ? {} : unready) },
    { type: 'PodScheduled', status: 'True' },
  ]
  const old = pod.status?.conditions ?? []
  const dated = wanted.map((each) => {
    const before = old.find(({ type }) => type === each.type)
    return { ...each, lastTransitionTime: before?.status === each.status && before.lastTransitionTime !== undefined ? before.lastTransitionTime : iso(facts.nowMs) }
  })
  return [...dated, ...old.filter(({ type }) => !wanted.some((each) => each.type === type))]
}

/** Guaranteed needs limits that are requests, for cpu and memory, in each container. */
function qosOf(pod: Pod): string {
  const all = [...pod.spec.containers, ...(pod.spec.initContainers ?? [])]
  const asks = all.some(({ resources }) => Object.keys(resources?.requests ?? {}).length + Object.keys(resources?.limits ?? {}).length > 0)
  const firm = all.every(({ resources }) => ['cpu', 'memory'].every((name) => resources?.limits?.[name] !== undefined && (resources.requests?.[name] ?? resources.limits[name]) === resources.limits[name]))
  if (firm) return 'Guaranteed'
  return asks ? 'Burstable' : 'BestEffort'
}

function iso(ms: number): string {
  return new Date(Math.floor(ms / 1000) * 1000).toISOString().replace('.000Z', 'Z')
}
