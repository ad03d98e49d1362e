/** All nodes through all filters, and the best of those that stay. */
import type { Random } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import type { Caches } from '../controllers/caches.ts'
import { matchesNodeTerm } from '../controllers/label-match.ts'
import type { Node, Pod } from '../controllers/objects.ts'
import { controllerOf } from '../controllers/objects.ts'
import { attachmentsWanted, refusedByAttachLimit } from './attach-limits.ts'
import type { AttachedVolumes } from './attach-limits.ts'
import { refusedByNode } from './node-fit.ts'
import { refusedByPodAffinity } from './pod-affinity.ts'
import type { PlacedPod } from './pod-affinity.ts'
import { refusedByResources } from './resources.ts'
import { explainPodRefusal, explainRefusals, refuse } from './verdict.ts'
import type { Refusal } from './verdict.ts'
import { claimsOf } from './volume-claims.ts'
import type { PodClaims } from './volume-claims.ts'
import { fitVolumes } from './volume-fit.ts'
import type { StorageFacts, VolumeDecision } from './volume-fit.ts'

export interface Placement {
  readonly node: string
  readonly decision: VolumeDecision
}

export interface Cluster {
  readonly api: Api
  readonly caches: Caches
  readonly random: Random
  /** Pods that are on the node or are about to be. */
  podsOn(node: string): readonly Pod[]
  /** What those pods and the node's VolumeAttachments use. */
  attachedTo(node: string): AttachedVolumes
  /** Only for pods that ask for affinity, or when a pod with anti-affinity is there; undefined when there is none. */
  placedPods(pod: Pod): readonly PlacedPod[] | undefined
}

export function chooseNode(cluster: Cluster, pod: Pod): { readonly placement: Placement } | { readonly refusal: string } {
  const { api, caches } = cluster
  const nodes = [...caches.nodes.all()].filter((node) => node.metadata.deletionTimestamp === undefined)
  if (nodes.length === 0) return { refusal: 'no nodes available to schedule pods' }
  const answer = claimsOf(api, caches, pod)
  if ('refusal' in answer) return { refusal: explainPodRefusal(answer.refusal, nodes.length) }
  const facts: StorageFacts = { driver: (name) => caches.csiDrivers.get(name), capacities: (name) => caches.capacities.by('class', name) }
  const check = nodeCheck(cluster, pod, answer.claims, facts)
  const refusals: Refusal[] = []
  const fitting: { node: Node; decision: VolumeDecision; score: readonly number[] }[] = []
  for (const node of nodes) {
    const verdict = check(node)
    if ('refusal' in verdict) refusals.push(verdict.refusal)
    else fitting.push({ node, decision: verdict.decision, score: scoreOf(cluster, pod, node) })
  }
  if (fitting.length === 0) return { refusal: explainRefusals(refusals) }
  const best = fitting.reduce((found, each) => (isLess(each.score, found.score) ? each : found))
  const equal = fitting.filter(({ score }) => !isLess(best.score, score) && !isLess(score, best.score))
  const { node, decision } = cluster.random.pick(equal)
  return { placement: { node: node.metadata.name, decision } }
}

type NodeVerdict = { readonly refusal: Refusal } | { readonly decision: VolumeDecision }

/** The first plugin that refuses speaks for the node, in the order of the default profile. */
function nodeCheck(cluster: Cluster, pod: Pod, claims: PodClaims, facts: StorageFacts): (node: Node) => NodeVerdict {
  const wanted = attachmentsWanted(cluster.caches, pod)
  const placed = cluster.placedPods(pod)
  return (node) => {
    const others = cluster.podsOn(node.metadata.name)
    const before =
      refusedByNode(pod, node, others) ??
      refusedByResources(pod, node, others) ??
      (claims.exclusiveInUse ? refuse('node(s) unavailable due to PersistentVolumeClaim with ReadWriteOncePod access mode already in-use by another pod') : undefined) ??
      refusedByAttachLimit(cluster.caches, wanted, node.metadata.name, () => cluster.attachedTo(node.metadata.name))
    if (before !== undefined) return { refusal: before }
    const volumes = fitVolumes(claims, node, facts)
    if ('refusal' in volumes || placed === undefined) return volumes
    const apart = refusedByPodAffinity(pod, node, placed)
    return apart === undefined ? volumes : { refusal: apart }
  }
}

/** Lower is better: what the pod prefers, then spreading one controller's pods, then all pods. */
function scoreOf(cluster: Cluster, pod: Pod, node: Node): readonly number[] {
  const preferred = pod.spec.affinity?.nodeAffinity?.preferredDuringSchedulingIgnoredDuringExecution ?? []
  const liking = preferred.filter(({ preference }) => matchesNodeTerm(preference, node)).reduce((sum, { weight }) => sum + weight, 0)
  const disliked = (node.spec.taints ?? []).filter(({ effect }) => effect === 'PreferNoSchedule').length
  const others = cluster.podsOn(node.metadata.name)
  const owner = controllerOf(pod)?.uid
  const siblings = owner === undefined ? 0 : others.filter((other) => controllerOf(other)?.uid === owner).length
  return [disliked - liking, siblings, others.length]
}

function isLess(left: readonly number[], right: readonly number[]): boolean {
  const at = left.findIndex((value, index) => value !== right[index])
  return at >= 0 && (left[at] ?? 0) < (right[at] ?? 0)
}
