/** The DaemonSet controller: one pod on each node that takes it. */
import type { PodSpec } from 'kubernetes-types/core/v1'
import type { Controller, ControllerParts, StartController } from '../controller.ts'
import { queueOf } from '../controller.ts'
import type { DaemonSet, Node, Pod } from '../objects.ts'
import { controllerOf, isDeleted, isPodReady, keyOf, splitKey } from '../objects.ts'
import { changeStatus, remove, sameJson } from '../write.ts'
import type { WorkQueue } from '../work-queue.ts'
import { wantsNode } from '../../scheduler/node-fit.ts'
import { untolerated } from '../../scheduler/taints.ts'
import { Expectations } from './expectations.ts'
import { isAvailable, podFromTemplate, resolvePercent, templateHash } from './pod-template.ts'
import { positive } from './replica-set.ts'

const hashLabel = 'controller-revision-hash'

/** Tolerations that every daemon pod gets: node trouble is no reason to go. */
const ownTolerations = [
  ...['not-ready', 'unreachable'].map((each) => ({ key: `node.kubernetes.io/${each}`, operator: 'Exists', effect: 'NoExecute' })),
  ...['disk-pressure', 'memory-pressure', 'pid-pressure', 'unschedulable'].map((each) => ({ key: `node.kubernetes.io/${each}`, operator: 'Exists', effect: 'NoSchedule' })),
]

export const startDaemonSets: StartController = (parts) => new DaemonSets(parts)

class DaemonSets implements Controller {
  readonly #parts: ControllerParts
  readonly #queue: WorkQueue
  readonly #created = new Expectations()

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#queue = queueOf(parts, 'daemon-sets', (key) => this.#sync(key))
    const { daemonSets, pods, nodes } = parts.caches
    daemonSets.onChange(({ type, object }) => (type === 'DELETED' ? this.#created.forget(keyOf(object)) : this.#queue.add(keyOf(object))))
    pods.onChange(({ object }) => {
      const owner = controllerOf(object)
      if (owner?.kind !== 'DaemonSet') return
      const key = `${object.metadata.namespace}/${owner.name}`
      this.#created.seen(key, object.metadata.uid)
      this.#queue.add(key)
    })
    nodes.onChange(({ type, object, previous }) => {
      if (type === 'MODIFIED' && sameJson([previous?.spec, previous?.metadata.labels], [object.spec, object.metadata.labels])) return
      for (const set of daemonSets.all()) this.#queue.add(keyOf(set))
    })
  }

  stop(): void {
    this.#queue.stop()
  }

  #sync(key: string): void {
    const { name, namespace } = splitKey(key)
    const { api, caches } = this.#parts
    const set = api.get<DaemonSet>('daemonsets.apps', name, namespace)
    if (set === undefined || !this.#created.isSettled(key)) return
    const pods = caches.pods.by('controller', set.metadata.uid)
    const hash = templateHash(set.spec.template)
    const wanted = [...caches.nodes.all()].filter((node) => runsOn(set, node))
    if (!isDeleted(set)) this.#settle(set, pods, wanted, hash)
    this.#report(set, pods, wanted, hash)
  }

  #settle(set: DaemonSet, pods: readonly Pod[], wanted: readonly Node[], hash: string): void {
    const { api } = this.#parts
    const onNode = new Map<string, Pod[]>()
    for (const pod of pods) onNode.set(nodeOf(pod), [...(onNode.get(nodeOf(pod)) ?? []), pod])
    const names = new Set(wanted.map(({ metadata }) => metadata.name))
    for (const name of names) if ((onNode.get(name) ?? []).length === 0) this.#create(set, name, hash)
    for (const [name, there] of onNode) {
      for (const [index, pod] of there.entries()) {
        if (isDeleted(pod)) continue
        if (!names.has(name) || index > 0) this.#delete(set, pod)
        else if (pod.status?.phase === 'Failed') {
          api.event(set, 'Warning', 'FailedDaemonPod', `Found failed daemon pod ${keyOf(pod)} on node ${name}, will try to kill it`)
          this.#delete(set, pod)
        }
      }
    }
    if (set.spec.updateStrategy?.type !== 'OnDelete') this.#roll(set, [...names].flatMap((name) => onNode.get(name)?.[0] ?? []), hash, names.size)
  }

  /** Old pods go, those that do not work first, as many at once as may be unavailable. */
  #roll(set: DaemonSet, pods: readonly Pod[], hash: string, nodes: number): void {
    const now = this.#parts.clock.now()
    const isUp = (pod: Pod): boolean => !isDeleted(pod) && isAvailable(pod, set.spec.minReadySeconds ?? 0, now)
    const outdated = pods.filter((pod) => pod.metadata.labels?.[hashLabel] !== hash && !isDeleted(pod))
    const allowed = Math.max(1, resolvePercent(set.spec.updateStrategy?.rollingUpdate?.maxUnavailable, nodes, 1, true))
    let room = allowed - (nodes - pods.filter(isUp).length)
    for (const pod of outdated) {
      if (!isUp(pod)) this.#delete(set, pod)
      else if (room > 0) {
        room -= 1
        this.#delete(set, pod)
      }
    }
  }

  #create(set: DaemonSet, node: string, hash: string): void {
    const { api } = this.#parts
    const labels = { [hashLabel]: hash, 'pod-template-generation': String(set.metadata.generation ?? 1) }
    const made = podFromTemplate(set, set.spec.template, { name: { generateName: `${set.metadata.name}-` }, labels })
    try {
      const pod = api.create<Pod>('pods', { ...made, ...{ spec: pinned(made.spec, node) } })
      this.#created.expect(keyOf(set), pod.metadata.uid)
      api.event(set, 'Normal', 'SuccessfulCreate', `Created pod: ${pod.metadata.name}`)
    } catch (error) {
      api.event(set, 'Warning', 'FailedCreate', `Error creating: ${error instanceof Error ? error.message : String(error)}`)
      throw error
    }
  }

  #delete(set: DaemonSet, pod: Pod): void {
    remove(this.#parts.api, 'pods', pod)
    this.#parts.api.event(set, 'Normal', 'SuccessfulDelete', `Deleted pod: ${pod.metadata.name}`)
  }

  #report(set: DaemonSet, pods: readonly Pod[], wanted: readonly Node[], hash: string): void {
    const { api, clock } = this.#parts
    const names = new Set(wanted.map(({ metadata }) => metadata.name))
    const placed = pods.filter((pod) => names.has(nodeOf(pod)) && !isDeleted(pod))
    const available = placed.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now())).length
    changeStatus<DaemonSet>(api, 'daemonsets.apps', set, () => ({
      currentNumberScheduled: new Set(placed.map(nodeOf)).size,
      desiredNumberScheduled: names.size,
      numberMisscheduled: pods.filter((pod) => !names.has(nodeOf(pod))).length,
      numberReady: placed.filter(isPodReady).length,
      ...positive('updatedNumberScheduled', placed.filter((pod) => pod.metadata.labels?.[hashLabel] === hash).length),
      ...positive('numberAvailable', available),
      ...positive('numberUnavailable', names.size - available),
      observedGeneration: set.metadata.generation,
    }))
  }
}

function runsOn(set: DaemonSet, node: Node): boolean {
  const template = set.spec.template.spec ?? { containers: [] }
  const pod: Pod = { apiVersion: 'v1', kind: 'Pod', metadata: set.metadata, spec: { ...template, tolerations: [...(template.tolerations ?? []), ...ownTolerations] } }
  return wantsNode(pod, node) && untolerated(pod, node.spec.taints, ['NoSchedule', 'NoExecute']) === undefined
}

/** The node is chosen by affinity to its name, and the scheduler binds it as any other pod. */
function pinned(spec: PodSpec, node: string): PodSpec {
  const term = { matchFields: [{ key: 'metadata.name', operator: 'In', values: [node] }] }
  const affinity = { ...spec.affinity, nodeAffinity: { ...spec.affinity?.nodeAffinity, requiredDuringSchedulingIgnoredDuringExecution: { nodeSelectorTerms: [term] } } }
  return { ...spec, affinity, tolerations: [...(spec.tolerations ?? []), ...ownTolerations] }
}

function nodeOf(pod: Pod): string {
  if ((pod.spec.nodeName ?? '') !== '') return pod.spec.nodeName ?? ''
  const terms = pod.spec.affinity?.nodeAffinity?.requiredDuringSchedulingIgnoredDuringExecution?.nodeSelectorTerms
  return terms?.[0]?.matchFields?.[0]?.values?.[0] ?? ''
}
