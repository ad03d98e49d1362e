/** The StatefulSet controller: ordinals in order, each with its claims, which stay. */
import type { PodTemplateSpec } from 'kubernetes-types/core/v1'
import { ApiStatusError } from '../../api/api.ts'
import type { Controller, ControllerParts, StartController } from '../controller.ts'
import { queueOf } from '../controller.ts'
import type { Claim, ControllerRevision, Pod, StatefulSet } from '../objects.ts'
import { controlledBy, controllerOf, isDeleted, isPodReady, keyOf, splitKey } from '../objects.ts'
import { change, changeStatus, remove } from '../write.ts'
import type { WorkQueue } from '../work-queue.ts'
import { isAvailable, templateHash } from './pod-template.ts'
import { positive } from './replica-set.ts'
import { claimsFor, firstOrdinal, ordinalOf, ordinalsOf, podFor, podName, revisionLabel } from './stateful-pod.ts'

interface Revisions {
  /** `<set>-<hash>` */
  readonly current: string
  readonly update: string
  readonly templates: ReadonlyMap<string, PodTemplateSpec>
}

export const startStatefulSets: StartController = (parts) => new StatefulSets(parts)

class StatefulSets implements Controller {
  readonly #parts: ControllerParts
  readonly #queue: WorkQueue

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#queue = queueOf(parts, 'stateful-sets', (key) => this.#sync(key))
    const { statefulSets, pods } = parts.caches
    statefulSets.onChange(({ type, object }) => type !== 'DELETED' && this.#queue.add(keyOf(object)))
    pods.onChange(({ object }) => {
      const owner = controllerOf(object)
      if (owner?.kind === 'StatefulSet') this.#queue.add(`${object.metadata.namespace}/${owner.name}`)
    })
  }

  stop(): void {
    this.#queue.stop()
  }

  #sync(key: string): void {
    const { name, namespace } = splitKey(key)
    const { api } = this.#parts
    const set = api.get<StatefulSet>('statefulsets.apps', name, namespace)
    if (set === undefined || isDeleted(set)) return
    const revisions = this.#revisions(set)
    try {
      this.#step(set, revisions)
    } finally {
      this.#report(set, revisions)
    }
  }

  /** Its pods by ordinal, read anew: names are certain, so nothing is made twice. */
  #pods(set: StatefulSet): ReadonlyMap<number, Pod> {
    const { api, caches } = this.#parts
    const known = caches.pods.by('controller', set.metadata.uid).map(({ metadata }) => metadata.name)
    const names = new Set([...known, ...ordinalsOf(set).map((ordinal) => podName(set, ordinal))])
    const found = [...names].flatMap((each): readonly (readonly [number, Pod])[] => {
      const pod = api.get<Pod>('pods', each, set.metadata.namespace)
      const ordinal = pod === undefined ? undefined : ordinalOf(set, pod)
      return pod === undefined || ordinal === undefined || controllerOf(pod)?.uid !== set.metadata.uid ? [] : [[ordinal, pod]]
    })
    return new Map(found.toSorted(([left], [right]) => left - right))
  }

  #step(set: StatefulSet, revisions: Revisions): void {
    const pods = this.#pods(set)
    const ordered = (set.spec.podManagementPolicy ?? 'OrderedReady') === 'OrderedReady'
    for (const ordinal of ordinalsOf(set)) {
      if (this.#settle(set, ordinal, pods.get(ordinal), revisions) === 'wait' && ordered) return
    }
    const wanted = new Set(ordinalsOf(set))
    const condemned = [...pods].filter(([ordinal]) => !wanted.has(ordinal)).toReversed()
    for (const [ordinal, pod] of condemned) {
      if (!isDeleted(pod)) this.#delete(set, pod, ordinal)
      if (ordered) return
    }
    if (set.spec.updateStrategy?.type !== 'OnDelete') this.#roll(set, pods, revisions)
  }

  /** `wait`: those after it have to wait, when they are made in order. */
  #settle(set: StatefulSet, ordinal: number, pod: Pod | undefined, revisions: Revisions): 'go-on' | 'wait' {
    const { api, clock } = this.#parts
    this.#makeClaims(set, ordinal)
    if (pod === undefined) {
      this.#create(set, ordinal, revisions)
      return 'wait'
    }
    if (isDeleted(pod)) return 'wait'
    const over = pod.status?.phase
    if (over === 'Failed' || over === 'Succeeded') {
      const verb = over === 'Failed' ? 'RecreatingFailedPod' : 'RecreatingTerminatedPod'
      api.event(set, over === 'Failed' ? 'Warning' : 'Normal', verb, `StatefulSet ${keyOf(set)} is recreating ${over === 'Failed' ? 'failed' : 'terminated'} Pod ${pod.metadata.name}`)
      remove(api, 'pods', pod)
      return 'wait'
    }
    const seconds = set.spec.minReadySeconds ?? 0
    if (isAvailable(pod, seconds, clock.now())) return 'go-on'
    if (isPodReady(pod)) this.#queue.addAfter(keyOf(set), seconds * 1000)
    return 'wait'
  }

  #makeClaims(set: StatefulSet, ordinal: number): void {
    const { api } = this.#parts
    for (const claim of claimsFor(set, ordinal)) {
      const name = claim.metadata.name ?? ''
      if (api.get<Claim>('persistentvolumeclaims', name, set.metadata.namespace) !== undefined) continue
      try {
        api.create('persistentvolumeclaims', claim)
        api.event(set, 'Normal', 'SuccessfulCreate', `Create Claim ${name} Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name} success`)
      } catch (error) {
        api.event(set, 'Warning', 'FailedCreate', `Create Claim ${name} for Pod ${podName(set, ordinal)} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`)
        throw error
      }
    }
  }

  /** Below the partition, and while no update is complete, a pod comes back as it was. */
  #create(set: StatefulSet, ordinal: number, revisions: Revisions): void {
    const { api } = this.#parts
    const partition = set.spec.updateStrategy?.rollingUpdate?.partition ?? 0
    const isOld = revisions.current !== revisions.update && (set.spec.updateStrategy?.type === 'OnDelete' ? false : ordinal - firstOrdinal(set) < partition)
    const revision = isOld ? revisions.current : revisions.update
    const name = podName(set, ordinal)
    try {
      api.create('pods', podFor(set, revisions.templates.get(revision) ?? set.spec.template, ordinal, revision))
      api.event(set, 'Normal', 'SuccessfulCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} successful`)
    } catch (error) {
      api.event(set, 'Warning', 'FailedCreate', `Create Pod ${name} in StatefulSet ${set.metadata.name} failed error: ${messageOf(error)}`)
      throw error
    }
  }

  #delete(set: StatefulSet, pod: Pod, ordinal?: number): void {
    const { api } = this.#parts
    if (ordinal !== undefined && set.spec.persistentVolumeClaimRetentionPolicy?.whenScaled === 'Delete') this.#giveClaims(set, pod, ordinal)
    remove(api, 'pods', pod)
    api.event(set, 'Normal', 'SuccessfulDelete', `Delete Pod ${pod.metadata.name} in StatefulSet ${set.metadata.name} successful`)
  }

  /** whenScaled: the claims go with the pod. */
  #giveClaims(set: StatefulSet, pod: Pod, ordinal: number): void {
    const { api } = this.#parts
    for (const { metadata } of claimsFor(set, ordinal)) {
      const claim = api.get<Claim>('persistentvolumeclaims', metadata.name ?? '', set.metadata.namespace)
      if (claim !== undefined) change<Claim>(api, 'persistentvolumeclaims', claim, (current) => ({ ...current, metadata: { ...current.metadata, ownerReferences: [controlledBy(pod)] } }))
    }
  }

  /** From the last to the partition, one at a time, and only past those that are well. */
  #roll(set: StatefulSet, pods: ReadonlyMap<number, Pod>, revisions: Revisions): void {
    const from = firstOrdinal(set) + (set.spec.updateStrategy?.rollingUpdate?.partition ?? 0)
    for (const ordinal of ordinalsOf(set).toReversed()) {
      if (ordinal < from) return
      const pod = pods.get(ordinal)
      if (pod === undefined || isDeleted(pod)) return
      if (pod.metadata.labels?.[revisionLabel] !== revisions.update) return this.#delete(set, pod)
      if (!isAvailable(pod, set.spec.minReadySeconds ?? 0, this.#parts.clock.now())) return
    }
  }

  /** One ControllerRevision for each template that is still of use. */
  #revisions(set: StatefulSet): Revisions {
    const { api, caches } = this.#parts
    const update = `${set.metadata.name}-${templateHash(set.spec.template)}`
    const known = caches.revisions.by('controller', set.metadata.uid)
    if (api.get('controllerrevisions.apps', update, set.metadata.namespace) === undefined) {
      const revision = Math.max(0, ...known.map((each) => each.revision)) + 1
      try {
        api.create('controllerrevisions.apps', {
          apiVersion: 'apps/v1', kind: 'ControllerRevision',
          metadata: { name: update, namespace: set.metadata.namespace ?? '', labels: { ...set.spec.template.metadata?.labels }, ownerReferences: [controlledBy(set)] },
          ...{ revision, data: { spec: { template: set.spec.template } } },
        })
      } catch (error) {
        if (!(error instanceof ApiStatusError) || error.reason !== 'AlreadyExists') throw error
      }
    }
    const current = set.status?.currentRevision ?? update
    const templates = new Map<string, PodTemplateSpec>([[update, set.spec.template]])
    const old = api.get<ControllerRevision>('controllerrevisions.apps', current, set.metadata.namespace)
    const template = templateIn(old)
    if (template !== undefined) templates.set(current, template)
    return { current, update, templates }
  }

  #report(set: StatefulSet, { current, update }: Revisions): void {
    const { api, clock } = this.#parts
    const pods = [...this.#pods(set).values()]
    const of = (revision: string): number => pods.filter((pod) => !isDeleted(pod) && pod.metadata.labels?.[revisionLabel] === revision).length
    const wanted = set.spec.replicas ?? 1
    const done = of(update) === wanted && pods.length === wanted && pods.every(isPodReady)
    changeStatus<StatefulSet>(api, 'statefulsets.apps', set, () => ({
      observedGeneration: set.metadata.generation,
      replicas: pods.length,
      ...positive('readyReplicas', pods.filter(isPodReady).length),
      availableReplicas: pods.filter((pod) => isAvailable(pod, set.spec.minReadySeconds ?? 0, clock.now())).length,
      ...positive('currentReplicas', of(done ? update : current)),
      ...positive('updatedReplicas', of(update)),
      currentRevision: done ? update : current,
      updateRevision: update,
      collisionCount: 0,
    }))
  }
}

function templateIn(revision: ControllerRevision | undefined): PodTemplateSpec | undefined {
  const data = revision?.data
  if (typeof data !== 'object' || data === null || !('spec' in data)) return undefined
  const { spec } = data
  if (typeof spec !== 'object' || spec === null || !('template' in spec)) return undefined
  return spec.template ?? undefined
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error)
}
