/** The disk behind a volume id, as its storage has it. */
import { isShared, volidOf, type Size, type VolumeHandle } from '@stowage/core'
import { ProxmoxError, type StoredVolume } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'
import { whereaboutsOf } from './whereabouts.ts'

export interface Disk {
  readonly volid: string
  readonly size: Size
  readonly format: string
}

/** A node that can be asked about the volume's storage: its zone, or for a shared storage any that is up and has it. */
export async function nodeFor(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<string> {
  return isShared(handle) ? (await whereaboutsOf(cluster, handle)).node : handle.zone
}

/** undefined when the storage answers and has no such disk. Fails when that cannot be known. */
export async function findDisk(cluster: ProxmoxCluster, handle: VolumeHandle): Promise<Disk | undefined> {
  const node = await nodeFor(cluster, handle)
  return findDiskOn(cluster, node, handle.storage, volidOf(handle))
}

export async function findDiskOn({ client }: ProxmoxCluster, node: string, storage: string, volid: string): Promise<Disk | undefined> {
  try {
    return diskOf(await client.disk(node, storage, volid))
  } catch (error) {
    if (!(error instanceof ProxmoxError) || !mayMeanAbsent(error)) throw error
    // Each storage words an absent disk in its own way, and some word it as a failure: the list decides.
    const listed = (await client.disks(node, storage)).find((disk) => disk.volid === volid)
    return listed === undefined ? undefined : diskOf(listed)
  }
}

function mayMeanAbsent(error: ProxmoxError): boolean {
  if (error.meaning === 'no-volume') return true
  return error.fate === 'refused' && (error.kind === 'internal' || error.kind === 'not-found' || error.kind === 'invalid')
}

function diskOf({ volid, size, format }: StoredVolume): Disk {
  return { volid, size, format }
}
