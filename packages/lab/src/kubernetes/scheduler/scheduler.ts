/** kube-scheduler, as far as volumes go: one pod at a time, each an event of the clock; binding goes on beside it. */
import type { Cancel } from '@stowage/effects'
import type { PodCondition } from 'kubernetes-types/core/v1'
import { ApiStatusError } from '../api/api.ts'
import type { Controller, ControllerParts } from '../controllers/controller.ts'
import { isDeleted, isPodOver, keyOf, splitKey } from '../controllers/objects.ts'
import type { Pod } from '../controllers/objects.ts'
import { changeStatus, sameJson, timestamp } from '../controllers/write.ts'
import { bindingState, wantsOtherNode, writeDecision } from './bind-volumes.ts'
import { chooseNode } from './choose-node.ts'
import type { Cluster, Placement } from './choose-node.ts'
import { NodeAttachments } from './node-attachments.ts'
import { PendingPods } from './pending-pods.ts'
import { hasPodAffinity } from './pod-affinity.ts'
import type { PlacedPod } from './pod-affinity.ts'

/** kube-scheduler's bindTimeoutSeconds. */
const bindTimeoutMs = 600_000

/** A pod that has its node in the scheduler's mind, and not yet in the cache. */
interface Assumed {
  readonly pod: Pod
  readonly placement: Placement
  /** Ends the wait for volumes that takes too long; undefined once it is bound. */
  timeout: Cancel | undefined
}

export function startScheduler(parts: ControllerParts): Controller {
  const scheduler = new Scheduler(parts)
  return { stop: () => scheduler.stop() }
}

class Scheduler {
  readonly #parts: ControllerParts
  readonly #pending: PendingPods
  readonly #assumed = new Map<string, Assumed>()
  readonly #assumedOn = new Map<string, Set<string>>()
  /** What `#podsOn` found, until something on the node changes. */
  readonly #known = new Map<string, readonly Pod[]>()
  readonly #attachments: NodeAttachments
  readonly #cluster: Cluster
  #keepsApart = 0
  #turn = false
  #stopped = false

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#pending = new PendingPods(parts.clock, () => this.#wake())
    this.#attachments = new NodeAttachments(parts.caches, {
      podsOn: (node) => this.#podsOn(node),
      nodeOf: (pod) => pod.spec.nodeName ?? this.#assumed.get(keyOf(pod))?.placement.node,
    })
    this.#cluster = {
      api: parts.api,
      caches: parts.caches,
      random: parts.random,
      podsOn: (node) => this.#podsOn(node),
      attachedTo: (node) => this.#attachments.on(node),
      placedPods: (pod) => (this.#keepsApart > 0 || hasPodAffinity(pod) ? this.#placedPods() : undefined),
    }
    this.#listen()
  }

  stop(): void {
    this.#stopped = true
    this.#pending.stop()
    for (const { timeout } of this.#assumed.values()) timeout?.()
  }

  #listen(): void {
    const { pods, claims, volumes, classes, nodes, csiNodes, csiDrivers, attachments, capacities } = this.#parts.caches
    pods.onChange(({ type, object, previous }) => {
      this.#keepsApart += Number(type !== 'DELETED' && hasPodAffinity(object)) - Number(previous !== undefined && hasPodAffinity(previous))
      const key = keyOf(object)
      this.#forgetNode(object.spec.nodeName ?? '')
      if ((object.spec.nodeName ?? '') !== '' || type === 'DELETED') this.#unassume(key)
      if (type === 'DELETED' || isPodOver(object)) {
        this.#pending.forget(key)
        if ((object.spec.nodeName ?? '') !== '') this.#pending.retryAll()
      } else if (isOurs(object) && !this.#assumed.has(key)) this.#pending.add(key)
    })
    claims.onChange(({ object }) => {
      for (const pod of pods.by('claim', keyOf(object))) {
        this.#pending.retry(keyOf(pod))
        this.#continue(keyOf(pod))
      }
    })
    volumes.onChange(({ type, previous, object }) => {
      if (type === 'ADDED' || previous?.status?.phase !== object.status?.phase || previous?.spec.nodeAffinity !== object.spec.nodeAffinity) this.#pending.retryAll()
    })
    nodes.onChange(({ type, previous, object }) => {
      if (type === 'ADDED' || !sameJson([previous?.spec, previous?.metadata.labels, previous?.status?.allocatable], [object.spec, object.metadata.labels, object.status?.allocatable])) this.#pending.retryAll()
    })
    attachments.onChange(({ type }) => type === 'DELETED' && this.#pending.retryAll())
    for (const each of [classes, csiNodes, csiDrivers, capacities]) each.onChange(() => this.#pending.retryAll())
  }

  #wake(): void {
    if (this.#turn || this.#stopped) return
    this.#turn = true
    this.#parts.clock.after(0, () => {
      this.#turn = false
      const key = this.#pending.next()
      if (key !== undefined) this.#schedule(key)
      if (!this.#pending.isEmpty) this.#wake()
    })
  }

  #schedule(key: string): void {
    const { name, namespace } = splitKey(key)
    const pod = this.#parts.api.get<Pod>('pods', name, namespace)
    if (pod === undefined || !isOurs(pod) || isPodOver(pod) || this.#assumed.has(key)) return this.#pending.forget(key)
    if (isDeleted(pod)) return this.#parts.api.event(pod, 'Warning', 'FailedScheduling', `skip schedule deleting pod: ${namespace}/${name}`)
    if ((pod.spec.schedulingGates ?? []).length > 0) return this.#refuse(pod, 'Scheduling is blocked due to non-empty scheduling gates', 'SchedulingGated')
    const answer = chooseNode(this.#cluster, pod)
    if ('refusal' in answer) return this.#refuse(pod, answer.refusal)
    this.#assume(key, pod, answer.placement)
    try {
      writeDecision(this.#parts.api, answer.placement.decision, answer.placement.node)
    } catch (error) {
      return this.#giveUp(key, error instanceof Error ? error.message : String(error))
    }
    this.#continue(key)
  }

  #assume(key: string, pod: Pod, placement: Placement): void {
    const timeout = this.#parts.clock.after(bindTimeoutMs, () => this.#giveUp(key, 'binding volumes: context deadline exceeded'))
    this.#assumed.set(key, { pod, placement, timeout })
    const there = this.#assumedOn.get(placement.node) ?? new Set()
    this.#assumedOn.set(placement.node, there.add(key))
    this.#forgetNode(placement.node)
  }

  #unassume(key: string): void {
    const assumed = this.#assumed.get(key)
    assumed?.timeout?.()
    this.#assumed.delete(key)
    if (assumed === undefined) return
    this.#assumedOn.get(assumed.placement.node)?.delete(key)
    this.#forgetNode(assumed.placement.node)
  }

  #forgetNode(node: string): void {
    this.#known.delete(node)
    this.#attachments.forget(node)
  }

  /** Binds the pod once its volumes are. */
  #continue(key: string): void {
    const assumed = this.#assumed.get(key)
    if (assumed?.timeout === undefined) return
    const { pod, placement } = assumed
    const otherNode = wantsOtherNode(this.#parts.api, placement.decision)
    if (otherNode !== undefined) return this.#giveUp(key, otherNode)
    const state = bindingState(this.#parts.api, pod, placement.node)
    if (state === 'waiting') return
    if (typeof state === 'object') return this.#giveUp(key, state.failed)
    this.#bind(key, assumed)
  }

  #bind(key: string, assumed: Assumed): void {
    const { pod, placement } = assumed
    const { name, namespace = '' } = pod.metadata
    try {
      this.#parts.api.bind(namespace, name, placement.node)
    } catch (error) {
      if (error instanceof ApiStatusError && error.code === 404) return this.#unassume(key)
      return this.#giveUp(key, `Binding rejected: ${error instanceof Error ? error.message : String(error)}`)
    }
    assumed.timeout?.()
    assumed.timeout = undefined
    this.#pending.forget(key)
    this.#parts.api.event(pod, 'Normal', 'Scheduled', `Successfully assigned ${namespace}/${name} to ${placement.node}`)
  }

  #giveUp(key: string, message: string): void {
    const assumed = this.#assumed.get(key)
    this.#unassume(key)
    if (assumed === undefined) return
    const pod = this.#parts.api.get<Pod>('pods', assumed.pod.metadata.name, assumed.pod.metadata.namespace)
    if (pod === undefined || pod.metadata.uid !== assumed.pod.metadata.uid) return
    this.#refuse(pod, message, 'SchedulerError')
    this.#pending.retry(key)
  }

  #refuse(pod: Pod, message: string, reason = 'Unschedulable'): void {
    if (reason !== 'SchedulingGated') this.#parts.api.event(pod, 'Warning', 'FailedScheduling', message)
    this.#pending.failed(keyOf(pod))
    const condition: PodCondition = { type: 'PodScheduled', status: 'False', reason, message }
    changeStatus<Pod>(this.#parts.api, 'pods', pod, (current) => {
      const conditions = current.status?.conditions ?? []
      const old = conditions.find(({ type }) => type === 'PodScheduled')
      const since = old?.status === 'False' ? old.lastTransitionTime : undefined
      const dated = { ...condition, lastTransitionTime: since ?? timestamp(this.#parts.clock) }
      return { ...current.status, conditions: [...conditions.filter(({ type }) => type !== 'PodScheduled'), dated] }
    })
  }

  #podsOn(node: string): readonly Pod[] {
    const cached = this.#known.get(node)
    if (cached !== undefined) return cached
    const known = this.#parts.caches.pods.by('node', node).filter((pod) => !isPodOver(pod))
    const assumed = [...(this.#assumedOn.get(node) ?? [])].flatMap((key) => this.#assumed.get(key)?.pod ?? [])
    const all = [...known, ...assumed]
    this.#known.set(node, all)
    return all
  }

  #placedPods(): readonly PlacedPod[] {
    return [...this.#parts.caches.nodes.all()].flatMap((node) => this.#podsOn(node.metadata.name).map((pod) => ({ pod, node })))
  }
}

function isOurs(pod: Pod): boolean {
  return (pod.spec.nodeName ?? '') === '' && (pod.spec.schedulerName ?? 'default-scheduler') === 'default-scheduler'
}
