/** Whether a node can have a pod's volumes: the VolumeBinding plugin's Filter, and what it then wants written. Pure. */
import { Size } from '@stowage/core/size'
import { matchesLabelSelector, matchesNodeSelector, matchesTopologyTerms } from '../controllers/label-match.ts'
import type { Claim, CsiDriver, Node, StorageCapacity, Volume } from '../controllers/objects.ts'
import { annotationOf } from '../controllers/objects.ts'
import { selectedNode } from '../controllers/volumes/annotations.ts'
import { findMatchingVolume, requestedSize } from '../controllers/volumes/match-volume.ts'
import { refuseForGood } from './verdict.ts'
import type { Refusal } from './verdict.ts'
import type { PodClaims, UnboundClaim } from './volume-claims.ts'

export interface StorageFacts {
  driver(name: string): CsiDriver | undefined
  capacities(className: string): readonly StorageCapacity[]
}

export interface VolumeDecision {
  /** Existing volumes to reserve. */
  readonly bindings: readonly { readonly claim: Claim; readonly volume: Volume }[]
  /** Claims for which a volume is to be made for this node. */
  readonly provisions: readonly Claim[]
}

export type VolumeAnswer = { readonly refusal: Refusal } | { readonly decision: VolumeDecision }

export function fitVolumes(claims: PodClaims, node: Node, facts: StorageFacts): VolumeAnswer {
  const reasons: string[] = []
  const near = claims.bound.every(({ volume }) => matchesNodeSelector(volume?.spec.nodeAffinity?.required, node))
  if (!near) reasons.push("node(s) didn't match PersistentVolume's node affinity")
  const unbound = decideUnbound(claims.unbound, node, facts)
  if (unbound === 'none-fits') reasons.push("node(s) didn't find available persistent volumes to bind")
  if (unbound === 'no-space') reasons.push('node(s) did not have enough free storage')
  if (claims.bound.some(({ volume }) => volume === undefined)) reasons.push('node(s) unavailable due to one or more pvc(s) bound to non-existent pv(s)')
  if (reasons.length > 0 || typeof unbound === 'string') return { refusal: refuseForGood(...reasons) }
  return { decision: unbound }
}

function decideUnbound(unbound: readonly UnboundClaim[], node: Node, facts: StorageFacts): VolumeDecision | 'none-fits' | 'no-space' {
  const bindings: { claim: Claim; volume: Volume }[] = []
  const provisions: Claim[] = []
  for (const each of bySize(unbound)) {
    const chosen = annotationOf(each.claim, selectedNode)
    if (chosen !== undefined && chosen !== node.metadata.name) return 'none-fits'
    const free = each.candidates.filter(({ metadata }) => !bindings.some(({ volume }) => volume.metadata.name === metadata.name))
    const volume = chosen === undefined ? findMatchingVolume(each.claim, free, true, node) : undefined
    if (volume !== undefined) {
      bindings.push({ claim: each.claim, volume })
      continue
    }
    const answer = whyNotProvisioned(each, node, facts)
    if (answer !== undefined) return answer
    provisions.push(each.claim)
  }
  return { bindings, provisions }
}

/** The smallest first, so that a large volume is left for a large claim. */
function bySize(unbound: readonly UnboundClaim[]): readonly UnboundClaim[] {
  return unbound.toSorted((left, right) => requestedSize(left.claim).compare(requestedSize(right.claim)))
}

function whyNotProvisioned({ claim, storageClass }: UnboundClaim, node: Node, facts: StorageFacts): 'none-fits' | 'no-space' | undefined {
  if (storageClass.provisioner === '' || storageClass.provisioner === 'kubernetes.io/no-provisioner') return 'none-fits'
  if (!matchesTopologyTerms(storageClass.allowedTopologies, node.metadata.labels ?? {})) return 'none-fits'
  if (facts.driver(storageClass.provisioner)?.spec.storageCapacity !== true) return undefined
  const wanted = requestedSize(claim)
  const enough = facts.capacities(storageClass.metadata.name).some(
    (each) => matchesLabelSelector(each.nodeTopology, node.metadata.labels) && (Size.tryParse(each.maximumVolumeSize ?? each.capacity ?? '0') ?? Size.zero).atLeast(wanted),
  )
  return enough ? undefined : 'no-space'
}
