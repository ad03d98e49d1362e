/** Required affinity and anti-affinity between pods. Preferred ones and spread constraints are not weighed. */
import type { PodAffinityTerm } from 'kubernetes-types/core/v1'
import { matchesLabelSelector } from '../controllers/label-match.ts'
import type { Node, Pod } from '../controllers/objects.ts'
import { refuse, refuseForGood } from './verdict.ts'
import type { Refusal } from './verdict.ts'

/** A running or assumed pod and the node it is on. */
export interface PlacedPod {
  readonly pod: Pod
  readonly node: Node
}

export function hasPodAffinity(pod: Pod): boolean {
  return pod.spec.affinity?.podAffinity !== undefined || pod.spec.affinity?.podAntiAffinity !== undefined
}

export function refusedByPodAffinity(pod: Pod, node: Node, placed: readonly PlacedPod[]): Refusal | undefined {
  const affinity = pod.spec.affinity?.podAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  const apart = pod.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  if (!affinity.every((term) => isNear(term, pod, node, placed))) return refuseForGood("node(s) didn't match pod affinity rules")
  if (apart.some((term) => matchesIn(term, pod, node, placed))) return refuse("node(s) didn't match pod anti-affinity rules")
  if (placed.some((other) => keepsAway(other, pod, node))) return refuse("node(s) didn't satisfy existing pods anti-affinity rules")
  return undefined
}

/** The first pod of a group that wants to be near itself may go anywhere. */
function isNear(term: PodAffinityTerm, pod: Pod, node: Node, placed: readonly PlacedPod[]): boolean {
  if (matchesIn(term, pod, node, placed)) return true
  return matchesTerm(term, pod, pod) && !placed.some((other) => matchesTerm(term, pod, other.pod))
}

function matchesIn(term: PodAffinityTerm, pod: Pod, node: Node, placed: readonly PlacedPod[]): boolean {
  const domain = node.metadata.labels?.[term.topologyKey]
  return domain !== undefined && placed.some((other) => other.node.metadata.labels?.[term.topologyKey] === domain && matchesTerm(term, pod, other.pod))
}

function matchesTerm(term: PodAffinityTerm, owner: Pod, other: Pod): boolean {
  const namespaces = term.namespaces ?? [owner.metadata.namespace ?? '']
  return namespaces.includes(other.metadata.namespace ?? '') && matchesLabelSelector(term.labelSelector, other.metadata.labels)
}

function keepsAway({ pod: other, node: home }: PlacedPod, pod: Pod, node: Node): boolean {
  const terms = other.spec.affinity?.podAntiAffinity?.requiredDuringSchedulingIgnoredDuringExecution ?? []
  return terms.some((term) => {
    const domain = home.metadata.labels?.[term.topologyKey]
    return domain !== undefined && node.metadata.labels?.[term.topologyKey] === domain && matchesTerm(term, other, pod)
  })
}
