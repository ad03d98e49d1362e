/** The ReplicaSet controller. */
import { matchesLabelSelector } from '../label-match.ts'
import type { Controller, ControllerParts, StartController } from '../controller.ts'
import { queueOf } from '../controller.ts'
import type { Pod, ReplicaSet } from '../objects.ts'
import { controlledBy, controllerOf, isDeleted, isPodOver, isPodReady, keyOf, splitKey } from '../objects.ts'
import { change, changeStatus, remove } from '../write.ts'
import type { WorkQueue } from '../work-queue.ts'
import { Expectations } from './expectations.ts'
import { isAvailable, podFromTemplate } from './pod-template.ts'

/** Most pods that one step creates or deletes. */
const burst = 500

export const startReplicaSets: StartController = (parts) => new ReplicaSets(parts)

class ReplicaSets implements Controller {
  readonly #parts: ControllerParts
  readonly #queue: WorkQueue
  readonly #created = new Expectations()
  readonly #deleted = new Expectations()

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#queue = queueOf(parts, 'replica-sets', (key) => this.#sync(key))
    const { replicaSets, pods } = parts.caches
    replicaSets.onChange(({ type, object }) => {
      const key = keyOf(object)
      if (type === 'DELETED') for (const each of [this.#created, this.#deleted]) each.forget(key)
      else this.#queue.add(key)
    })
    pods.onChange(({ type, object }) => {
      const owner = controllerOf(object)
      if (owner?.kind === 'ReplicaSet') {
        const key = `${object.metadata.namespace}/${owner.name}`
        this.#created.seen(key, object.metadata.uid)
        if (type === 'DELETED' || isDeleted(object)) this.#deleted.seen(key, object.metadata.uid)
        this.#queue.add(key)
      } else if (owner === undefined && type !== 'DELETED') this.#wakeAdopters(object)
    })
  }

  stop(): void {
    this.#queue.stop()
  }

  #wakeAdopters(pod: Pod): void {
    for (const set of this.#parts.caches.replicaSets.all()) {
      if (set.metadata.namespace === pod.metadata.namespace && matchesLabelSelector(set.spec.selector, pod.metadata.labels)) this.#queue.add(keyOf(set))
    }
  }

  #sync(key: string): void {
    const { name, namespace } = splitKey(key)
    const { api } = this.#parts
    const set = api.get<ReplicaSet>('replicasets.apps', name, namespace)
    if (set === undefined || !this.#created.isSettled(key) || !this.#deleted.isSettled(key)) return
    const pods = this.#podsOf(set)
    if (!isDeleted(set)) this.#scale(set, pods)
    this.#report(set, pods)
  }

  /** Its own, and those without an owner that its selector matches. */
  #podsOf(set: ReplicaSet): readonly Pod[] {
    const { api, caches } = this.#parts
    const own = caches.pods.by('controller', set.metadata.uid)
    const orphans = isDeleted(set) ? [] : caches.pods.by('namespace', set.metadata.namespace ?? '').filter((pod) => controllerOf(pod) === undefined && !isDeleted(pod) && matchesLabelSelector(set.spec.selector, pod.metadata.labels))
    for (const pod of orphans) {
      change<Pod>(api, 'pods', pod, (current) => (controllerOf(current) === undefined ? { ...current, metadata: { ...current.metadata, ownerReferences: [...(current.metadata.ownerReferences ?? []), controlledBy(set)] } } : undefined))
    }
    return [...own, ...orphans].filter((pod) => !isPodOver(pod))
  }

  #scale(set: ReplicaSet, pods: readonly Pod[]): void {
    const active = pods.filter((pod) => !isDeleted(pod))
    const missing = (set.spec.replicas ?? 1) - active.length
    if (missing > 0) for (let count = Math.min(missing, burst); count > 0; count -= 1) this.#create(set)
    else for (const pod of active.toSorted(byCost).slice(0, Math.min(-missing, burst))) this.#delete(set, pod)
  }

  #create(set: ReplicaSet): void {
    const { api } = this.#parts
    try {
      const pod = api.create<Pod>('pods', podFromTemplate(set, set.spec.template ?? {}, { name: { generateName: `${set.metadata.name}-` } }))
      this.#created.expect(keyOf(set), pod.metadata.uid)
      api.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
    } catch (error) {
      api.event(set, 'Warning', 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  #delete(set: ReplicaSet, pod: Pod): void {
    this.#deleted.expect(keyOf(set), pod.metadata.uid)
    remove(this.#parts.api, 'pods', pod)
    this.#parts.api.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }

  #report(set: ReplicaSet, pods: readonly Pod[]): void {
    const { api, clock } = this.#parts
    const active = pods.filter((pod) => !isDeleted(pod))
    const minReady = set.spec.minReadySeconds ?? 0
    const available = active.filter((pod) => isAvailable(pod, minReady, clock.now())).length
    const ready = active.filter(isPodReady).length
    if (available < ready) this.#queue.addAfter(keyOf(set), minReady * 1000)
    const labels = set.spec.template?.metadata?.labels ?? {}
    changeStatus<ReplicaSet>(api, 'replicasets.apps', set, (current) => ({
      ...(current.status?.conditions === undefined ? {} : { conditions: current.status.conditions }),
      replicas: active.length,
      ...positive('fullyLabeledReplicas', active.filter((pod) => Object.entries(labels).every(([key, value]) => pod.metadata.labels?.[key] === value)).length),
      ...positive('readyReplicas', ready),
      ...positive('availableReplicas', available),
      observedGeneration: set.metadata.generation,
    }))
  }
}

/** Counts that are zero are left out, as Go's omitempty leaves them. */
export function positive(name: string, count: number): Record<string, number> {
  return count === 0 ? {} : { [name]: count }
}

/** Not on a node first, then not ready, then the youngest. */
function byCost(left: Pod, right: Pod): number {
  const rank = (pod: Pod): number => ((pod.spec.nodeName ?? '') === '' ? 0 : isPodReady(pod) ? 2 : 1)
  return rank(left) - rank(right) || (left.metadata.creationTimestamp < right.metadata.creationTimestamp ? 1 : -1)
}
