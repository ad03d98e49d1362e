/** ControllerUnpublishVolume: the disk out of the node's VM, or out of whichever has it. */
import { formatVolumeHandle, StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import type { NodeDirectory } from '../../node-directory.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { detachFrom, ownerOf } from './detach.ts'
import { fence, placeOf } from './fence.ts'
import { cluesOf, locateVm } from './find-vm.ts'
import { identityOf } from './identity.ts'
import { isOwnDisk } from './own-disk.ts'
import { referencesTo, type Reference, type ScannedVm } from './scan.ts'

export interface Unpublication {
  readonly cluster: ProxmoxCluster
  readonly handle: VolumeHandle
  readonly directory: NodeDirectory | undefined
  readonly nodeId: string | undefined
}

export async function unpublishDisk({ cluster, handle, directory, nodeId }: Unpublication): Promise<void> {
  const fenced = await fence(cluster, handle)
  const toClear = fenced.references.filter((reference) => !isKeptByOwner(handle, reference))
  if (nodeId === undefined) return detachAll(cluster, handle, toClear)
  const vm = await locateVm(cluster, await cluesOf(directory, cluster.region, nodeId), fenced)
  if (vm === undefined) {
    if (toClear.length === 0) return
    throw new StorageError('not-found', `node ${nodeId} is no VM of the Proxmox cluster ${cluster.name} that can be recognised, while disk ${volidOf(handle)} is attached to ${toClear.map(placeOf).join(' and ')}; if that VM was the node, detach the disk there in Proxmox`)
  }
  const inScope = fenced.vms.some(({ vmid }) => vmid === vm.vmid)
  await detachAll(cluster, handle, inScope ? toClear.filter((reference) => reference.vm.vmid === vm.vmid) : takenAlong(handle, vm))
}

/**
 * A VM that was started on another Proxmox node after its own died has the disk in its config still, and would have it again when it comes back. The new
 * node may have a disk of the same name: the serial tells them apart.
 */
function takenAlong(handle: VolumeHandle, vm: ScannedVm): readonly Reference[] {
  const { serial } = identityOf(formatVolumeHandle(handle))
  return referencesTo(volidOf(handle), [vm]).filter(({ drive }) => drive.includes(`,serial=${serial}`))
}

async function detachAll(cluster: ProxmoxCluster, handle: VolumeHandle, references: readonly Reference[]): Promise<void> {
  const vms = new Map<number, ScannedVm>(references.map(({ vm }) => [vm.vmid, vm]))
  for (const vm of vms.values()) await detachFrom(cluster, handle, vm)
}

/** A VM remembers a disk of its own as `unusedN`; taking the entry away would destroy the disk. What it boots from was never attached as a volume. */
function isKeptByOwner(handle: VolumeHandle, reference: Reference): boolean {
  return isOwnDisk(handle, reference) || (reference.state === 'unused' && ownerOf(volidOf(handle)) === reference.vm.vmid)
}
