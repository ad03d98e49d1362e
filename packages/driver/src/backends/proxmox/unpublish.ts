/** ControllerUnpublishVolume: the disk out of the node's VM, or out of whichever has it. */
import { StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import type { NodeDirectory } from '../../node-directory.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { detachFrom, ownerOf } from './detach.ts'
import { fence, placeOf } from './fence.ts'
import { cluesOf, findVm } from './find-vm.ts'
import type { Reference, ScannedVm } from './scan.ts'

export interface Unpublication {
  readonly cluster: ProxmoxCluster
  readonly handle: VolumeHandle
  readonly directory: NodeDirectory | undefined
  readonly nodeId: string | undefined
}

export async function unpublishDisk({ cluster, handle, directory, nodeId }: Unpublication): Promise<void> {
  const { references, vms } = await fence(cluster, handle)
  const toClear = references.filter((reference) => !isKeptByOwner(handle, reference))
  if (toClear.length === 0) return
  if (nodeId === undefined) return detachAll(cluster, handle, toClear)
  const clues = await cluesOf(directory, cluster.region, nodeId)
  // The node may have moved to another Proxmox node since; a disk that stayed behind is not attached to it.
  const vm = findVm(clues, vms) ?? findVm(clues, (await cluster.scan.fresh('*')).vms)
  if (vm === undefined) {
    throw new StorageError('not-found', `node ${nodeId} is no VM of the Proxmox cluster ${cluster.name} that can be recognised, while disk ${volidOf(handle)} is attached to ${toClear.map(placeOf).join(' and ')}; if that VM was the node, detach the disk there in Proxmox`)
  }
  await detachAll(cluster, handle, toClear.filter((reference) => reference.vm.vmid === vm.vmid))
}

async function detachAll(cluster: ProxmoxCluster, handle: VolumeHandle, references: readonly Reference[]): Promise<void> {
  const vms = new Map<number, ScannedVm>(references.map(({ vm }) => [vm.vmid, vm]))
  for (const vm of vms.values()) await detachFrom(cluster, handle, vm)
}

/** A VM remembers a disk of its own as `unusedN`; taking the entry away would destroy the disk. */
function isKeptByOwner(handle: VolumeHandle, { state, vm }: Reference): boolean {
  return state === 'unused' && ownerOf(volidOf(handle)) === vm.vmid
}
