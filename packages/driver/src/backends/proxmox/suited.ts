/** Whether a storage can take the disk, judged before anything is asked of it. */
import { StorageError, type ProxmoxParameters, type Size } from '@stowage/core'
import { blockStorageTypes, holdsFiles, type StorageStatus } from '@stowage/proxmox'

export function refuseUnsuited(storage: StorageStatus, { storageFormat, replicate }: ProxmoxParameters, size: Size, node: string): void {
  const name = JSON.stringify(storage.storage)
  if (!storage.enabled || !storage.active) {
    throw new StorageError('unavailable', `storage ${name} is not ${storage.enabled ? 'active' : 'enabled'} on node ${node}; bring it back (pvesm status on the node). This is tried again by itself`)
  }
  if (!storage.content.includes('images')) throw new StorageError('precondition', `storage ${name} does not take disk images (it takes ${storage.content.join(', ')}); allow the content "Disk image" (Datacenter, Storage, Edit), or use another storage`)
  if (!holdsFiles(storage.type) && !blockStorageTypes.some((type) => type === storage.type)) throw new StorageError('precondition', `storage ${name} is of type ${storage.type}, which holds no disks that can be attached; use one of type zfspool, lvmthin or dir`)
  if (storageFormat !== undefined && !holdsFiles(storage.type) && storageFormat !== 'raw') {
    throw new StorageError('invalid', `parameter storageFormat is ${storageFormat}, but storage ${name} (${storage.type}) holds raw disks only; remove the parameter, or use a storage of type dir or nfs`)
  }
  if (replicate) throw new StorageError('invalid', 'parameter replicate is true, and this driver does not set up replication yet; remove the parameter, and back the volume up in another way')
  refuseFull(storage, size, node)
}

/** Thin storages may hold more than they have; but a disk larger than all of it, or one on a full pool, cannot end well. */
function refuseFull({ storage, total, available }: StorageStatus, size: Size, node: string): void {
  const full = available !== undefined && total !== undefined && !total.isZero() && available.isZero()
  if (full) throw noRoom(storage, node, 'is full', size)
  refuseLarger({ storage, ...(total === undefined ? {} : { total }) }, size, node)
}

/** Disks do not shrink: one that was grown beyond its storage stays so. */
export function refuseLarger({ storage, total }: Pick<StorageStatus, 'storage' | 'total'>, size: Size, node: string): void {
  if (total !== undefined && !total.isZero() && total.lessThan(size)) throw noRoom(storage, node, `has ${total.toString()} in all`, size)
}

function noRoom(storage: string, node: string, seen: string, size: Size): StorageError {
  return new StorageError('exhausted', `storage ${JSON.stringify(storage)} on node ${node} ${seen}, and a disk of ${size.toString()} was asked for; free space, grow the storage, or let the claim go to another node or class`)
}
