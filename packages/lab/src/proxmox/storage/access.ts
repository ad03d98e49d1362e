import type { Call } from '../calls/call.ts'
import { splitVolid, storageOf } from '../cluster.ts'

/**
 * PVE::Storage::check_volume_access for disk images: Datastore.Allocate on the storage is enough; a disk that `vmid` owns is its own;
 * anybody else's needs Datastore.Audit there and VM.Config.Disk on the owner.
 */
export function requireVolumeAccess(call: Call, vmid: number | undefined, volid: string): void {
  const { storage, name } = splitVolid(volid)
  const { owner } = storageOf(call.cluster, storage).kind.parse(name)
  if (call.rights.has(`/storage/${storage}`, 'Datastore.Allocate')) return
  if (vmid !== undefined && owner === vmid) return
  call.rights.require(`/storage/${storage}`, 'Datastore.Audit')
  call.rights.require(`/vms/${owner}`, 'VM.Config.Disk')
}

export function mayAccessVolume(call: Call, vmid: number | undefined, volid: string): boolean {
  try {
    requireVolumeAccess(call, vmid, volid)
    return true
  } catch {
    return false
  }
}
