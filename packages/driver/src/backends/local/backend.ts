/** The local backend: directories of one node. It runs where the directories are, beside the node's own provisioner. */
import { accessModeRefusal, diskNamePart, parseLocalParameters, Size, StorageError, throwForFindings, type AccessMode, type Log, type QuotaMode } from '@stowage/core'
import type { Effects, Files } from '@stowage/effects'
import { mountHolding, readMounts } from '@stowage/host'
import type { VolumeCapability, VolumeCapabilityAccessModeMode } from '@stowage/wire/csi'
import type { Parameters, ProvisionedVolume, VolumeBackend, VolumeWish } from '../../volume/backend.ts'
import { hexDigest } from '../../volume/hex-digest.ts'
import { enforceSize } from '../../node/local-node.ts'
import { localNodeKey } from '../../node/topology.ts'
import { nameOfData, placesOf, readMarker, writeMarker, type Marker } from './directories.ts'
import { formatLocalVolumeId, parseLocalVolumeId } from './local-volume-id.ts'

export interface LocalBackendOptions {
  readonly node: string
  /** The directory that holds the volumes, absolute. */
  readonly path: string
  readonly host: Pick<Effects, 'clock' | 'files' | 'programs'>
  readonly log: Log
}

const defaultSize = Size.gib(1)

export function localBackend(options: LocalBackendOptions): VolumeBackend {
  const { node, path: root, host } = options
  const { files } = host
  const nameOf = (volumeId: string): string | undefined => {
    const id = parseLocalVolumeId(volumeId)
    if (id === undefined) return undefined
    if (id.node !== node) throw new StorageError('precondition', `volume ${volumeId} is a directory of node ${id.node}, and this is ${node}; only its own node can touch it`)
    return nameOfData(root, id.path)
  }
  const known = async (volumeId: string): Promise<Marker> => {
    const name = nameOf(volumeId)
    const marker = name === undefined ? undefined : await readMarker(files, root, name)
    if (marker === undefined) throw new StorageError('not-found', `there is no volume ${JSON.stringify(volumeId)} below ${root} on node ${node}`)
    return marker
  }

  return {
    kind: 'local',
    topology: true,
    lockKeysOfName: (name) => [`directory/${diskNamePart(name, hexDigest)}`],
    lockKeysOfVolume: (volumeId) => {
      const id = parseLocalVolumeId(volumeId)
      const name = id === undefined ? undefined : nameOfData(root, id.path)
      // The second is the node service's own: a volume is not deleted while it is being mounted.
      return name === undefined ? [volumeId] : [`directory/${name}`, volumeId]
    },
    capabilityFault,
    probe: async () => {
      await files.makeDirectory(root, 0o755)
      await files.filesystem(root)
    },
    create: (wish) => createDirectory(options, wish),
    delete: async (volumeId) => {
      const name = nameOf(volumeId)
      if (name === undefined) await refuseOther(files, volumeId)
      else await deleteDirectory(options, name)
    },
    get: async (volumeId) => describe(options, await known(volumeId)),
    list: async () => {
      await files.makeDirectory(root, 0o755)
      const names = (await files.list(root)).filter((name) => !name.startsWith('.')).toSorted()
      const markers = await Promise.all(names.map((name) => readMarker(files, root, name).catch(() => undefined)))
      return markers.filter((marker) => marker !== undefined).map((marker) => ({ volume: describe(options, marker), publishedOn: [] })).sort((left, right) => (left.volume.id < right.volume.id ? -1 : 1))
    },
    capacity: async ({ topology }) => {
      const asked = topology?.[localNodeKey]
      if (asked !== undefined && asked !== node) return { available: Size.zero }
      await files.makeDirectory(root, 0o755)
      return { available: Size.bytes((await files.filesystem(root)).availableBytes) }
    },
    expand: async ({ volumeId, required }) => ({ size: await growDirectory(options, await known(volumeId), required), nodeExpansionRequired: false }),
  }
}

/**
 * The controller's share: it cannot reach the directories, so growing them is the node's work (NodeExpandVolume), which is what its answer says.
 */
export function localController(): VolumeBackend {
  return {
    kind: 'local',
    topology: true,
    lockKeysOfName: (name) => [`directory/${name}`],
    lockKeysOfVolume: (volumeId) => [`volume/${volumeId}`],
    capabilityFault,
    probe: () => Promise.resolve(),
    expand: ({ volumeId, required }) => {
      if (parseLocalVolumeId(volumeId) === undefined) return Promise.reject(new StorageError('not-found', `there is no volume ${JSON.stringify(volumeId)}: its id is not a node and a path`))
      return Promise.resolve({ size: required, nodeExpansionRequired: true })
    },
  }
}

async function createDirectory(options: LocalBackendOptions, wish: VolumeWish): Promise<ProvisionedVolume> {
  const { node, path: root, host } = options
  const { parameters, findings } = parseLocalParameters(wish.parameters)
  throwForFindings(`the parameters of volume ${wish.name}`, findings)
  if (parameters === undefined) throw new TypeError('parameters without findings must parse')
  refuseElsewhere(node, wish)
  const size = wish.required ?? (wish.limit !== undefined && wish.limit.lessThan(defaultSize) ? wish.limit : defaultSize)
  const name = diskNamePart(wish.name, hexDigest)
  await host.files.makeDirectory(root, 0o755)
  const existing = await readMarker(host.files, root, name)
  if (existing === undefined) {
    await refuseFull(options, size)
    await makeWhole(options, { name, size }, parameters.quota)
  } else if (!fits(existing.size, wish, size)) {
    throw new StorageError('exists', `volume ${wish.name} exists already with ${existing.size.toString()}, and ${size.toString()} was asked for; use another name, or delete that volume first`)
  }
  return describe(options, (await readMarker(host.files, root, name)) ?? { name, size, enforced: false })
}

function fits(existing: Size, { required, limit }: VolumeWish, size: Size): boolean {
  return existing.atLeast(required ?? Size.bytes(1)) && (limit ?? size).atLeast(existing)
}

function refuseElsewhere(node: string, { topologies, name }: VolumeWish): void {
  const places = topologies.map((topology) => topology[localNodeKey])
  if (places.length === 0 || places.includes(node) || places.includes(undefined)) return
  throw new StorageError('exhausted', `volume ${name} is wanted on ${places.join(', ')}, and this is node ${node}; a local volume is made by its own node`)
}

async function refuseFull({ path: root, node, host: { files } }: LocalBackendOptions, size: Size): Promise<void> {
  const { totalBytes, availableBytes } = await files.filesystem(root)
  if (availableBytes > 0 && Size.bytes(totalBytes).atLeast(size)) return
  const seen = availableBytes === 0 ? 'is full' : `has ${Size.bytes(totalBytes).toString()} in all`
  throw new StorageError('exhausted', `the filesystem of ${root} on node ${node} ${seen}, and ${size.toString()} was asked for; free space there, or let the claim go to another node or class`)
}

async function makeWhole({ path: root, node, host, log }: LocalBackendOptions, { name, size }: Pick<Marker, 'name' | 'size'>, mode: QuotaMode): Promise<void> {
  const { whole, coming, data } = placesOf(root, name)
  // Whatever an interrupted call left behind was never given out.
  if ((await host.files.stat(coming)) !== undefined) await host.files.removeTree(coming)
  await host.files.makeDirectory(`${coming}/data`, 0o777)
  // The umask of whoever runs this must not decide who may write: fsGroup and the pod's own user do.
  await host.files.chmod(`${coming}/data`, 0o777)
  const enforced = await enforceSize(host, log, { volumeId: formatLocalVolumeId({ node, path: data }), directory: `${coming}/data`, size: size.toNumber(), mode })
  await writeMarker(host.files, `${coming}/volume.json`, { name, size, enforced })
  await host.files.rename(coming, whole)
}

/** A static volume's directory was not made here: it stays, and is not answered as gone. */
async function refuseOther(files: Files, volumeId: string): Promise<void> {
  const path = parseLocalVolumeId(volumeId)?.path
  if (path === undefined || (await files.stat(path)) === undefined) return
  throw new StorageError('precondition', `the directory ${path} was not made by this driver, so it is not deleted; set the PersistentVolume's reclaim policy to Retain, and remove the directory by hand if nobody needs it`)
}

async function deleteDirectory({ path: root, host }: LocalBackendOptions, name: string): Promise<void> {
  const { whole, going } = placesOf(root, name)
  if ((await readMarker(host.files, root, name)) !== undefined) {
    await refuseMounted(host, name, whole)
    if ((await host.files.stat(going)) !== undefined) await host.files.removeTree(going)
    await host.files.rename(whole, going)
  }
  if ((await host.files.stat(going)) !== undefined) await host.files.removeTree(going)
}

/** A bind mount shows the directory, or the part of it that it is of, as its root. What is mounted inside would be deleted along. */
async function refuseMounted(host: LocalBackendOptions['host'], name: string, directory: string): Promise<void> {
  const mounts = await readMounts(host)
  const whole = await host.files.realpath(directory)
  const inside = mounts.find(({ mountPoint }) => isWithin(mountPoint, whole))
  if (inside !== undefined) throw new StorageError('precondition', `volume ${name} is not deleted: ${inside.source} is mounted inside it, at ${inside.mountPoint}, and would be deleted along; unmount it there`)
  const holding = mountHolding(mounts, whole)
  const within = holding === undefined ? whole : joined(holding.root, whole.slice(holding.mountPoint === '/' ? 0 : holding.mountPoint.length))
  const user = mounts.find((mount) => mount.device === holding?.device && isWithin(mount.root, within))
  if (user !== undefined) throw new StorageError('precondition', `volume ${name} is still mounted at ${user.mountPoint}, so it is not deleted; wait until its pod has ended`)
}

function isWithin(path: string, directory: string): boolean {
  return path === directory || path.startsWith(`${directory}/`)
}

function joined(root: string, rest: string): string {
  return root === '/' ? rest : `${root}${rest}`
}

/** Sets the quota where there is one, and remembers the size. Answers what the volume has; it never shrinks. */
async function growDirectory(options: LocalBackendOptions, marker: Marker, required: Size): Promise<Size> {
  const { path: root, node, host, log } = options
  if (marker.size.atLeast(required)) return marker.size
  const { data } = placesOf(root, marker.name)
  if (marker.enforced) await enforceSize(host, log, { volumeId: formatLocalVolumeId({ node, path: data }), directory: data, size: required.toNumber(), mode: 'required' })
  await writeMarker(host.files, placesOf(root, marker.name).marker, { ...marker, size: required })
  return required
}

/** After the node has grown a volume. A static volume has no marker, and needs none. */
export async function rememberSize(files: Files, root: string, volumeId: string, bytes: number): Promise<void> {
  const name = nameOfData(root, parseLocalVolumeId(volumeId)?.path ?? '')
  const marker = name === undefined ? undefined : await readMarker(files, root, name)
  if (marker === undefined || marker.size.bytes >= BigInt(bytes)) return
  await writeMarker(files, placesOf(root, marker.name).marker, { ...marker, size: Size.bytes(bytes) })
}

function describe({ node, path: root }: LocalBackendOptions, { name, size, enforced }: Marker): ProvisionedVolume {
  const { data } = placesOf(root, name)
  const context: Parameters = { path: data, sizeEnforced: String(enforced) }
  return { id: formatLocalVolumeId({ node, path: data }), size, context, topologies: [{ [localNodeKey]: node }] }
}

const refusedModes: Partial<Record<VolumeCapabilityAccessModeMode, AccessMode>> = {
  MULTI_NODE_MULTI_WRITER: 'ReadWriteMany',
  MULTI_NODE_SINGLE_WRITER: 'ReadWriteMany',
  MULTI_NODE_READER_ONLY: 'ReadOnlyMany',
}

function capabilityFault(capabilities: readonly VolumeCapability[]): string | undefined {
  for (const { accessMode, block } of capabilities) {
    const refused = accessMode === undefined ? undefined : refusedModes[accessMode.mode]
    if (refused !== undefined) return accessModeRefusal('local', refused)
    if (block !== undefined) return 'a local volume is a directory and cannot be a raw block device; use a class of the proxmox backend for volumeMode Block'
  }
  return undefined
}
