/** GetCapacity: what storages say they have. What nobody knows is an error, never zero. */
import { Size, StorageError } from '@stowage/core'
import type { StorageStatus } from '@stowage/proxmox'
import type { Capacity, CapacityQuestion } from '../../volume/backend.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { clustersNamed } from './create.ts'
import { regionKey, zoneKey } from './places.ts'

const thin = new Set(['lvmthin', 'dir', 'nfs', 'cifs', 'rbd'])

export async function capacityOf(clusters: readonly ProxmoxCluster[], { parameters, topology }: CapacityQuestion): Promise<Capacity> {
  const storage = parameters['storage']
  const found: StorageStatus[] = []
  for (const cluster of clustersNamed(clusters, parameters['backend']).filter(({ region }) => topology?.[regionKey] === undefined || topology[regionKey] === region)) {
    found.push(...(await storagesOf(cluster, topology?.[zoneKey], storage)))
  }
  if (storage === undefined) return { available: total(found) }
  const statuses = found.filter(({ active, enabled }) => active && enabled)
  const largest = statuses.every(({ type }) => thin.has(type)) ? undefined : largestOf(statuses)
  return { available: total(statuses), ...(largest === undefined ? {} : { largest }) }
}

async function storagesOf(cluster: ProxmoxCluster, zone: string | undefined, storage: string | undefined): Promise<readonly StorageStatus[]> {
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
  if (storage !== undefined && found.length === 0) await explainMissing(cluster, nodes, storage)
  return found
}

/** A storage that is on none of these nodes has no room there; one that the token may not see is unknown. */
async function explainMissing({ client }: ProxmoxCluster, nodes: readonly string[], storage: string): Promise<void> {
  const node = nodes[0]
  if (node === undefined) throw new StorageError('unavailable', `the room on storage ${JSON.stringify(storage)} is not known: no Proxmox node is online`)
  try {
    await client.storageStatus(node, storage)
  } catch (error) {
    if (error instanceof StorageError && error.kind === 'exhausted') return
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
