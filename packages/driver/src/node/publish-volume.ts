/** NodePublishVolume and NodeUnpublishVolume: a bind of what is staged, or of the device itself on a file. */
import { StorageError } from '@stowage/core'
import { bindMount, differingOptions, mountAt, mountsOf, readMounts, unmount, type BlockDevice, type Host, type MountEntry } from '@stowage/host'
import { isReaderOnly } from './contexts.ts'
import type { NodePublishWish } from './node-backend.ts'
import { ensureDirectory, ensureFile, removeTarget } from './paths.ts'

/** Throws `precondition` when it is not staged, `exists` when something else is at the target. */
export async function publishMount(host: Host, wish: NodePublishWish): Promise<void> {
  const { volumeId, stagingPath, targetPath, capability } = wish
  const readOnly = wish.readOnly || isReaderOnly(capability)
  const mounts = await readMounts(host)
  const staged = mountAt(mounts, stagingPath)
  if (staged === undefined) throw new StorageError('precondition', `volume ${volumeId} is not staged at ${stagingPath}, so it cannot be published; NodeStageVolume comes first`)
  const existing = mountAt(mounts, targetPath)
  if (existing !== undefined) return refuseOther(wish, existing, existing.source === staged.source && existing.root === staged.root, readOnly)
  refuseSecondWriter(wish, mountsOf(mounts, staged.source).filter(({ mountPoint }) => mountPoint !== staged.mountPoint))
  await ensureDirectory(host.files, targetPath)
  await bindMount(host, stagingPath, targetPath, { readOnly })
}

export async function publishBlock(host: Host, wish: NodePublishWish, device: BlockDevice): Promise<void> {
  const { volumeId, targetPath } = wish
  if (wish.readOnly) throw new StorageError('invalid', `volume ${volumeId} cannot be published read-only as a raw block device: a read-only bind of a device node does not stop writes. Use volumeMode Filesystem, or readOnly: false`)
  const mounts = await readMounts(host)
  const existing = mountAt(mounts, targetPath)
  if (existing !== undefined) return refuseOther(wish, existing, isBindOf(existing, device), false)
  refuseMounted(wish, device, mounts)
  refuseSecondWriter(wish, mounts.filter((entry) => isBindOf(entry, device)))
  await ensureFile(host.files, targetPath)
  await bindMount(host, device.path, targetPath, { readOnly: false })
}

/** Writes past a mounted filesystem destroy it. */
function refuseMounted({ volumeId }: NodePublishWish, device: BlockDevice, mounts: readonly MountEntry[]): void {
  const [mounted] = mountsOf(mounts, device.path)
  if (mounted === undefined) return
  throw new StorageError('precondition', `volume ${volumeId} (${device.path}) cannot be given out as a raw block device: its filesystem is mounted at ${mounted.mountPoint}; wait until that is unmounted`)
}

/** A bound device node shows as its path within devtmpfs (measured). */
export function isBindOf({ type, root }: MountEntry, device: Pick<BlockDevice, 'name'>): boolean {
  return isBlockBind({ type }) && root === `/${device.name}`
}

export function isBlockBind({ type }: Pick<MountEntry, 'type'>): boolean {
  return type === 'devtmpfs'
}

function refuseOther({ volumeId, targetPath }: NodePublishWish, entry: MountEntry, isSame: boolean, readOnly: boolean): void {
  if (!isSame) throw new StorageError('exists', `volume ${volumeId} cannot be published at ${targetPath}: ${entry.source}${entry.root} (${entry.type}) is mounted there`)
  const differing = differingOptions(entry, [], readOnly)
  if (differing.length > 0) throw new StorageError('exists', `volume ${volumeId} is published at ${targetPath} already, but not ${differing.join(', ')}; unpublish it first`)
}

/** ReadWriteOncePod: one place only (CSI spec, SINGLE_NODE_SINGLE_WRITER). */
export function refuseSecondWriter({ volumeId, targetPath, capability }: NodePublishWish, others: readonly MountEntry[]): void {
  if (capability.accessMode?.mode !== 'SINGLE_NODE_SINGLE_WRITER' || others.length === 0) return
  throw new StorageError('precondition', `volume ${volumeId} is for one pod only (ReadWriteOncePod) and is published at ${others.map(({ mountPoint }) => mountPoint).join(', ')}, so it cannot be published at ${targetPath}; wait until that pod has ended`)
}

/** Throws `busy` while it is used. */
export async function unpublishVolume(host: Host, targetPath: string): Promise<void> {
  await unmount(host, targetPath)
  await removeTarget(host.files, targetPath)
}
