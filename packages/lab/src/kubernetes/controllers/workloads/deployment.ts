/** The Deployment controller: one ReplicaSet for each template, and a rollout from the old to the new. */
import type { DeploymentCondition } from 'kubernetes-types/apps/v1'
import type { Controller, ControllerParts, StartController } from '../controller.ts'
import { queueOf } from '../controller.ts'
import type { Deployment, ReplicaSet } from '../objects.ts'
import { annotationOf, controlledBy, controllerOf, isDeleted, isPodOver, keyOf, splitKey } from '../objects.ts'
import { change, changeStatus, remove, sameJson, timestamp, withAnnotations } from '../write.ts'
import type { WorkQueue } from '../work-queue.ts'
import { templateHash } from './pod-template.ts'
import { positive } from './replica-set.ts'
import { limitsOf, nextScaling } from './rollout.ts'

const revision = 'deployment.kubernetes.io/revision'
const hashLabel = 'pod-template-hash'

export const startDeployments: StartController = (parts) => new Deployments(parts)

class Deployments implements Controller {
  readonly #parts: ControllerParts
  readonly #queue: WorkQueue

  constructor(parts: ControllerParts) {
    this.#parts = parts
    this.#queue = queueOf(parts, 'deployments', (key) => this.#sync(key))
    const { deployments, replicaSets, pods } = parts.caches
    deployments.onChange(({ type, object }) => type !== 'DELETED' && this.#queue.add(keyOf(object)))
    replicaSets.onChange(({ object }) => {
      const owner = controllerOf(object)
      if (owner?.kind === 'Deployment') this.#queue.add(`${object.metadata.namespace}/${owner.name}`)
    })
    pods.onChange(({ type, object }) => {
      const owner = controllerOf(object)
      const set = type === 'DELETED' && owner?.kind === 'ReplicaSet' ? replicaSets.get(owner.name, object.metadata.namespace) : undefined
      const deployment = set === undefined ? undefined : controllerOf(set)
      if (deployment !== undefined) this.#queue.add(`${object.metadata.namespace}/${deployment.name}`)
    })
  }

  stop(): void {
    this.#queue.stop()
  }

  #sync(key: string): void {
    const { name, namespace } = splitKey(key)
    const { api } = this.#parts
    const deployment = api.get<Deployment>('deployments.apps', name, namespace)
    if (deployment === undefined || isDeleted(deployment)) return
    const sets = this.#setsOf(deployment)
    const hash = templateHash(deployment.spec.template)
    const existing = sets.find((set) => set.metadata.labels?.[hashLabel] === hash)
    const old = sets.filter((set) => set !== existing)
    if (deployment.spec.paused === true) return this.#report(deployment, existing, old)
    const current = existing ?? this.#create(deployment, hash, old)
    this.#setRevision(deployment, current, old)
    for (const { set, replicas } of nextScaling(deployment, current, old, this.#oldPodsRun(old))) this.#scale(deployment, set, replicas)
    this.#report(deployment, current, old)
    this.#forgetOldest(deployment, old)
  }

  #setsOf(deployment: Deployment): readonly ReplicaSet[] {
    const known = this.#parts.caches.replicaSets.by('controller', deployment.metadata.uid)
    const fresh = known.flatMap((set) => this.#parts.api.get<ReplicaSet>('replicasets.apps', set.metadata.name, set.metadata.namespace) ?? [])
    const hash = templateHash(deployment.spec.template)
    const unseen = this.#parts.api.get<ReplicaSet>('replicasets.apps', `${deployment.metadata.name}-${hash}`, deployment.metadata.namespace)
    const all = unseen === undefined || fresh.some(({ metadata }) => metadata.uid === unseen.metadata.uid) ? fresh : [...fresh, unseen]
    return all.toSorted((left, right) => (left.metadata.creationTimestamp < right.metadata.creationTimestamp ? -1 : 1))
  }

  #oldPodsRun(old: readonly ReplicaSet[]): boolean {
    return old.some((set) => this.#parts.caches.pods.by('controller', set.metadata.uid).some((pod) => !isPodOver(pod)))
  }

  #create(deployment: Deployment, hash: string, old: readonly ReplicaSet[]): ReplicaSet {
    const { api } = this.#parts
    const { template, selector } = deployment.spec
    const labels = { ...template.metadata?.labels, [hashLabel]: hash }
    const isFirst = old.every((set) => (set.spec.replicas ?? 0) === 0)
    const recreates = deployment.spec.strategy?.type === 'Recreate'
    const wanted = deployment.spec.replicas ?? 1
    const room = wanted + limitsOf(deployment).maxSurge - old.reduce((sum, set) => sum + (set.spec.replicas ?? 0), 0)
    const replicas = recreates ? (isFirst && !this.#oldPodsRun(old) ? wanted : 0) : Math.max(0, Math.min(wanted, room))
    const name = `${deployment.metadata.name}-${hash}`
    const annotations = { [revision]: String(nextRevision(old)), 'deployment.kubernetes.io/desired-replicas': String(wanted), 'deployment.kubernetes.io/max-replicas': String(wanted + (recreates ? 0 : limitsOf(deployment).maxSurge)) }
    const made = api.create<ReplicaSet>('replicasets.apps', {
      apiVersion: 'apps/v1',
      kind: 'ReplicaSet',
      metadata: { name, namespace: deployment.metadata.namespace ?? '', labels, annotations, ownerReferences: [controlledBy(deployment)] },
      ...{ spec: { replicas, ...(deployment.spec.minReadySeconds === undefined ? {} : { minReadySeconds: deployment.spec.minReadySeconds }), selector: { ...selector, matchLabels: { ...selector.matchLabels, [hashLabel]: hash } }, template: { ...template, metadata: { ...template.metadata, labels } } } },
    })
    if (replicas > 0) api.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled up replica set ${name} from 0 to ${replicas}`)
    return made
  }

  #setRevision(deployment: Deployment, current: ReplicaSet, old: readonly ReplicaSet[]): void {
    const { api } = this.#parts
    const newest = nextRevision(old)
    const own = Number(annotationOf(current, revision) ?? '0')
    const value = String(Math.max(newest, own))
    if (own < newest) change<ReplicaSet>(api, 'replicasets.apps', current, (set) => withAnnotations(set, { [revision]: value }))
    change<Deployment>(api, 'deployments.apps', deployment, (latest) => (annotationOf(latest, revision) === value ? undefined : withAnnotations(latest, { [revision]: value })))
  }

  #scale(deployment: Deployment, set: ReplicaSet, replicas: number): void {
    const { api } = this.#parts
    const before = set.spec.replicas ?? 0
    if (before === replicas) return
    change<ReplicaSet>(api, 'replicasets.apps', set, (current) => ({ ...current, spec: { ...current.spec, replicas } }))
    api.event(deployment, 'Normal', 'ScalingReplicaSet', `Scaled ${replicas > before ? 'up' : 'down'} replica set ${set.metadata.name} from ${before} to ${replicas}`)
  }

  #report(deployment: Deployment, current: ReplicaSet | undefined, old: readonly ReplicaSet[]): void {
    const { api, clock } = this.#parts
    const sets = current === undefined ? old : [current, ...old]
    const total = (of: (set: ReplicaSet) => number | undefined): number => sets.reduce((sum, set) => sum + (of(set) ?? 0), 0)
    const wanted = deployment.spec.replicas ?? 1
    const counts = { replicas: total(({ status }) => status?.replicas), updated: current?.status?.replicas ?? 0, ready: total(({ status }) => status?.readyReplicas), available: total(({ status }) => status?.availableReplicas) }
    const minAvailable = wanted - (deployment.spec.strategy?.type === 'Recreate' ? wanted : limitsOf(deployment).maxUnavailable)
    changeStatus<Deployment>(api, 'deployments.apps', deployment, (latest) => {
      const complete = counts.updated === wanted && counts.replicas === wanted && counts.available === wanted
      const conditions = [
        available(counts.available >= minAvailable),
        this.#overdue(latest, complete) ? overdue(current) : progress(latest, current, complete, !sameJson(latest.status?.updatedReplicas ?? 0, counts.updated)),
      ]
      return {
        observedGeneration: deployment.metadata.generation,
        ...positive('replicas', counts.replicas),
        ...positive('updatedReplicas', counts.updated),
        ...positive('readyReplicas', counts.ready),
        ...positive('availableReplicas', counts.available),
        ...positive('unavailableReplicas', Math.max(0, counts.replicas - counts.available)),
        conditions: conditions.map((each) => dated(each, latest.status?.conditions ?? [], timestamp(clock))),
      }
    })
  }

  /** Nothing moved for progressDeadlineSeconds; until then the deployment is looked at again when that time is up. */
  #overdue(deployment: Deployment, complete: boolean): boolean {
    const before = deployment.status?.conditions?.find(({ type }) => type === 'Progressing')
    const isNew = before === undefined || deployment.status?.observedGeneration !== deployment.metadata.generation
    if (complete || isNew || before.reason === 'NewReplicaSetAvailable' || before.lastUpdateTime === undefined) return false
    if (before.reason === 'ProgressDeadlineExceeded') return true
    const left = Date.parse(before.lastUpdateTime) + (deployment.spec.progressDeadlineSeconds ?? 600) * 1000 - this.#parts.clock.now()
    if (left > 0) this.#queue.addAfter(keyOf(deployment), left + 1_000)
    return left <= 0
  }

  #forgetOldest(deployment: Deployment, old: readonly ReplicaSet[]): void {
    const empty = old.filter((set) => (set.spec.replicas ?? 0) === 0 && (set.status?.replicas ?? 0) === 0 && !isDeleted(set))
    const extra = empty.length - (deployment.spec.revisionHistoryLimit ?? 10)
    if (extra > 0) for (const set of empty.toSorted((left, right) => Number(annotationOf(left, revision) ?? 0) - Number(annotationOf(right, revision) ?? 0)).slice(0, extra)) remove(this.#parts.api, 'replicasets.apps', set)
  }
}

function nextRevision(old: readonly ReplicaSet[]): number {
  return Math.max(0, ...old.map((set) => Number(annotationOf(set, revision) ?? '0'))) + 1
}

function available(isSo: boolean): DeploymentCondition {
  return isSo
    ? { type: 'Available', status: 'True', reason: 'MinimumReplicasAvailable', message: 'Deployment has minimum availability.' }
    : { type: 'Available', status: 'False', reason: 'MinimumReplicasUnavailable', message: 'Deployment does not have minimum availability.' }
}

function overdue(current: ReplicaSet | undefined): DeploymentCondition {
  return { type: 'Progressing', status: 'False', reason: 'ProgressDeadlineExceeded', message: `ReplicaSet "${current?.metadata.name ?? ''}" has timed out progressing.` }
}

function progress(deployment: Deployment, current: ReplicaSet | undefined, complete: boolean, moved: boolean): DeploymentCondition {
  const name = current?.metadata.name ?? ''
  if (complete) return { type: 'Progressing', status: 'True', reason: 'NewReplicaSetAvailable', message: `ReplicaSet "${name}" has successfully progressed.` }
  const before = deployment.status?.conditions?.find(({ type }) => type === 'Progressing')
  if (before !== undefined && !moved && before.reason !== 'NewReplicaSetAvailable') return before
  return before === undefined
    ? { type: 'Progressing', status: 'True', reason: 'NewReplicaSetCreated', message: `Created new replica set "${name}"` }
    : { type: 'Progressing', status: 'True', reason: 'ReplicaSetUpdated', message: `ReplicaSet "${name}" is progressing.` }
}

function dated(condition: DeploymentCondition, old: readonly DeploymentCondition[], now: string): DeploymentCondition {
  const before = old.find(({ type }) => type === condition.type)
  const same = before !== undefined && before.reason === condition.reason && before.message === condition.message
  return {
    ...condition,
    lastTransitionTime: before?.status === condition.status ? (before.lastTransitionTime ?? now) : now,
    lastUpdateTime: same ? (before?.lastUpdateTime ?? now) : now,
  }
}
