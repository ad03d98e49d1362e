/** What a decision about volumes writes, and when it has come true: the VolumeBinding plugin's PreBind. */
import type { Api } from '../api/api.ts'
import { matchesNodeSelector } from '../controllers/label-match.ts'
import type { Claim, Node, Pod, Volume } from '../controllers/objects.ts'
import { annotationOf, claimNamesOf, isDeleted } from '../controllers/objects.ts'
import { selectedNode } from '../controllers/volumes/annotations.ts'
import { reservation } from '../controllers/volumes/bind.ts'
import { change, withAnnotations } from '../controllers/write.ts'
import { isFullyBound } from './volume-claims.ts'
import type { VolumeDecision } from './volume-fit.ts'

/** Reserves volumes and names the node to the provisioner. Throws when a volume was taken meanwhile. */
export function writeDecision(api: Api, decision: VolumeDecision, nodeName: string): void {
  for (const { claim, volume } of decision.bindings) api.update<Volume>('persistentvolumes', reservation(volume, claim))
  for (const claim of decision.provisions) {
    change<Claim>(api, 'persistentvolumeclaims', claim, (current) =>
      annotationOf(current, selectedNode) === nodeName ? undefined : withAnnotations(current, { [selectedNode]: nodeName }),
    )
  }
}

export type BindingState = 'bound' | 'waiting' | { readonly failed: string }

export function bindingState(api: Api, pod: Pod, nodeName: string): BindingState {
  let state: BindingState = 'bound'
  for (const name of claimNamesOf(pod)) {
    const claim = api.get<Claim>('persistentvolumeclaims', name, pod.metadata.namespace)
    if (claim === undefined) return { failed: `binding volumes: persistentvolumeclaim "${name}" not found` }
    if (isDeleted(claim)) return { failed: `binding volumes: persistentvolumeclaim "${name}" is being deleted` }
    if (isFullyBound(claim)) {
      const elsewhere = boundElsewhere(api, claim, nodeName)
      if (elsewhere !== undefined) return { failed: elsewhere }
      continue
    }
    const chosen = annotationOf(claim, selectedNode)
    const reserved = (claim.spec.volumeName ?? '') !== ''
    if (!reserved && chosen !== undefined && chosen !== nodeName) return { failed: `binding volumes: provisioning failed for PVC "${name}"` }
    state = 'waiting'
  }
  return state
}

/** A provisioner may make the volume where another node is; CheckNodeAffinity's words. */
function boundElsewhere(api: Api, claim: Claim, nodeName: string): string | undefined {
  const volume = api.get<Volume>('persistentvolumes', claim.spec.volumeName ?? '')
  const node = api.get<Node>('nodes', nodeName)
  if (volume === undefined || node === undefined || matchesNodeSelector(volume.spec.nodeAffinity?.required, node)) return undefined
  return `binding volumes: pv "${volume.metadata.name}" node affinity doesn't match node "${nodeName}": no matching NodeSelectorTerms`
}

/** The provisioner took the node's name away: it asks for another one. */
export function wantsOtherNode(api: Api, decision: VolumeDecision): string | undefined {
  const given = decision.provisions.find((claim) => {
    const current = api.get<Claim>('persistentvolumeclaims', claim.metadata.name, claim.metadata.namespace)
    return current !== undefined && !isFullyBound(current) && annotationOf(current, selectedNode) === undefined
  })
  return given === undefined ? undefined : `binding volumes: provisioning failed for PVC "${given.metadata.name}"`
}
