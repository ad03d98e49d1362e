/** Where a node is. */
import { StorageError } from '@stowage/core'
import type { NodeDirectory } from '../node-directory.ts'
import type { Topology } from '../volume/backend.ts'

export const regionKey = 'topology.kubernetes.io/region'
export const zoneKey = 'topology.kubernetes.io/zone'
export const localNodeKey = 'topology.local.csi.stowage.dev/node'

export interface ProxmoxPlace {
  readonly region?: string
  /** The Proxmox node. */
  readonly zone?: string
}

/**
 * What the configuration says, then the node's labels in Kubernetes. Throws `unavailable` when neither says both: an answer without them
 * would keep every volume away from the node, and the kubelet asks again.
 */
export async function proxmoxTopology(nodeId: string, configured: ProxmoxPlace, directory: NodeDirectory | undefined): Promise<Topology> {
  const isComplete = configured.region !== undefined && configured.zone !== undefined
  const labels = isComplete || directory === undefined ? {} : ((await directory.find(nodeId))?.labels ?? {})
  const region = configured.region ?? labels[regionKey]
  const zone = configured.zone ?? labels[zoneKey]
  if (region === undefined || zone === undefined) {
    const missing = [...(region === undefined ? [regionKey] : []), ...(zone === undefined ? [zoneKey] : [])]
    throw new StorageError('unavailable', `node ${nodeId} has no ${missing.join(' and no ')}: the driver's controller sets these labels when it finds the node's VM at Proxmox (look at its log), or set them by hand: kubectl label node ${nodeId} ${missing.map((key) => `${key}=…`).join(' ')}`)
  }
  return { [regionKey]: region, [zoneKey]: zone }
}
