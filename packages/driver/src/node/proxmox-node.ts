/** Proxmox disks on a node: SCSI disks that the controller has plugged into this VM. */
import { join } from 'node:path/posix'
import { isProxmoxStorageId, StorageError, tryParseVolumeHandle, type Log } from '@stowage/core'
import { growMounted, isReadOnly, mountAt, readMounts, StatisticsReader, type Host, type MountEntry } from '@stowage/host'
import type { NodeDirectory } from '../node-directory.ts'
import { promisedDisk } from './contexts.ts'
import { FormatRecords } from './format-records.ts'
import { noFormattedFacts, type FormattedFacts } from './formatted-facts.ts'
import { slotsForVolumes } from './free-slots.ts'
import type { NodeBackend, NodeExpandWish } from './node-backend.ts'
import { isBlockBind, publishBlock, publishMount, unpublishVolume } from './publish-volume.ts'
import { deviceOf, grownSize, stageVolume, unstageVolume, type Staging } from './stage-volume.ts'
import { proxmoxTopology, type ProxmoxPlace } from './topology.ts'
import { usageOf } from './usage.ts'

export interface ProxmoxNodeOptions {
  readonly host: Host
  readonly log: Log
  readonly nodeId: string
  /** For the driver's own records, e.g. `/var/lib/kubelet/plugins/proxmox.csi.stowage.dev`: the same for all names of the driver. */
  readonly stateDirectory: string
  /** What the configuration says of the node's place; what it leaves out is read from the node's labels. */
  readonly place?: ProxmoxPlace
  /** Where a Kubernetes is at hand. */
  readonly directory?: NodeDirectory | undefined
  readonly formattedFacts?: FormattedFacts
  /** Milliseconds to wait for a disk that was just plugged; default 30,000. */
  readonly findTimeoutMs?: number
  /** Only for rigs whose disks are loop devices. */
  readonly trustLoopDevices?: boolean
}

export function proxmoxNode(options: ProxmoxNodeOptions): NodeBackend {
  const { host, log, nodeId, stateDirectory, place = {}, directory, formattedFacts = noFormattedFacts, findTimeoutMs = 30_000, trustLoopDevices = false } = options
  const statistics = new StatisticsReader(host)
  const staging: Staging = { host, log, records: new FormatRecords(host.files, join(stateDirectory, 'formatted')), facts: formattedFacts, disks: { findTimeoutMs, trustLoopDevices } }

  return {
    kind: 'proxmox',
    stage: (wish) => stageVolume(staging, wish),
    unstage: async (volumeId, stagingPath) => {
      await unstageVolume(staging, volumeId, stagingPath)
      statistics.forget(stagingPath)
    },
    publish: async (wish) => {
      refuseForeign(wish.volumeId)
      if (wish.capability.block === undefined) return publishMount(host, wish)
      return publishBlock(host, wish, await deviceOf(staging, wish.volumeId, promisedDisk(wish.volumeId, wish.publishContext, wish.volumeContext)))
    },
    unpublish: async (_volumeId, targetPath) => {
      await unpublishVolume(host, targetPath)
      statistics.forget(targetPath)
    },
    statistics: (volumeId, path) => usageOf(host, statistics, volumeId, path),
    expand: (wish) => expandVolume(staging, wish),
    facts: async () => ({ topology: await proxmoxTopology(nodeId, place, directory), maxVolumes: await slotsForVolumes(host) }),
  }
}

/** The spec: NOT_FOUND for a volume that cannot exist. */
function refuseForeign(volumeId: string): void {
  const handle = tryParseVolumeHandle(volumeId)
  if (handle === undefined || !isProxmoxStorageId(handle.storage)) throw new StorageError('not-found', `${JSON.stringify(volumeId)} is no volume of a Proxmox storage: its id has not the form region/zone/storage/disk`)
}

async function expandVolume(staging: Staging, { volumeId, volumePath, requiredBytes = 0 }: NodeExpandWish): Promise<number> {
  const { host, disks } = staging
  const entry = mountAt(await readMounts(host), volumePath)
  if (entry === undefined) throw new StorageError('not-found', `volume ${volumeId} is not at ${volumePath} on this node, so its filesystem cannot be grown here`)
  const device = isBlockBind(entry) ? `/dev${entry.root}` : entry.source
  const size = await grownSize(staging, volumeId, device, requiredBytes, disks.findTimeoutMs)
  if (!isBlockBind(entry)) await growMounted(host, filesystemOf(volumeId, entry), device, volumePath)
  return size
}

function filesystemOf(volumeId: string, entry: MountEntry): 'ext4' | 'xfs' {
  if (isReadOnly(entry)) throw new StorageError('precondition', `volume ${volumeId} is mounted read-only at ${entry.mountPoint}, so its filesystem cannot grow; it grows when it is next mounted for writing`)
  if (entry.type === 'ext4' || entry.type === 'xfs') return entry.type
  throw new StorageError('precondition', `volume ${volumeId} holds ${entry.type}, which this driver cannot grow`)
}
