/** Destroys a disk that is ours and that nobody holds, and makes sure that it is gone. */
import { parseDiskName, StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import { isProxmoxError, mayHaveHappened, ProxmoxError } from '@stowage/proxmox'
import { awaitTask } from './change-vm.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { detachFrom } from './detach.ts'
import { fence, isHolder, placeOf, type Fenced } from './fence.ts'
import { findDiskOn, nodeFor } from './find-disk.ts'
import { untilKnown, untilQuiet } from './until-known.ts'

const mostTries = 5

/** Resolves when the storage has no such disk. Throws `precondition` for a disk that is attached anywhere, or that is not ours. */
export async function destroyDisk(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<void> {
  refuseForeign(cluster, handle)
  const node = await nodeFor(cluster, handle)
  const volid = volidOf(handle)
  if ((await findDiskOn(cluster, node, handle.storage, volid)) === undefined) return
  await refuseAttached(cluster, handle)
  for (let tries = 0; tries < mostTries; tries++) {
    const failure = await freeOnce(cluster, node, handle)
    if (failure !== undefined && mayHaveHappened(failure)) await untilQuiet(cluster, node, ({ type, id }) => type === 'imgdel' && id.includes(handle.storage))
    const left = await untilKnown(cluster, `deletion of ${volid}`, () => findDiskOn(cluster, node, handle.storage, volid))
    if (left === undefined) return forget(cluster, handle)
    if (failure !== undefined && !mayHaveHappened(failure) && !isProxmoxError(failure, 'no-volume')) throw failure
  }
  throw new StorageError('unavailable', `disk ${volid} on node ${node} was deleted ${mostTries} times and is still there; look at the storage and its imgdel tasks in Proxmox. This is tried again by itself`)
}

function forget({ homes }: ProxmoxCluster, { disk }: VolumeHandle): void {
  const name = parseDiskName(disk)?.name
  if (name !== undefined) homes.delete(name)
}

/** undefined when Proxmox says that it is done. */
async function freeOnce(cluster: ProxmoxCluster, node: string, handle: VolumeHandle): Promise<unknown> {
  const what = `delete disk ${volidOf(handle)}`
  try {
    const upid = await cluster.client.free(node, handle.storage, volidOf(handle))
    return upid === undefined ? undefined : await awaitTask(cluster, upid, what)
  } catch (error) {
    if (!(error instanceof ProxmoxError)) throw error
    return error
  }
}

/** Ours are the disks whose owner in the name is the driver's VMID, which no VM has. */
function refuseForeign(cluster: ProxmoxCluster, handle: VolumeHandle): void {
  if (parseDiskName(handle.disk)?.owner === cluster.owner) return
  throw new StorageError('precondition', `disk ${volidOf(handle)} was not made by this driver (its name does not begin with vm-${cluster.owner}-), so it is not deleted; set the PersistentVolume's reclaim policy to Retain, and remove the disk in Proxmox if nobody needs it`)
}

async function refuseAttached(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<void> {
  const { references } = await withoutHolders(cluster, handle, await fence(cluster, handle))
  const held = references.filter(({ state }) => state !== 'unused')
  if (held.length > 0) {
    throw new StorageError('precondition', `disk ${volidOf(handle)} is still attached to ${held.map(placeOf).join(' and ')} on ${held[0]?.vm.node}, so it is not deleted; detach it, or wait until its pod has ended`)
  }
  // An entry that only remembers the disk would dangle, and keep the VM from starting or moving.
  for (const { vm } of references) await detachFrom(cluster, handle, vm)
}

async function withoutHolders(cluster: ProxmoxCluster, handle: VolumeHandle, fenced: Fenced): Promise<Fenced> {
  const lent = fenced.references.filter(({ vm }) => isHolder(vm))
  if (lent.length === 0) return fenced
  for (const { vm } of lent) await detachFrom(cluster, handle, vm)
  return fence(cluster, handle)
}
