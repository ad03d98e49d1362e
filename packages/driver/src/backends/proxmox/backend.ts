/** The Proxmox backend: disks of a storage, hot-plugged into the VMs that are nodes. */
import { accessModeRefusal, diskNamePart, parseDiskName, parseProxmoxParameters, StorageError, throwForFindings, tryParseVolumeHandle, type AccessMode, type VolumeHandle } from '@stowage/core'
import type { VolumeCapability, VolumeCapabilityAccessModeMode } from '@stowage/wire/csi'
import type { NodeDirectory } from '../../node-directory.ts'
import type { VolumeBackend } from '../../volume/backend.ts'
import { capacityOf } from './capacity.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { createDisk } from './create.ts'
import { destroyDisk } from './destroy.ts'
import { expandDisk } from './expand.ts'
import { findDisk } from './find-disk.ts'
import { hexDigest } from '../../volume/hex-digest.ts'
import { listDisks } from './list.ts'
import { topologyOf } from './places.ts'
import { publishDisk } from './publish.ts'
import { unpublishDisk } from './unpublish.ts'

export interface ProxmoxBackendOptions {
  readonly clusters: readonly ProxmoxCluster[]
  /** Without a Kubernetes at hand nodes are found by the VM's name. */
  readonly nodes?: NodeDirectory
  /** Whether anybody has reported a filesystem on a volume; without a Kubernetes only the disk itself can say. */
  readonly isFormatted?: (volumeId: string) => Promise<boolean>
}

export function proxmoxBackend({ clusters, nodes: directory, isFormatted = () => Promise.resolve(false) }: ProxmoxBackendOptions): VolumeBackend {
  const clusterOf = ({ region }: VolumeHandle): ProxmoxCluster => {
    const cluster = clusters.find((each) => each.region === region)
    if (cluster !== undefined) return cluster
    throw new StorageError('precondition', `no Proxmox cluster of the region ${JSON.stringify(region)} is configured; known are ${clusters.map((each) => each.region).join(', ')}. Add the cluster to the driver's configuration`)
  }
  const knownVolume = (volumeId: string): VolumeHandle => {
    const handle = tryParseVolumeHandle(volumeId)
    if (handle === undefined) throw new StorageError('not-found', `there is no volume ${JSON.stringify(volumeId)}: its id is not of the form region/zone/storage/disk`)
    return handle
  }

  return {
    kind: 'proxmox',
    topology: true,
    lockKeysOfName: (name) => [`disk/${diskNamePart(name, hexDigest)}`],
    lockKeysOfVolume: (volumeId) => {
      const name = parseDiskName(tryParseVolumeHandle(volumeId)?.disk ?? '')?.name
      return name === undefined ? [`volume/${volumeId}`] : [`disk/${name}`, `volume/${volumeId}`]
    },
    capabilityFault,
    probe: async () => {
      await Promise.all(clusters.map(({ client }) => client.version()))
    },

    create: async (wish) => {
      const { parameters, findings } = parseProxmoxParameters(wish.parameters)
      throwForFindings(`the parameters of volume ${wish.name}`, findings)
      if (parameters === undefined) throw new TypeError('parameters without findings must parse')
      return createDisk({ clusters, wish, parameters })
    },
    delete: async (volumeId) => {
      const handle = tryParseVolumeHandle(volumeId)
      if (handle !== undefined) await destroyDisk(clusterOf(handle), handle)
    },
    publish: async (wish) => {
      const handle = knownVolume(wish.volumeId)
      return publishDisk({ cluster: clusterOf(handle), handle, directory, wish, isFormatted })
    },
    unpublish: async (volumeId, nodeId) => {
      const handle = tryParseVolumeHandle(volumeId)
      if (handle !== undefined) await unpublishDisk({ cluster: clusterOf(handle), handle, directory, nodeId })
    },
    get: async (volumeId) => {
      const handle = knownVolume(volumeId)
      const disk = await findDisk(clusterOf(handle), handle)
      if (disk === undefined) throw new StorageError('not-found', `there is no disk ${handle.storage}:${handle.disk} for volume ${volumeId}`)
      return { id: volumeId, size: disk.size, context: {}, topologies: [topologyOf(handle.region, handle.zone === '' ? undefined : handle.zone)] }
    },
    list: () => listDisks(clusters, directory),
    capacity: (question) => capacityOf(clusters, question),
    expand: async (wish) => {
      const handle = knownVolume(wish.volumeId)
      return expandDisk({ cluster: clusterOf(handle), handle, wish })
    },
  }
}

const refusedModes: Partial<Record<VolumeCapabilityAccessModeMode, AccessMode>> = {
  MULTI_NODE_MULTI_WRITER: 'ReadWriteMany',
  MULTI_NODE_SINGLE_WRITER: 'ReadWriteMany',
  MULTI_NODE_READER_ONLY: 'ReadOnlyMany',
}

const filesystems = ['', 'ext4', 'xfs']

function capabilityFault(capabilities: readonly VolumeCapability[]): string | undefined {
  for (const { accessMode, mount } of capabilities) {
    const refused = accessMode === undefined ? undefined : refusedModes[accessMode.mode]
    if (refused !== undefined) return accessModeRefusal('proxmox', refused)
    if (mount !== undefined && !filesystems.includes(mount.fsType)) return `the filesystem ${JSON.stringify(mount.fsType)} is not supported; use ext4 or xfs (parameter csi.storage.k8s.io/fstype)`
  }
  return undefined
}
