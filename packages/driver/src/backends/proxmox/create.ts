/** CreateVolume: one disk of this name and size, or none. */
import { diskNamePart, formatDiskName, formatVolumeHandle, Size, StorageError, volidOf, type ProxmoxParameters, type VolumeHandle } from '@stowage/core'
import { holdsFiles, mayHaveHappened, type StorageStatus } from '@stowage/proxmox'
import type { ProvisionedVolume, VolumeWish } from '../../volume/backend.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { destroyDisk } from './destroy.ts'
import { contextOfParameters } from './context.ts'
import { findDiskOn, type Disk } from './find-disk.ts'
import { hexDigest } from '../../volume/hex-digest.ts'
import { placesFor, topologyOf, type Place } from './places.ts'
import { refuseUnsuited } from './suited.ts'
import { noteBirth, settled, untilKnown, untilQuiet } from './until-known.ts'

export const defaultSize = Size.gib(10)
/** The existing plugin's granularity: sizes stay as they were after a takeover. */
export const granularity = Size.mib(512)

/** After so many lost answers without a trace of the disk, the caller hears what is wrong. */
const mostAsked = 4

const pauseMs = 500
const mostLooks = 60

export interface Creation {
  readonly clusters: readonly ProxmoxCluster[]
  readonly wish: VolumeWish
  readonly parameters: ProxmoxParameters
}

export async function createDisk({ clusters, wish, parameters }: Creation): Promise<ProvisionedVolume> {
  const size = sizeFor(wish)
  const places = await placesFor(clustersNamed(clusters, parameters.backend), parameters.storage, wish.topologies, diskNamePart(wish.name, hexDigest))
  const existing = await findStaying(places.wanted, wish, parameters)
  if (existing !== undefined) return adopt(existing, wish, size, parameters)
  const place = places.wanted[0]
  if (place === undefined) throw places.refusal
  const { storage } = place
  refuseUnsuited(storage, parameters, size, place.node)
  await refuseOwnerVm(place.cluster)
  const handle = handleFor(place, storage, wish, parameters)
  const disk = await allocateOrClean(place, handle, wish, size, parameters)
  return provisioned(place, handle, disk, parameters)
}

/** A class may name the backend, where several hold a storage of the same id. */
export function clustersNamed(clusters: readonly ProxmoxCluster[], name: string | undefined): readonly ProxmoxCluster[] {
  const found = name === undefined ? clusters : clusters.filter((cluster) => cluster.name === name)
  if (found.length > 0) return found
  throw new StorageError('invalid', `parameter backend is ${JSON.stringify(name)}, and no such Proxmox cluster is configured; known are ${clusters.map((cluster) => cluster.name).join(', ')}`)
}

/** A VM's removal takes along every disk whose name bears its number (destroy-unreferenced-disks). */
async function refuseOwnerVm({ client, owner, name }: ProxmoxCluster): Promise<void> {
  const vm = (await client.vms()).find(({ vmid }) => vmid === owner)
  if (vm === undefined) return
  throw new StorageError('precondition', `there is a VM ${owner}${vm.name === undefined ? '' : ` (${vm.name})`} in the Proxmox cluster ${name}, and volumes bear this number so that no VM owns them: its removal would delete all of them. Give the VM another number (back it up and restore it under a new one), and never remove it with "destroy unreferenced disks"`)
}

function sizeFor({ required, limit, name }: VolumeWish): Size {
  if (required === undefined && limit !== undefined && limit.lessThan(defaultSize)) return largestWithin(limit, name)
  const wanted = required ?? defaultSize
  const rounded = wanted.roundUpTo(granularity)
  if (limit === undefined || limit.atLeast(rounded)) return rounded
  const exact = wanted.roundUpTo(Size.mib(1))
  if (limit.atLeast(exact)) return exact
  throw new StorageError('invalid', `volume ${name}: Proxmox allocates whole MiB, and no whole MiB lies between ${wanted.toString()} and the limit ${limit.toString()}; ask for a limit of at least ${exact.toString()}`)
}

function largestWithin(limit: Size, name: string): Size {
  const step = limit.atLeast(granularity) ? granularity : Size.mib(1)
  const size = Size.bytes(limit.bytes - (limit.bytes % step.bytes))
  if (!size.isZero()) return size
  throw new StorageError('invalid', `volume ${name}: Proxmox allocates whole MiB, and the limit is ${limit.toString()}; ask for a limit of at least 1Mi`)
}

function handleFor({ cluster, node }: Place, { storage, type, shared }: StorageStatus, { name }: VolumeWish, { storageFormat }: ProxmoxParameters): VolumeHandle {
  const part = diskNamePart(name, hexDigest)
  const disk = formatDiskName({ owner: cluster.owner, name: part, ...(holdsFiles(type) ? { format: storageFormat ?? 'raw' } : {}) })
  return { region: cluster.region, zone: shared ? '' : node, storage, disk }
}

interface Existing {
  readonly place: Place
  readonly handle: VolumeHandle
  readonly disk: Disk
}

/**
 * A disk of this name where it was asked for. One that lies elsewhere is left alone: it may hold data of a volume that somebody still knows, and an orphan is
 * the smaller harm.
 */
async function findExisting(places: readonly Place[], wish: VolumeWish, parameters: ProxmoxParameters): Promise<Existing | undefined> {
  const look = async (place: Place): Promise<Existing | undefined> => {
    const handle = handleFor(place, place.storage, wish, parameters)
    const disk = await findDiskOn(place.cluster, place.node, handle.storage, volidOf(handle))
    return disk === undefined ? undefined : { place, handle, disk }
  }
  return (await Promise.all(places.map(look))).find((found) => found !== undefined)
}

/** The same, once no deletion runs that a process before this one began: what is there now may be on its way out. */
async function findStaying(places: readonly Place[], wish: VolumeWish, parameters: ProxmoxParameters): Promise<Existing | undefined> {
  const found = await findExisting(places, wish, parameters)
  if (found === undefined) return undefined
  const { cluster } = found.place
  const volid = volidOf(found.handle)
  if (cluster.born.has(volid)) return found
  await settled(cluster, volid)
  for (let look = 0; look < mostLooks; look++) {
    const tasks = (await Promise.all((await nodesOf(found.place)).map((node) => cluster.client.activeTasks(node)))).flat()
    const deletions = tasks.filter(({ type, id }) => type === 'imgdel' && id === `${cluster.owner}@${found.handle.storage}`)
    if (cluster.tasks.strangers(cluster.owner, deletions.map(({ upid }) => upid)).length === 0) return findExisting(places, wish, parameters)
    await cluster.clock.sleep(pauseMs, cluster.stop)
  }
  throw new StorageError('unavailable', `volume ${wish.name}: disk ${volid} is there, but a deletion on storage ${JSON.stringify(found.handle.storage)} that this process did not begin has been running for ${(mostLooks * pauseMs) / 1000} s and may be its own; look at the running imgdel tasks in Proxmox. This is tried again by itself`)
}

/** On a shared storage any node may be at it. */
async function nodesOf({ cluster, node, storage }: Place): Promise<readonly string[]> {
  return storage.shared ? (await cluster.client.nodes()).filter(({ status }) => status !== 'offline').map((each) => each.node) : [node]
}

function adopt({ place, handle, disk }: Existing, { name, required, limit }: VolumeWish, size: Size, parameters: ProxmoxParameters): ProvisionedVolume {
  // Storages round up on their own (rbd to MiB, ZFS to its block size), so a little more is the same volume.
  const most = limit ?? size.plus(Size.mib(64))
  if (disk.size.atLeast(required ?? Size.bytes(1)) && most.atLeast(disk.size)) return provisioned(place, handle, disk, parameters)
  throw new StorageError('exists', `volume ${name} exists already as disk ${disk.volid} with ${disk.size.toString()}, and ${size.toString()} was asked for; use another name, or delete that volume first`)
}

/** Allocates, and leaves nothing behind when it fails, whatever became of the answer. */
async function allocateOrClean(place: Place, handle: VolumeHandle, wish: VolumeWish, size: Size, { storageFormat }: ProxmoxParameters): Promise<Disk> {
  const { cluster, node, storage } = place
  const filename = handle.disk.slice(handle.disk.lastIndexOf('/') + 1)
  const format = holdsFiles(storage.type) ? (storageFormat ?? 'raw') : undefined
  const look = (): Promise<Disk | undefined> => findDiskOn(cluster, node, handle.storage, volidOf(handle))
  cluster.homes.set(diskNamePart(wish.name, hexDigest), node)
  const allocate = (): Promise<string> =>
    cluster.client.allocate({ node, storage: handle.storage, owner: cluster.owner, filename, size, ...(format === undefined ? {} : { format }) })
  for (let asked = 1; ; asked++) {
    const failure = await allocate().then(() => undefined, (error: unknown) => error)
    if (failure === undefined) noteBirth(cluster, volidOf(handle))
    if (cluster.stop.aborted) throw failure
    const found = failure === undefined ? await untilKnown(cluster, `disk ${volidOf(handle)}`, look) : await afterFailedAllocation(place, handle, failure, look)
    if (found !== undefined && found.size.atLeast(size)) return found
    if (found !== undefined) await destroyDisk(cluster, handle)
    if (failure === undefined) throw new StorageError('internal', `disk ${volidOf(handle)} for volume ${wish.name}: Proxmox reported it as made with ${size.toString()}, but the storage has ${found?.size.toString() ?? 'none'}`)
    // The name is the volume's own, so asking again cannot make a second disk.
    if (!mayHaveHappened(failure) || asked === mostAsked) throw failure
  }
}

/** What a failed allocation left after all. */
async function afterFailedAllocation({ cluster, node }: Place, handle: VolumeHandle, error: unknown, look: () => Promise<Disk | undefined>): Promise<Disk | undefined> {
  if (mayHaveHappened(error)) {
    cluster.log.warn('the answer to an allocation was lost; looking for the disk', { disk: volidOf(handle), node, error })
    await untilQuiet(cluster, node, () => false)
  }
  return untilKnown(cluster, `disk ${volidOf(handle)}`, look)
}

function provisioned({ cluster, node, storage }: Place, handle: VolumeHandle, disk: Disk, parameters: ProxmoxParameters): ProvisionedVolume {
  return {
    id: formatVolumeHandle(handle),
    size: disk.size,
    context: contextOfParameters(parameters, disk.format),
    topologies: [topologyOf(cluster.region, storage.shared ? undefined : node)],
  }
}
