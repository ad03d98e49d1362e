/** Where a disk can be reached, by what its storage says today: the id only says what was true when the volume was made. */
import { isShared, StorageError, type VolumeHandle } from '@stowage/core'
import { isProxmoxError } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'

export interface Whereabouts {
  /** A node that has the storage. */
  readonly node: string
  /** Whether VMs of every node can hold the disk. */
  readonly shared: boolean
}

/**
 * An id with a node may name a disk of a storage that is shared, or has become so: then VMs of all nodes count. An id without one on a storage that is not
 * shared throws `precondition`: each node may have another disk of that name.
 */
export async function whereaboutsOf(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<Whereabouts> {
  const { zone, storage } = handle
  if (!isShared(handle)) return { node: zone, shared: (await cluster.client.storageStatus(zone, storage)).shared }
  const node = await anyNodeWith(cluster, storage)
  return { node, shared: true }
}

async function anyNodeWith(cluster: ProxmoxCluster, storage: string): Promise<string> {
  const online = (await cluster.client.nodes()).filter(({ status }) => status !== 'offline')
  let last: unknown
  for (const { node } of online) {
    try {
      const { shared } = await cluster.client.storageStatus(node, storage)
      if (!shared) throw new StorageError('precondition', `the volume's id names no node, as if storage ${JSON.stringify(storage)} were shared, but it is not: each node may have another disk of this name, so none is touched. Correct the volume's id, or mark the storage as shared if it is`)
      return node
    } catch (error) {
      // A storage may be restricted to some nodes.
      if (!isProxmoxError(error, 'storage-elsewhere')) throw error
      last = error
    }
  }
  throw last ?? new StorageError('unavailable', `no node of the Proxmox cluster ${cluster.name} is online, so storage ${JSON.stringify(storage)} cannot be asked; this is tried again by itself`)
}
