/** Directories of the node itself: nothing to stage, a bind to publish, a size only where the filesystem enforces one. */
import { Size, StorageError, type Log, type QuotaMode } from '@stowage/core'
import { bindMount, differingOptions, mountAt, mountHolding, quotaSupport, readMounts, setDirectoryQuota, StatisticsReader, unmount, type Host, type MountEntry } from '@stowage/host'
import { isReaderOnly } from './contexts.ts'
import type { NodeBackend, NodeExpandWish, NodePublishWish } from './node-backend.ts'
import { ensureDirectory } from './paths.ts'
import { refuseSecondWriter, unpublishVolume } from './publish-volume.ts'
import { localNodeKey } from './topology.ts'
import { usageOf } from './usage.ts'

export interface LocalNodeOptions {
  readonly host: Host
  readonly log: Log
  readonly nodeId: string
  /** Nothing outside is ever mounted. */
  readonly root: string
  /** The directory of a volume, by its id and context. Throws `not-found` for an id that is no local volume of this node. */
  readonly directoryOf: (volumeId: string, context: Readonly<Record<string, string>>) => string
}

export function localNode({ host, log, nodeId, root, directoryOf }: LocalNodeOptions): NodeBackend {
  const statistics = new StatisticsReader(host)
  return {
    kind: 'local',
    publish: async (wish) => publishDirectory(host, await realDirectory(host, root, directoryOf(wish.volumeId, wish.volumeContext), wish.volumeId), wish),
    unpublish: async (_volumeId, targetPath) => {
      await unpublishVolume(host, targetPath)
      statistics.forget(targetPath)
    },
    statistics: (volumeId, path) => usageOf(host, statistics, volumeId, path),
    expand: async (wish) => expandDirectory(host, log, await realDirectory(host, root, directoryOf(wish.volumeId, {}), wish.volumeId), wish),
    facts: () => Promise.resolve({ topology: { [localNodeKey]: nodeId } }),
  }
}

/** The root itself may be a link, nothing below it: who may write in one volume could make a link to another, or to the node's own files. */
async function realDirectory({ files }: Host, root: string, directory: string, volumeId: string): Promise<string> {
  const found = await files.stat(directory)
  if (found === undefined) throw new StorageError('not-found', `volume ${volumeId}: its directory ${directory} is not on this node; was it moved, or is its disk not mounted?`)
  const [real, realRoot] = [await files.realpath(directory), await files.realpath(root)]
  if (real === `${realRoot}${directory.slice(root.length)}`) return real
  throw new StorageError('precondition', `volume ${volumeId}: its directory ${directory} leads over a link to ${real}, so it is not mounted; name the directory itself`)
}

async function publishDirectory(host: Host, directory: string, wish: NodePublishWish): Promise<void> {
  const { volumeId, targetPath, capability } = wish
  if (capability.block !== undefined) throw new StorageError('invalid', `volume ${volumeId} is a directory and cannot be a raw block device; use volumeMode Filesystem`)
  const readOnly = wish.readOnly || isReaderOnly(capability)
  const found = await host.files.stat(directory)
  if (found?.kind !== 'directory') throw new StorageError('not-found', `volume ${volumeId}: its directory ${directory} is not on this node; was it moved, or is its disk not mounted?`)
  const mounts = await readMounts(host)
  const existing = mountAt(mounts, targetPath)
  const binds = bindsOf(mounts, directory)
  if (existing !== undefined) return refuseOther(wish, directory, existing, binds.includes(existing), readOnly)
  refuseSecondWriter(wish, binds)
  await ensureDirectory(host.files, targetPath)
  await bindMount(host, directory, targetPath, { readOnly })
  await refuseSwapped(host, directory, wish)
}

/** Between the look and the mount somebody may have put a link in the directory's place: what is mounted now is what counts. */
async function refuseSwapped(host: Host, directory: string, { volumeId, targetPath }: NodePublishWish): Promise<void> {
  const mounts = await readMounts(host)
  const entry = mountAt(mounts, targetPath)
  if (entry !== undefined && bindsOf(mounts, directory).includes(entry)) return
  await unmount(host, targetPath)
  throw new StorageError('precondition', `volume ${volumeId}: ${directory} became something else while it was mounted (${entry?.root ?? 'nothing'} of ${entry?.source ?? 'nothing'}), so it was unmounted again`)
}

function refuseOther({ volumeId, targetPath }: NodePublishWish, directory: string, entry: MountEntry, isSame: boolean, readOnly: boolean): void {
  const differing = differingOptions(entry, [], readOnly)
  if (isSame && differing.length === 0) return
  const seen = isSame ? `it is there already, but not ${differing.join(', ')}` : `${entry.root} of ${entry.source} is mounted there`
  throw new StorageError('exists', `volume ${volumeId} (${directory}) cannot be published at ${targetPath}: ${seen}; unpublish that first`)
}

/** A bind of a directory is a mount of the same filesystem whose root is the directory's path within it. */
export function bindsOf(mounts: readonly MountEntry[], directory: string): readonly MountEntry[] {
  const holding = mountHolding(mounts, directory)
  if (holding === undefined) return []
  const within = holding.mountPoint === '/' ? directory : directory.slice(holding.mountPoint.length)
  const root = `${holding.root === '/' ? '' : holding.root}${within}`
  return mounts.filter((entry) => entry.device === holding.device && entry.root === root && entry.mountPoint !== directory)
}

async function expandDirectory(host: Host, log: Log, directory: string, { volumeId, volumePath, requiredBytes = 0 }: NodeExpandWish): Promise<number> {
  if (mountAt(await readMounts(host), volumePath) === undefined) throw new StorageError('not-found', `volume ${volumeId} is not at ${volumePath} on this node`)
  if (requiredBytes > 0) await enforceSize(host, log, { volumeId, directory, size: requiredBytes, mode: 'auto' })
  return requiredBytes
}

export interface SizeWish {
  readonly volumeId: string
  readonly directory: string
  /** Bytes. */
  readonly size: number
  readonly mode: QuotaMode
}

/**
 * Gives the directory a hard limit where its filesystem has project quotas. Answers whether it is enforced; where it cannot be, says so in the
 * log, or with the mode `required` throws `precondition`.
 */
export async function enforceSize(host: Host, log: Log, { volumeId, directory, size, mode }: SizeWish): Promise<boolean> {
  if (mode === 'off') return false
  const support = quotaSupport(mountHolding(await readMounts(host), directory))
  if (!support.enforced) {
    if (mode === 'required') throw new StorageError('precondition', `the size of volume ${volumeId} cannot be enforced: ${support.why}. Mount the filesystem with prjquota, or give the class quota: auto`)
    log.warn('the size of a local volume is not enforced', { volume: volumeId, directory, size: Size.bytes(size).toString(), why: support.why })
    return false
  }
  if (/\s/.test(directory)) throw new StorageError('invalid', `${JSON.stringify(directory)} holds a blank, which xfs_quota cannot be told`)
  await setDirectoryQuota(host, support, { directory, project: await projectOf(host, directory), limit: size })
  return true
}

/** The directory's inode number: no other directory of the filesystem has it, and a rename keeps it. XFS has some beyond 31 bits, which are folded. */
async function projectOf(host: Host, directory: string): Promise<number> {
  const inode = (await host.files.stat(directory))?.inode ?? 0
  return (inode % (2 ** 31 - 1)) + 1
}
