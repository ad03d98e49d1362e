/** NodeStageVolume and NodeUnstageVolume of a proxmox disk. */
import { StorageError } from '@stowage/core'
import {
  deviceSize, diagnoseXfs, differingOptions, findDevice, growMounted, mountAt, mountDevice, mountsOf, normalOptions, readBlockDevice, readMounts, unmount,
  type BlockDevice, type MountEntry,
} from '@stowage/host'
import { isReaderOnly, promisedDisk, wantedFilesystem, type PromisedDisk, type WantedFilesystem } from './contexts.ts'
import type { StageWish } from './node-backend.ts'
import { ensureDirectory } from './paths.ts'
import { prepareFilesystem, rememberContent, type Preparation } from './prepare-filesystem.ts'
import { isBindOf } from './publish-volume.ts'

export interface DiskOptions {
  /** Milliseconds to wait for udev. */
  readonly findTimeoutMs: number
  /** Only for rigs whose disks are loop devices. */
  readonly trustLoopDevices: boolean
}

export type Staging = Preparation & { readonly disks: DiskOptions }

export async function stageVolume(staging: Staging, wish: StageWish): Promise<void> {
  refuseEncryption(wish)
  const promised = promisedDisk(wish.volumeId, wish.publishContext, wish.volumeContext)
  const device = await deviceOf(staging, wish.volumeId, promised)
  // A pod may write anywhere on a raw device, also where the format guard does not look: from now on it holds something.
  if (wish.capability.block !== undefined) return rememberContent(staging, wish.volumeId, 'block')
  await stageFilesystem(staging, wish, promised, device)
}

/** Storing in clear what was to be encrypted would be the worse answer. */
function refuseEncryption({ volumeId, secrets }: StageWish): void {
  if (secrets['encryption-passphrase'] === undefined) return
  throw new StorageError('invalid', `volume ${volumeId} was to be encrypted (its class names a Secret with encryption-passphrase), and this driver does not encrypt yet; use a class without node-stage secrets`)
}

/** Throws `unavailable` when it does not appear, `precondition` when it is not what was promised. */
export async function deviceOf({ host, disks }: Pick<Staging, 'host' | 'disks'>, volumeId: string, promised: PromisedDisk): Promise<BlockDevice> {
  try {
    return await findDevice(host, promised, { timeoutMs: disks.findTimeoutMs, trustLoopDevices: disks.trustLoopDevices })
  } catch (error) {
    if (!(error instanceof StorageError)) throw error
    throw new StorageError(error.kind, `volume ${volumeId}, attached at ${promised.slot === '' ? 'a slot that was not told' : promised.slot}: ${error.message}`, { details: error.details, cause: error })
  }
}

async function stageFilesystem(staging: Staging, { volumeId, stagingPath, capability, volumeContext }: StageWish, promised: PromisedDisk, device: BlockDevice): Promise<void> {
  const { host } = staging
  const wanted = wantedFilesystem(capability, volumeContext)
  const readOnly = isReaderOnly(capability)
  const existing = await usableMount(staging, stagingPath)
  if (existing === undefined) {
    refuseIfMountedElsewhere(volumeId, device, await readMounts(host))
    await prepareFilesystem(staging, { volumeId, device, promised, wanted, readOnly })
    await ensureDirectory(host.files, stagingPath)
    await mountOrExplain(staging, volumeId, device, wanted, stagingPath, readOnly)
  } else {
    refuseOtherMount(volumeId, stagingPath, existing, device, wanted, readOnly)
  }
  // Also when it is mounted already: the attempt that mounted it may have ended before this.
  if (wanted.type === 'xfs' && !readOnly) await growMounted(host, 'xfs', device.path, stagingPath)
}

/** A mount whose device is gone (unplugged by force) can only fail; it is taken away. */
async function usableMount({ host, log }: Staging, path: string): Promise<MountEntry | undefined> {
  const entry = mountAt(await readMounts(host), path)
  if (entry === undefined || !entry.source.startsWith('/dev/')) return entry
  if ((await readBlockDevice(host, entry.source.slice('/dev/'.length))) !== undefined) return entry
  log.warn('a mount whose device is gone is taken away', { path, device: entry.source })
  await unmount(host, path)
  return undefined
}

function refuseOtherMount(volumeId: string, path: string, entry: MountEntry, device: BlockDevice, wanted: WantedFilesystem, readOnly: boolean): void {
  const differing = differingOptions(entry, wanted.mountFlags, readOnly)
  const faults = [
    ...(entry.source === device.path ? [] : [`it holds ${entry.source}, not ${device.path}`]),
    ...(entry.type === wanted.type ? [] : [`it is ${entry.type}, not ${wanted.type}`]),
    ...(differing.length === 0 ? [] : [`it lacks ${differing.join(', ')}`]),
  ]
  if (faults.length > 0) throw new StorageError('exists', `volume ${volumeId} cannot be staged at ${path}, where something else is mounted: ${faults.join('; ')}. Unmount it when no pod uses it`)
}

/** Before mkfs or fsck: both destroy a filesystem that is mounted. */
function refuseIfMountedElsewhere(volumeId: string, device: BlockDevice, mounts: readonly MountEntry[]): void {
  const others = [...mountsOf(mounts, device.path), ...mounts.filter((entry) => isBindOf(entry, device))]
  if (others.length === 0) return
  throw new StorageError('precondition', `volume ${volumeId} (${device.path}) is mounted already at ${others.map(({ mountPoint }) => mountPoint).join(', ')}, which is not where it is to be staged; unmount it there when no pod uses it`)
}

async function mountOrExplain({ host }: Staging, volumeId: string, device: BlockDevice, { type, mountFlags }: WantedFilesystem, target: string, readOnly: boolean): Promise<void> {
  try {
    await mountDevice(host, { device: device.path, target, type, options: normalOptions(mountFlags, readOnly) })
  } catch (error) {
    if (!(error instanceof StorageError) || error.kind !== 'internal') throw error
    const diagnosis = type === 'xfs' ? `; ${await diagnoseXfs(host, device.path)}` : ''
    throw new StorageError('internal', `volume ${volumeId} cannot be mounted: ${error.message}${diagnosis}. Look at the class's mountOptions and at the node's kernel log`, { details: error.details, cause: error })
  }
}

/** Throws `busy` while it is used, `precondition` while it is still published. */
export async function unstageVolume({ host }: Pick<Staging, 'host'>, volumeId: string, stagingPath: string): Promise<void> {
  const mounts = await readMounts(host)
  const entry = mountAt(mounts, stagingPath)
  if (entry === undefined) return
  const published = (entry.source.startsWith('/dev/') ? mountsOf(mounts, entry.source) : []).filter(({ mountPoint }) => mountPoint !== entry.mountPoint)
  if (published.length > 0) {
    throw new StorageError('precondition', `volume ${volumeId} is still mounted at ${published.map(({ mountPoint }) => mountPoint).join(', ')}; it is not unstaged while a pod may write to it. It goes on when these are unpublished`)
  }
  await unmount(host, stagingPath)
}

/** Bytes of the device once it has at least what was asked for: the guest learns of a resize a moment after Proxmox has done it. */
export async function grownSize({ host }: Pick<Staging, 'host'>, volumeId: string, device: string, required: number, timeoutMs: number): Promise<number> {
  const endsAt = host.clock.monotonic() + timeoutMs
  for (;;) {
    const size = await deviceSize(host, device)
    if (size >= required) return size
    if (host.clock.monotonic() >= endsAt) throw new StorageError('unavailable', `volume ${volumeId} (${device}) still has ${size} bytes on this node, not the ${required} asked for; did the resize at Proxmox end? This is tried again by itself`)
    await host.clock.sleep(250)
  }
}
