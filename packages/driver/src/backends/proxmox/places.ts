/** Where a volume may be made: Proxmox nodes that have the storage, as far as the topology allows. */
import { isStorageError, nearest, StorageError } from '@stowage/core'
import { isProxmoxError, type ProxmoxError, type StorageStatus } from '@stowage/proxmox'
import type { Topology } from '../../volume/backend.ts'
import type { ProxmoxCluster } from './cluster.ts'

export const regionKey = 'topology.kubernetes.io/region'
export const zoneKey = 'topology.kubernetes.io/zone'

export interface Place {
  readonly cluster: ProxmoxCluster
  readonly node: string
  readonly storage: StorageStatus
}

export interface Places {
  /** The best first. */
  readonly wanted: readonly Place[]
  /** Why nothing is wanted. */
  readonly refusal: StorageError
}

/** While a process is young, a call of the one before it may have been lost. */
const youngMs = 15 * 60_000

export function topologyOf(region: string, node: string | undefined): Topology {
  return node === undefined ? { [regionKey]: region } : { [regionKey]: region, [zoneKey]: node }
}

/**
 * `disk` is the name that the disk would have. A node that does not answer is passed over, unless the disk may be there already: then its answer is waited
 * for, or a second disk would be made elsewhere.
 */
export async function placesFor(clusters: readonly ProxmoxCluster[], storage: string, topologies: readonly Topology[], disk: string): Promise<Places> {
  const inRegion = clustersFor(clusters, topologies)
  const failures: unknown[] = []
  const wanted: Place[] = []
  for (const cluster of inRegion) {
    const zones = zonesFor(cluster, topologies)
    const young = cluster.clock.monotonic() - cluster.startedAt < youngMs
    for (const node of zones ?? (await onlineNodes(cluster))) {
      const failure = await tryPlace(cluster, node, storage, wanted, failures)
      // A repeated call asks for the same places in the same order: what came before would be in the first.
      const mayBeThere = cluster.homes.get(disk) === node || (young && wanted.length === 0)
      if (mayBeThere && isStorageError(failure, 'unavailable')) throw failure
    }
  }
  return { wanted: topologies.length === 0 ? byRoom(wanted) : wanted, refusal: wanted.length > 0 ? nowhere(storage, inRegion) : await refusalOf(storage, inRegion, failures) }
}

function clustersFor(clusters: readonly ProxmoxCluster[], topologies: readonly Topology[]): readonly ProxmoxCluster[] {
  if (topologies.length === 0) return clusters
  const regions = new Set(topologies.map((topology) => topology[regionKey]))
  const found = clusters.filter(({ region }) => regions.has(region) || regions.has(undefined))
  if (found.length > 0) return found
  throw new StorageError('exhausted', `no Proxmox cluster serves the region ${[...regions].join(', ')}; known are ${clusters.map(({ region }) => region).join(', ')}. Check the nodes' label ${regionKey}`)
}

/** In the caller's order; undefined when any node of the region will do. */
function zonesFor({ region }: ProxmoxCluster, topologies: readonly Topology[]): readonly string[] | undefined {
  const here = topologies.filter((topology) => topology[regionKey] === undefined || topology[regionKey] === region)
  const zones = here.map((topology) => topology[zoneKey])
  const named = zones.filter((zone) => zone !== undefined)
  return named.length === 0 || named.length < zones.length ? undefined : [...new Set(named)]
}

async function onlineNodes({ client }: ProxmoxCluster): Promise<readonly string[]> {
  return (await client.nodes()).filter(({ status }) => status !== 'offline').map(({ node }) => node)
}

async function tryPlace(cluster: ProxmoxCluster, node: string, storage: string, found: Place[], failures: unknown[]): Promise<unknown> {
  try {
    found.push({ cluster, node, storage: await cluster.client.storageStatus(node, storage) })
    return undefined
  } catch (error) {
    // A storage that nobody knows, or that this token may not see, is nowhere; a node that does not answer says nothing about the others.
    if (isProxmoxError(error, 'no-storage', 'permission', 'authentication') && failures.length === 0 && found.length === 0) failures.unshift(error)
    else failures.push(error)
    return error
  }
}

async function refusalOf(storage: string, clusters: readonly ProxmoxCluster[], failures: readonly unknown[]): Promise<StorageError> {
  const first = failures.find((failure) => failure instanceof StorageError)
  if (isProxmoxError(first, 'no-storage', 'permission')) return unseen(storage, clusters, first)
  return first ?? nowhere(storage, clusters)
}

function nowhere(storage: string, clusters: readonly ProxmoxCluster[]): StorageError {
  return new StorageError('exhausted', `storage ${JSON.stringify(storage)} is on no node of ${clusters.map(({ name }) => name).join(', ')} that may be used; check the class's parameter storage and its allowedTopologies`)
}

/** Proxmox looks at permissions before it looks whether the storage exists, so a name that is misspelt reads as one that is forbidden. */
async function unseen(storage: string, clusters: readonly ProxmoxCluster[], refusal: ProxmoxError): Promise<StorageError> {
  const seen = await Promise.all(clusters.map(({ client }) => storagesSeen(client)))
  const known = [...new Set(seen.flat())].toSorted()
  const hidden = refusal.meaning === 'permission'
  const meant = nearest(storage, known)
  const sentences = [
    `storage ${JSON.stringify(storage)} does not exist${hidden ? ', or the token may not use it' : ''} (Proxmox: ${refusal.words.trim()})`,
    ...(hidden ? [`If the name is right, grant Datastore.AllocateSpace and Datastore.Audit on /storage/${storage} to the token and, with privilege separation, to its user as well`] : []),
    `${hidden ? 'If it is not, make' : 'Make'} the class anew with the right name in its parameter storage${meant === undefined ? '' : ` (did you mean ${JSON.stringify(meant)}?)`}; the token sees ${known.length === 0 ? 'none' : known.join(', ')}, and pvesm status lists all`,
    'This is tried again by itself',
  ]
  return new StorageError(refusal.kind, sentences.join('. '), { cause: refusal })
}

async function storagesSeen(client: ProxmoxCluster['client']): Promise<readonly string[]> {
  try {
    const node = (await client.nodes()).find(({ status }) => status !== 'offline')?.node
    const all = node === undefined ? [] : await client.storages(node)
    return all.filter(({ content }) => content.includes('images')).map(({ storage }) => storage)
  } catch (error) {
    if (error instanceof StorageError) return []
    throw error
  }
}

function byRoom(places: readonly Place[]): readonly Place[] {
  const room = ({ storage: { available } }: Place): bigint => available?.bytes ?? -1n
  return places.toSorted((left, right) => (room(right) > room(left) ? 1 : room(right) < room(left) ? -1 : 0))
}
