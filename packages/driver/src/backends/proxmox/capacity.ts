/**
 * GetCapacity: what storages say they have. What nobody knows now is an error, never zero. What nobody will ever know, because the class names a storage that
 * is not there or that the token may not see, is no matter of room: without an answer the scheduler would speak of free storage for ever, so the claim is let
 * through to CreateVolume, whose refusal says on the claim what is wrong.
 */
import { isStorageError, Size, StorageError } from '@stowage/core'
import type { StorageStatus } from '@stowage/proxmox'
import type { Capacity, CapacityQuestion } from '../../volume/backend.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { clustersNamed } from './create.ts'
import { regionKey, zoneKey } from './places.ts'

/** More than any claim asks for, and exact as a double. */
const unbounded = Size.gib(4 * 1024 ** 2)

const thin = new Set(['lvmthin', 'dir', 'nfs', 'cifs', 'rbd'])

export async function capacityOf(clusters: readonly ProxmoxCluster[], { parameters, topology }: CapacityQuestion): Promise<Capacity> {
  const storage = parameters['storage']
  const found: StorageStatus[] = []
  for (const cluster of clustersNamed(clusters, parameters['backend']).filter(({ region }) => topology?.[regionKey] === undefined || topology[regionKey] === region)) {
    const here = await storagesOf(cluster, topology?.[zoneKey], storage)
    if (here === 'at-fault') return { available: unbounded }
    found.push(...here)
  }
  if (storage === undefined) return { available: total(found) }
  const statuses = found.filter(({ active, enabled }) => active && enabled)
  const largest = statuses.every(({ type }) => thin.has(type)) ? undefined : largestOf(statuses)
  return { available: total(statuses), ...(largest === undefined ? {} : { largest }) }
}

async function storagesOf(cluster: ProxmoxCluster, zone: string | undefined, storage: string | undefined): Promise<readonly StorageStatus[] | 'at-fault'> {
  const nodes = zone === undefined ? (await cluster.client.nodes()).filter(({ status }) => status !== 'offline').map(({ node }) => node) : [zone]
  const shared = new Set<string>()
  const found: StorageStatus[] = []
  for (const node of nodes) {
    const all = (await cluster.client.storages(node)).filter(({ content }) => content.includes('images'))
    for (const status of all.filter((each) => storage === undefined || each.storage === storage)) {
      if (status.shared && shared.has(status.storage)) continue
      if (status.shared) shared.add(status.storage)
      found.push(status)
    }
  }
  return storage !== undefined && found.length === 0 ? missing(cluster, nodes, storage) : found
}

/** A storage that is on none of these nodes has no room there; one that is nowhere, or that the token may not see, is a fault of class or token. */
async function missing({ client }: ProxmoxCluster, nodes: readonly string[], storage: string): Promise<readonly StorageStatus[] | 'at-fault'> {
  const node = nodes[0]
  if (node === undefined) throw new StorageError('unavailable', `the room on storage ${JSON.stringify(storage)} is not known: no Proxmox node is online`)
  try {
    await client.storageStatus(node, storage)
    return []
  } catch (error) {
    if (isStorageError(error, 'exhausted')) return []
    if (isStorageError(error, 'precondition', 'denied')) return 'at-fault'
    throw error
  }
}

function total(statuses: readonly StorageStatus[]): Size {
  return statuses.reduce((sum, status) => sum.plus(availableOf(status)), Size.zero)
}

function largestOf(statuses: readonly StorageStatus[]): Size | undefined {
  return statuses.map(availableOf).reduce<Size | undefined>((most, size) => (most === undefined || most.lessThan(size) ? size : most), undefined)
}

function availableOf({ storage, active, available }: StorageStatus): Size {
  if (available === undefined && active) throw new StorageError('unavailable', `the room on storage ${JSON.stringify(storage)} is not known: Proxmox does not say. The token needs Datastore.Audit on /storage/${storage}`)
  return available ?? Size.zero
}
