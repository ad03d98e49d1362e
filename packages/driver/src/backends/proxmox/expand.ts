/** ControllerExpandVolume. Proxmox resizes only disks that stand in a VM's config. */
import { StorageError, volidOf, type Size, type VolumeHandle } from '@stowage/core'
import { isProxmoxError, mayHaveHappened, ProxmoxError, volumeOfEntry } from '@stowage/proxmox'
import type { Expansion, ExpandWish } from '../../volume/backend.ts'
import { awaitTask, changeVm } from './change-vm.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { granularity } from './create.ts'
import { detachFrom, referencesInState } from './detach.ts'
import { fence, holds, isHolder } from './fence.ts'
import { findDisk, nodeFor, type Disk } from './find-disk.ts'
import { movedFrom } from './moved-vm.ts'
import { refuseOwnDisk } from './own-disk.ts'
import type { Reference, ScannedVm } from './scan.ts'
import { refuseLarger } from './suited.ts'
import { untilKnown, untilQuiet } from './until-known.ts'

export interface DiskExpansion {
  readonly cluster: ProxmoxCluster
  readonly handle: VolumeHandle
  readonly wish: ExpandWish
}

const mostTries = 8

export async function expandDisk({ cluster, handle, wish }: DiskExpansion): Promise<Expansion> {
  const volid = volidOf(handle)
  const disk = await findDisk(cluster, handle)
  if (disk === undefined) throw new StorageError('not-found', `disk ${volid} is not on storage ${JSON.stringify(handle.storage)}; it was removed, renamed or moved outside of Kubernetes`)
  const nodeExpansionRequired = wish.capability?.block === undefined
  if (disk.size.atLeast(wish.required)) {
    refuseAboveLimit(disk, wish)
    return { size: disk.size, nodeExpansionRequired }
  }
  const size = targetOf(wish)
  const node = await nodeFor(cluster, handle)
  refuseLarger(await cluster.client.storageStatus(node, handle.storage), size, node)
  const { references, vms } = await fence(cluster, handle)
  refuseOwnDisk(handle, references)
  const attached = references.find((reference) => holds(reference) && reference.state === 'attached' && !isHolder(reference.vm))
  const grown = attached === undefined ? await expandDetached(cluster, handle, references, vms, size) : await resizeIn(cluster, handle, attached, size)
  return { size: grown.size, nodeExpansionRequired }
}

function targetOf({ required, limit, volumeId }: ExpandWish): Size {
  const rounded = required.roundUpTo(granularity)
  if (limit === undefined || limit.atLeast(rounded)) return rounded
  throw new StorageError('invalid', `volume ${volumeId} grows in steps of ${granularity.toString()}, and ${required.toString()} rounded up is above the limit ${limit.toString()}`)
}

function refuseAboveLimit({ size, volid }: Disk, { limit }: ExpandWish): void {
  if (limit !== undefined && !limit.atLeast(size)) throw new StorageError('invalid', `disk ${volid} has ${size.toString()} already, which is above the limit ${limit.toString()}; disks do not shrink`)
}

/** In a VM that has the disk. Asked again until the storage shows the size or Proxmox refuses. */
async function resizeIn(cluster: ProxmoxCluster, handle: VolumeHandle, { vm, slot }: Pick<Reference, 'vm' | 'slot'>, size: Size): Promise<Disk> {
  const what = `grow disk ${volidOf(handle)} in VM ${vm.vmid} (${slot}) to ${size.toString()}`
  const look = (): Promise<Disk | undefined> => untilKnown(cluster, what, () => findDisk(cluster, handle))
  for (let tries = 0; tries < mostTries; tries++) {
    const failure = await cluster.turns.take(`vm/${vm.vmid}`, () => resizeOnce(cluster, vm, { slot, volid: volidOf(handle) }, size, what))
    if (failure !== undefined && mayHaveHappened(failure)) await untilQuiet(cluster, vm.node, ({ id }) => id === String(vm.vmid), () => movedFrom(cluster, vm.node, vm.vmid, what))
    const disk = await look()
    if (disk !== undefined && disk.size.atLeast(size)) return disk
    if (failure !== undefined && !mayHaveHappened(failure) && !isProxmoxError(failure, 'digest')) throw failure
  }
  throw new StorageError('unavailable', `${what}: the disk has not grown after ${mostTries} tries; look at the resize tasks of VM ${vm.vmid} in Proxmox. This is tried again by itself`)
}

async function resizeOnce(cluster: ProxmoxCluster, { node, vmid }: ScannedVm, { slot, volid }: { readonly slot: string; readonly volid: string }, size: Size, what: string): Promise<unknown> {
  try {
    const { digest, values } = await cluster.client.vmConfig(node, vmid, 'current')
    // The digest holds the config still from here on; before, somebody may have put another disk into the slot.
    if (volumeOfEntry(values[slot] ?? '') !== volid) return new ProxmoxError('unavailable', `${what}: ${slot} holds another disk by now; it is looked for again`, { fate: 'refused', repeat: 'later' })
    const upid = await cluster.client.resize(node, vmid, { disk: slot, size, digest })
    return upid === undefined ? undefined : await awaitTask(cluster, upid, what)
  } catch (error) {
    return error
  }
}

/** A stopped VM lends its config; without one the claim is expanded when a pod uses it next. */
async function expandDetached(cluster: ProxmoxCluster, handle: VolumeHandle, references: readonly Reference[], vms: readonly ScannedVm[], size: Size): Promise<Disk> {
  const volid = volidOf(handle)
  const changing = references.find(holds)
  if (changing !== undefined && !isHolder(changing.vm)) throw new StorageError('unavailable', `disk ${volid} is just being attached to or detached from VM ${changing.vm.vmid}; it is grown when that is over. This is tried again by itself`)
  const holder = vms.find(isHolder)
  if (holder === undefined) {
    throw new StorageError('precondition', `disk ${volid} is attached to no VM, and Proxmox grows only disks that stand in a VM's config: it is grown as soon as a pod uses the volume. To grow volumes that are not in use, keep a stopped VM named stowage-holder on ${handle.zone === '' ? 'a node' : handle.zone}`)
  }
  const slot = await lend(cluster, holder, volid)
  try {
    return await resizeIn(cluster, handle, { vm: holder, slot }, size)
  } finally {
    await detachFrom(cluster, handle, holder)
  }
}

async function lend(cluster: ProxmoxCluster, holder: ScannedVm, volid: string): Promise<string> {
  const slotOf = (state: Parameters<typeof referencesInState>[2]): string | undefined => referencesInState(volid, holder, state).find(({ state: is }) => is === 'attached')?.slot
  const state = await changeVm({
    cluster,
    node: holder.node,
    vmid: holder.vmid,
    what: `lend the config of VM ${holder.vmid} (${holder.name}) to disk ${volid}`,
    decide: (seen) => {
      if (slotOf(seen) !== undefined) return undefined
      const taken = new Set(seen.entries.map(({ key }) => key))
      const slot = Array.from({ length: 31 }, (_, index) => `scsi${index}`).find((name) => !taken.has(name))
      if (slot === undefined) throw new StorageError('exhausted', `VM ${holder.vmid} (${holder.name}) lends its config to 31 disks already; this is tried again by itself`)
      return { set: { [slot]: `${volid},backup=0` } }
    },
  })
  const slot = slotOf(state)
  if (slot === undefined) throw new StorageError('internal', `disk ${volid} is not in the config of VM ${holder.vmid}, although Proxmox reported it`)
  return slot
}
