/** The node lifecycle controller: a node whose lease is not renewed is not ready, is tainted, and loses its pods in time. */
import type { Taint } from 'kubernetes-types/core/v1'
import type { StartController } from '../controller.ts'
import { every } from '../controller.ts'
import type { Node, Pod } from '../objects.ts'
import { isDeleted, isPodOver } from '../objects.ts'
import { change, changeStatus, remove, timestamp } from '../write.ts'
import { tolerates } from '../../scheduler/taints.ts'

const monitorPeriodMs = 5_000
/** nodeMonitorGracePeriod since 1.32. */
const graceMs = 50_000
/** What the DefaultTolerationSeconds admission gives to a pod that says nothing. */
const defaultTolerationSeconds = 300

const unreachable = 'node.kubernetes.io/unreachable'
const notReady = 'node.kubernetes.io/not-ready'
const outOfService = 'node.kubernetes.io/out-of-service'

export const startNodeLifecycle: StartController = (parts) => {
  const { api, caches, clock } = parts
  const seen = new Map<string, { renewTime: string | undefined; at: number }>()
  const look = (): void => {
    for (const cached of caches.nodes.all()) {
      const node = api.get<Node>('nodes', cached.metadata.name)
      if (node === undefined) continue
      const renewTime = caches.leases.get(node.metadata.name, 'kube-node-lease')?.spec?.renewTime
      const last = seen.get(node.metadata.name)
      if (last === undefined || last.renewTime !== renewTime) seen.set(node.metadata.name, { renewTime, at: clock.monotonic() })
      else if (clock.monotonic() - last.at > graceMs) markUnknown(node)
      taint(node)
    }
    evict()
  }
  const markUnknown = (node: Node): void => {
    if (readiness(node) === 'Unknown') return
    changeStatus<Node>(api, 'nodes', node, (current) => ({
      ...current.status,
      conditions: (current.status?.conditions ?? []).map((each) => ({ ...each, status: 'Unknown', reason: 'NodeStatusUnknown', message: 'Kubelet stopped posting node status.', lastTransitionTime: timestamp(clock) })),
    }))
    for (const pod of caches.pods.by('node', node.metadata.name)) markPodUnready(pod)
    api.event(node, 'Normal', 'NodeNotReady', `Node ${node.metadata.name} status is now: NodeNotReady`)
  }
  const markPodUnready = (pod: Pod): void => {
    changeStatus<Pod>(api, 'pods', pod, (current) => {
      if (!(current.status?.conditions ?? []).some(({ type, status }) => type === 'Ready' && status === 'True')) return undefined
      return { ...current.status, conditions: current.status?.conditions?.map((each) => (each.type === 'Ready' ? { ...each, status: 'False', lastTransitionTime: timestamp(clock) } : each)) }
    })
  }
  const taint = (cached: Node): void => {
    const node = api.get<Node>('nodes', cached.metadata.name)
    if (node === undefined) return
    const wanted = taintsFor(node)
    const ours = (each: Taint): boolean => [unreachable, notReady].includes(each.key)
    const current = (node.spec.taints ?? []).filter(ours)
    if (current.length === wanted.length && wanted.every((taint) => current.some(({ key, effect }) => key === taint.key && effect === taint.effect))) return
    change<Node>(api, 'nodes', node, (latest) => {
      const kept = (latest.spec.taints ?? []).filter((each) => !ours(each) || wanted.some(({ key, effect }) => key === each.key && effect === each.effect))
      const added = wanted.filter((each) => !kept.some(({ key, effect }) => key === each.key && effect === each.effect)).map((each) => (each.effect === 'NoExecute' ? { ...each, timeAdded: timestamp(clock) } : each))
      return { ...latest, spec: { ...latest.spec, taints: [...kept, ...added] } }
    })
  }
  /** Taint eviction, and pod garbage collection on nodes that are out of service or gone. */
  const evict = (): void => {
    for (const node of caches.nodes.all()) {
      const taints = (node.spec.taints ?? []).filter(({ effect }) => effect === 'NoExecute')
      if (taints.length === 0) continue
      for (const pod of caches.pods.by('node', node.metadata.name)) {
        const lost = taints.some(({ key }) => key === outOfService) && readiness(node) !== 'True'
        if (lost && isDeleted(pod)) remove(api, 'pods', pod, { gracePeriodSeconds: 0 })
        else if (!isDeleted(pod) && !isPodOver(pod) && isTimeUp(pod, taints)) {
          api.event(pod, 'Normal', 'TaintManagerEviction', `Marking for deletion Pod ${pod.metadata.namespace}/${pod.metadata.name}`)
          remove(api, 'pods', pod)
        }
      }
    }
    for (const pod of caches.pods.all()) {
      const name = pod.spec.nodeName ?? ''
      if (name !== '' && caches.nodes.get(name) === undefined && api.get('nodes', name) === undefined) remove(api, 'pods', pod, { gracePeriodSeconds: 0 })
    }
  }
  const isTimeUp = (pod: Pod, taints: readonly Taint[]): boolean =>
    taints.some((taint) => {
      const seconds = secondsTolerated(pod, taint)
      const since = taint.timeAdded === undefined ? clock.now() : Date.parse(taint.timeAdded)
      return seconds !== undefined && clock.now() - since >= seconds * 1000
    })
  caches.nodes.onChange(({ type, object, previous }) => {
    if (type !== 'DELETED' && (previous === undefined || readiness(previous) !== readiness(object))) taint(object)
  })
  return every(parts, monitorPeriodMs, look)
}

/** undefined: for ever. */
function secondsTolerated(pod: Pod, taint: Taint): number | undefined {
  const matching = (pod.spec.tolerations ?? []).filter((each) => tolerates(each, taint))
  if (matching.length === 0) return taint.key === unreachable || taint.key === notReady ? defaultTolerationSeconds : 0
  const limits = matching.flatMap(({ tolerationSeconds }) => (tolerationSeconds === undefined ? [] : [tolerationSeconds]))
  return limits.length === 0 ? undefined : Math.max(0, Math.min(...limits))
}

function readiness(node: Node): string {
  return node.status?.conditions?.find(({ type }) => type === 'Ready')?.status ?? 'Unknown'
}

function taintsFor(node: Node): readonly Taint[] {
  const ready = readiness(node)
  if (ready === 'True') return []
  const key = ready === 'Unknown' && node.status?.conditions !== undefined ? unreachable : notReady
  return [{ key, effect: 'NoSchedule' }, { key, effect: 'NoExecute' }]
}
