/** A disk that stands in the very VM whose number its name bears, without a mark of a volume: what the VM boots from, or was given by hand. */
import { formatVolumeHandle, StorageError, volidOf, type VolumeHandle } from '@stowage/core'
import { ownerOf } from './detach.ts'
import { placeOf } from './fence.ts'
import { identityOf } from './identity.ts'
import type { Reference } from './scan.ts'

/** `PVC-ID` in hexadecimal: how a WWN of the existing plugin begins. */
const pluginMark = ',wwn=0x5056432d4944'

export function isOwnDisk(handle: VolumeHandle, { vm, state, drive }: Reference): boolean {
  if (state === 'unused' || ownerOf(volidOf(handle)) !== vm.vmid) return false
  return !drive.includes(`,serial=${identityOf(formatVolumeHandle(handle)).serial}`) && !drive.toLowerCase().includes(pluginMark)
}

/** Detaching it later would take the VM's own disk from under it. Throws `precondition`. */
export function refuseOwnDisk(handle: VolumeHandle, references: readonly Reference[]): void {
  const own = references.find((reference) => isOwnDisk(handle, reference))
  if (own === undefined) return
  throw new StorageError('precondition', `disk ${volidOf(handle)} is ${placeOf(own)}'s own and was not attached as a volume, so it is not used as one; is the volume's id right? To make it a volume, detach it in Proxmox first`)
}
