/** ControllerPublishVolume: the disk in a slot of the node's VM, and in no other VM. */
import { isShared, StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import { allowsDiskHotplug, freeScsiSlot, isDiskSlot, volumeOfEntry, type ConfigChange } from '@stowage/proxmox'
import type { Parameters, PublishWish } from '../../volume/backend.ts'
import type { NodeDirectory } from '../../node-directory.ts'
import { publishKeys } from '../../node/contexts.ts'
import { changeVm, type VmState } from './change-vm.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { originKey } from './context.ts'
import { detachFrom, referencesInState } from './detach.ts'
import { driveOf, guestIdentity, parametersOfContext } from './drive-of-volume.ts'
import { fence, holds, isHolder, placeOf, type Fenced } from './fence.ts'
import { findDisk, type Disk } from './find-disk.ts'
import { cluesOf, locateVm, type NodeClues } from './find-vm.ts'
import { refuseOwnDisk } from './own-disk.ts'
import type { Reference, ScannedVm } from './scan.ts'

export interface Publication {
  readonly cluster: ProxmoxCluster
  readonly handle: VolumeHandle
  readonly directory: NodeDirectory | undefined
  readonly wish: PublishWish
  /** Whether anybody has reported a filesystem on the volume. */
  readonly isFormatted: (volumeId: string) => Promise<boolean>
}

export async function publishDisk({ cluster, handle, directory, wish, isFormatted }: Publication): Promise<Parameters> {
  const disk = await findDisk(cluster, handle)
  if (disk === undefined) throw new StorageError('not-found', `disk ${volidOf(handle)} is not on storage ${JSON.stringify(handle.storage)}${isShared(handle) ? '' : ` of node ${handle.zone}`}; it was removed, renamed or moved outside of Kubernetes: look for it with \`pvesm list\``)
  const clues = await cluesOf(directory, cluster.region, wish.nodeId)
  const fenced = await clearFence(cluster, handle, await fence(cluster, handle))
  const vm = await vmOf(cluster, clues, handle, fenced)
  refuseElsewhere(handle, vm, fenced.references, wish)
  refuseOwnDisk(handle, fenced.references)
  const drive = (controller: string | undefined): string => driveOf({ volumeId: wish.volumeId, volid: disk.volid, parameters: parametersOfContext(handle.storage, wish.context), controller })
  const entry = await attach(cluster, vm, disk, drive)
  if (entry.isNew) await refuseRival(cluster, handle, vm, wish)
  return { ...contextOf(disk, entry), ...(await formatPermission(wish, isFormatted)) }
}

/** A holder VM lends its config for a moment only; what a process left there when it died is taken away. */
async function clearFence(cluster: ProxmoxCluster, handle: VolumeHandle, fenced: Fenced): Promise<Fenced> {
  const lent = fenced.references.filter(({ vm }) => isHolder(vm))
  if (lent.length === 0) return fenced
  for (const { vm } of lent) await detachFrom(cluster, handle, vm)
  return fence(cluster, handle)
}

/**
 * Another driver may have looked in the same moment as this one. Both have written by now, so at least one of them sees the other, and takes its own back
 * before anybody was told of it.
 */
async function refuseRival(cluster: ProxmoxCluster, handle: VolumeHandle, vm: ScannedVm, wish: PublishWish): Promise<void> {
  const { references } = await fence(cluster, handle)
  try {
    refuseElsewhere(handle, vm, references, wish)
  } catch (error) {
    cluster.log.warn('a disk was attached to two VMs in the same moment; it is taken out again here', { disk: volidOf(handle), vm: vm.vmid, error })
    await detachFrom(cluster, handle, vm)
    throw error
  }
}

async function vmOf(cluster: ProxmoxCluster, clues: NodeClues, handle: VolumeHandle, fenced: Fenced): Promise<ScannedVm> {
  const anywhere = await locateVm(cluster, clues, fenced)
  if (anywhere !== undefined && (fenced.shared || anywhere.node === handle.zone)) return anywhere
  if (anywhere === undefined) {
    throw new StorageError('not-found', `node ${clues.nodeId} is no VM of the Proxmox cluster ${cluster.name}: none has its SMBIOS UUID, its providerID, the annotation stowage.dev/proxmox-vmid, or its name. Give the VM the node's name, or set the annotation; the token needs VM.Audit on it`)
  }
  throw new StorageError('precondition', `node ${clues.nodeId} is VM ${anywhere.vmid} on ${anywhere.node}, but disk ${volidOf(handle)} is on ${handle.zone}: a local storage serves the VMs of its own node only. If the VM was migrated, move it back, or correct the node's label topology.kubernetes.io/zone`)
}

function refuseElsewhere(handle: VolumeHandle, vm: ScannedVm, references: readonly Reference[], { nodeId }: PublishWish): void {
  const elsewhere = references.filter((reference) => holds(reference) && reference.vm.vmid !== vm.vmid)
  if (elsewhere.length === 0) return
  throw new StorageError('precondition', `disk ${volidOf(handle)} is attached to ${elsewhere.map(placeOf).join(' and ')} on ${elsewhere[0]?.vm.node}, so it cannot be attached to VM ${vm.vmid} (${nodeId}); detach it there, or wait until its pod has ended`, {
    details: { holders: elsewhere.map(({ vm: { vmid, name }, slot, state }) => ({ vmid, name, slot, state })) },
  })
}

/** Answers the entry of the config, as it runs. */
async function attach(cluster: ProxmoxCluster, vm: ScannedVm, disk: Disk, drive: (controller: string | undefined) => string): Promise<{ readonly slot: string; readonly drive: string; readonly isNew: boolean }> {
  const what = `attach disk ${disk.volid} to VM ${vm.vmid}${vm.name === undefined ? '' : ` (${vm.name})`}`
  const leftover = (state: VmState): string | undefined => referencesInState(disk.volid, vm, state).find(({ state: is }) => is === 'attaching')?.slot
  let isNew = false
  const done = await changeVm({
    cluster,
    node: vm.node,
    vmid: vm.vmid,
    what,
    decide: (state) => {
      const next = nextStep(what, vm, disk, drive, state)
      isNew ||= next !== undefined
      return next
    },
    undo: (state) => {
      const slot = leftover(state)
      return slot === undefined ? undefined : { revert: [slot] }
    },
  })
  const attached = runningEntry(disk.volid, done)
  if (attached === undefined) throw new StorageError('internal', `${what}: Proxmox reported success, but the disk is not in the VM's running config`)
  return { ...attached, isNew }
}

function nextStep(what: string, vm: ScannedVm, disk: Disk, drive: (controller: string | undefined) => string, state: VmState): Omit<ConfigChange, 'digest'> | undefined {
  const references = referencesInState(disk.volid, vm, state)
  // A hot-plug that failed before: what is pending is no attachment, and would become one at the next start.
  const failed = references.find(({ state: is }) => is === 'attaching')
  if (failed !== undefined) return { revert: [failed.slot] }
  // An unplug that is under way ends first: QEMU may let go at any moment, whatever the config says then.
  const leaving = references.find(({ state: is }) => is === 'detaching')
  if (leaving !== undefined) return { remove: [leaving.slot] }
  if (runningEntry(disk.volid, state) !== undefined) return undefined
  const { values } = state.current
  refuseUnable(what, vm, values)
  const slot = freeScsiSlot(new Set(state.entries.map(({ key }) => key)))
  if (slot === undefined) throw new StorageError('exhausted', `${what}: all 31 SCSI slots of the VM are taken; move pods to other nodes, or detach what is not needed`)
  return { set: { [slot]: drive(values['scsihw']) } }
}

function refuseUnable(what: string, vm: ScannedVm, values: Readonly<Record<string, string>>): void {
  const lock = values['lock']
  if (lock !== undefined) throw new StorageError('unavailable', `${what}: the VM is locked (${lock}); wait until the ${lock} is over, or, if no such task runs any more, unlock the VM with \`qm unlock ${vm.vmid}\`. This is tried again by itself`)
  if (vm.status === 'running' && !allowsDiskHotplug(values['hotplug'])) {
    throw new StorageError('precondition', `${what}: the VM's hotplug option (${JSON.stringify(values['hotplug'])}) does not include disk, so the disk would only appear at its next start; run \`qm set ${vm.vmid} --hotplug disk,network,usb\``)
  }
}

/** In what runs (`current=1`), not in what is merely wanted. */
function runningEntry(volid: string, { current: { values } }: VmState): { readonly slot: string; readonly drive: string } | undefined {
  for (const [slot, drive] of Object.entries(values)) {
    if (isDiskSlot(slot) && volumeOfEntry(drive) === volid) return { slot, drive }
  }
  return undefined
}

/** What the node needs to be sure of the disk. */
function contextOf({ size }: Disk, { slot, drive }: { readonly slot: string; readonly drive: string }): Parameters {
  const { serial, wwn } = guestIdentity(slot, drive)
  return { [publishKeys.serial]: serial, ...(wwn === undefined ? {} : { [publishKeys.wwn]: wwn }), [publishKeys.size]: size.bytes.toString(), [publishKeys.slot]: slot }
}

/** A volume that was made blank may be formatted once; one that anybody has formatted never. Of one made by others nothing is said. */
async function formatPermission({ volumeId, context }: PublishWish, isFormatted: Publication['isFormatted']): Promise<{ readonly format?: 'allowed' | 'never' }> {
  if (await isFormatted(volumeId)) return { format: 'never' }
  const origin = context[originKey]
  return origin === undefined ? {} : { format: origin === 'blank' ? 'allowed' : 'never' }
}
