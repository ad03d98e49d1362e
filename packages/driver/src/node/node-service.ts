/** csi.v1.Node: request checked, volume locked, backend asked, answer made. */
import { isAbsolute, normalize } from 'node:path/posix'
import { StorageError, type Log } from '@stowage/core'
import type { Encodable, NodeGetInfoResponse, NodeServiceCapabilityRPCType } from '@stowage/wire/csi'
import type { CallContext, Handlers } from '../rpc/handlers.ts'
import type { VolumeLocks } from '../volume/locks.ts'
import { capacityRange, required, volumeCapability } from '../volume/validate.ts'
import type { NodeBackend } from './node-backend.ts'

export interface NodeOptions {
  /** The node's name in Kubernetes. */
  readonly nodeId: string
  readonly backend: NodeBackend
  /** Shared by all names under which a backend is served on this node. */
  readonly locks: VolumeLocks
  /** Default: the id itself. Where this process also makes and deletes the volumes, the names that those operations lock. */
  readonly lockKeysOfVolume?: (volumeId: string) => readonly string[]
  readonly log: Log
}

/** The node's calls as functions on decoded messages. They throw `StorageError`; whoever serves them makes it a gRPC status. */
export function nodeHandlers({ nodeId, backend, locks, lockKeysOfVolume = (volumeId) => [volumeId], log }: NodeOptions): Handlers {
  const { stage, unstage, expand } = backend

  /** One operation at a time on a volume. The caller's deadline ends the answer; the lock is held until the operation has ended. */
  const locked = <T>(volumeId: string, operation: string, { signal }: CallContext, work: () => Promise<T>): Promise<T> =>
    locks.run(lockKeysOfVolume(volumeId), `${operation} ${volumeId}`, signal, async () => {
      try {
        return await work()
      } catch (error) {
        log.warn('an operation failed', { operation, volume: volumeId, error })
        throw error
      }
    })

  return {
    '/csi.v1.Node/NodeGetCapabilities': () => Promise.resolve({ capabilities: nodeCapabilities(backend).map((type) => ({ rpc: { type } })) }),

    '/csi.v1.Node/NodeGetInfo': async () => {
      const { topology, maxVolumes } = await backend.facts()
      log.info('the node was asked who it is', { node: nodeId, topology, maxVolumes })
      return infoMessage(nodeId, topology, maxVolumes)
    },

    ...(stage && {
      '/csi.v1.Node/NodeStageVolume': async (request, context) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const stagingPath = absolutePath(request.stagingTargetPath, 'the staging target path')
        const capability = volumeCapability(request.volumeCapability)
        const { publishContext, volumeContext, secrets } = request
        await locked(volumeId, 'stage', context, () => stage({ volumeId, stagingPath, capability, publishContext, volumeContext, secrets }))
        log.info('volume staged', { volume: volumeId, path: stagingPath })
        return {}
      },
    }),

    ...(unstage && {
      '/csi.v1.Node/NodeUnstageVolume': async (request, context) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const stagingPath = absolutePath(request.stagingTargetPath, 'the staging target path')
        await locked(volumeId, 'unstage', context, () => unstage(volumeId, stagingPath))
        log.info('volume unstaged', { volume: volumeId, path: stagingPath })
        return {}
      },
    }),

    '/csi.v1.Node/NodePublishVolume': async (request, context) => {
      const volumeId = required(request.volumeId, 'the volume id')
      const targetPath = absolutePath(request.targetPath, 'the target path')
      const capability = volumeCapability(request.volumeCapability)
      const stagingPath = stage === undefined ? '' : absolutePath(request.stagingTargetPath, 'the staging target path')
      const { publishContext, volumeContext, readonly: readOnly } = request
      await locked(volumeId, 'publish', context, () => backend.publish({ volumeId, stagingPath, targetPath, capability, readOnly, publishContext, volumeContext }))
      log.info('volume published', { volume: volumeId, path: targetPath })
      return {}
    },

    '/csi.v1.Node/NodeUnpublishVolume': async (request, context) => {
      const volumeId = required(request.volumeId, 'the volume id')
      const targetPath = absolutePath(request.targetPath, 'the target path')
      await locked(volumeId, 'unpublish', context, () => backend.unpublish(volumeId, targetPath))
      log.info('volume unpublished', { volume: volumeId, path: targetPath })
      return {}
    },

    '/csi.v1.Node/NodeGetVolumeStats': async (request) => {
      const volumeId = required(request.volumeId, 'the volume id')
      const path = required(request.volumePath, 'the volume path')
      return { usage: await backend.statistics(volumeId, path) }
    },

    ...(expand && {
      '/csi.v1.Node/NodeExpandVolume': async (request, context) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const volumePath = required(request.volumePath, 'the volume path')
        const size = capacityRange(request.capacityRange).required
        const capacityBytes = await locked(volumeId, 'expand', context, () => expand({ volumeId, volumePath, ...(size === undefined ? {} : { requiredBytes: size.toNumber() }) }))
        log.info('volume expanded', { volume: volumeId, path: volumePath, bytes: capacityBytes })
        return { capacityBytes }
      },
    }),
  }
}

/** Computed from what is there. */
export function nodeCapabilities({ stage, unstage, expand }: NodeBackend): readonly NodeServiceCapabilityRPCType[] {
  return [
    ...(stage !== undefined && unstage !== undefined ? (['STAGE_UNSTAGE_VOLUME'] as const) : []),
    'GET_VOLUME_STATS',
    ...(expand !== undefined ? (['EXPAND_VOLUME'] as const) : []),
    // ReadWriteOncePod: kubelet then names the mode, and a second publish is refused (KEP 2485).
    'SINGLE_NODE_MULTI_WRITER',
  ]
}

function infoMessage(nodeId: string, topology: Readonly<Record<string, string>>, maxVolumes: number | undefined): Encodable<NodeGetInfoResponse> {
  return {
    nodeId,
    ...(maxVolumes === undefined ? {} : { maxVolumesPerNode: maxVolumes }),
    ...(Object.keys(topology).length === 0 ? {} : { accessibleTopology: { segments: topology } }),
  }
}

/** `..` in a path that root mounts on is refused. */
function absolutePath(path: string, what: string): string {
  required(path, what)
  if (!isAbsolute(path) || path.split('/').includes('..') || path.includes('\0')) throw new StorageError('invalid', `${what} ${JSON.stringify(path)} is not an absolute path without ".."`)
  const normal = normalize(path)
  return normal.length > 1 ? normal.replace(/\/$/, '') : normal
}
