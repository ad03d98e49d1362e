/** csi.v1.Controller: request checked, volume locked, backend asked, answer made. */
import { StorageError, type Log, type Size } from '@stowage/core'
import type { Encodable, Volume } from '@stowage/wire/csi'
import type { CallContext, Handlers } from '../rpc/handlers.ts'
import type { ProvisionedVolume, VolumeBackend, VolumeWish } from './backend.ts'
import { controllerCapabilities } from './capabilities.ts'
import { pageOf } from './pages.ts'
import type { VolumeLocks } from './locks.ts'
import { capacityRange, required, topologiesOf, volumeCapabilities, volumeCapability, volumeName } from './validate.ts'

export interface ControllerOptions {
  readonly backend: VolumeBackend
  /** Shared by all names under which a backend is served. */
  readonly locks: VolumeLocks
  readonly log: Log
}

export function controllerHandlers({ backend, locks, log }: ControllerOptions): Handlers {
  const { create, delete: remove, publish, unpublish, get, list, capacity, expand } = backend

  const locked = <T>(keys: readonly string[], operation: string, { signal }: CallContext, work: () => Promise<T>): Promise<T> =>
    locks.run(keys, operation, signal, async () => {
      try {
        return await work()
      } catch (error) {
        log.warn('an operation failed', { operation, keys, error })
        throw error
      }
    })

  return {
    '/csi.v1.Controller/ControllerGetCapabilities': () => Promise.resolve({ capabilities: controllerCapabilities(backend).map((type) => ({ rpc: { type } })) }),

    ...(create && {
      '/csi.v1.Controller/CreateVolume': async (request, context) => {
        const name = volumeName(request.name)
        const capabilities = volumeCapabilities(request.volumeCapabilities)
        const wish: VolumeWish = {
          name,
          ...capacityRange(request.capacityRange),
          capabilities,
          parameters: { ...request.parameters, ...request.mutableParameters },
          topologies: topologiesOf(request.accessibilityRequirements),
        }
        refuseFault(backend.capabilityFault(capabilities))
        if (request.volumeContentSource !== undefined) throw new StorageError('invalid', `volume ${name} cannot be made from a snapshot or another volume: this driver does not offer that yet; create an empty volume and copy the data`)
        const volume = await locked(backend.lockKeysOfName(name), `create ${name}`, context, () => create(wish))
        log.info('volume created', { name, volume: volume.id, size: volume.size.toString() })
        return { volume: volumeMessage(volume) }
      },
    }),

    ...(remove && {
      '/csi.v1.Controller/DeleteVolume': async ({ volumeId }, context) => {
        required(volumeId, 'the volume id')
        await locked(backend.lockKeysOfVolume(volumeId), `delete ${volumeId}`, context, () => remove(volumeId))
        log.info('volume deleted', { volume: volumeId })
        return {}
      },
    }),

    ...(publish && {
      '/csi.v1.Controller/ControllerPublishVolume': async (request, context) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const nodeId = required(request.nodeId, 'the node id')
        const capability = volumeCapability(request.volumeCapability)
        refuseFault(backend.capabilityFault([capability]))
        if (request.readonly) throw new StorageError('invalid', `volume ${volumeId} cannot be attached read-only: this driver does not advertise PUBLISH_READONLY; mount it read-only instead`)
        const wish = { volumeId, nodeId, capability, context: request.volumeContext }
        const publishContext = await locked(backend.lockKeysOfVolume(volumeId), `attach ${volumeId} to ${nodeId}`, context, () => publish(wish))
        log.info('volume attached', { volume: volumeId, node: nodeId, ...publishContext })
        return { publishContext }
      },
    }),

    ...(unpublish && {
      '/csi.v1.Controller/ControllerUnpublishVolume': async ({ volumeId, nodeId }, context) => {
        required(volumeId, 'the volume id')
        await locked(backend.lockKeysOfVolume(volumeId), `detach ${volumeId} from ${nodeId || 'every node'}`, context, () => unpublish(volumeId, nodeId === '' ? undefined : nodeId))
        log.info('volume detached', { volume: volumeId, node: nodeId })
        return {}
      },
    }),

    ...(get && {
      '/csi.v1.Controller/ValidateVolumeCapabilities': async (request) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const capabilities = volumeCapabilities(request.volumeCapabilities)
        await get(volumeId)
        const fault = backend.capabilityFault(capabilities)
        if (fault !== undefined) return { message: fault }
        const { volumeContext, parameters, mutableParameters } = request
        return { confirmed: { volumeContext, volumeCapabilities: capabilities, parameters, mutableParameters } }
      },
    }),

    ...(list && {
      '/csi.v1.Controller/ListVolumes': async ({ maxEntries, startingToken }) => {
        if (maxEntries < 0) throw new StorageError('invalid', `max_entries is ${maxEntries}; it cannot be negative`)
        const { items, nextToken } = await pageOf(list, maxEntries, startingToken)
        return { entries: items.map(({ volume, publishedOn }) => ({ volume: volumeMessage(volume), status: { publishedNodeIds: publishedOn } })), nextToken }
      },
    }),

    ...(capacity && {
      '/csi.v1.Controller/GetCapacity': async ({ volumeCapabilities: capabilities, parameters, accessibleTopology }) => {
        // The spec: capabilities that cannot be served have no capacity.
        if (capabilities.length > 0 && backend.capabilityFault(volumeCapabilities(capabilities)) !== undefined) return { availableCapacity: 0 }
        const { available, largest } = await capacity({ parameters, topology: accessibleTopology?.segments })
        return { availableCapacity: available.toNumber(), ...(largest === undefined ? {} : { maximumVolumeSize: largest.toNumber() }) }
      },
    }),

    ...(expand && {
      '/csi.v1.Controller/ControllerExpandVolume': async (request, context) => {
        const volumeId = required(request.volumeId, 'the volume id')
        const { required: size, limit } = capacityRange(request.capacityRange)
        if (size === undefined) throw new StorageError('invalid', `the new size of volume ${volumeId} is missing in the request`)
        const { volumeCapability: capability } = request
        const wish = { volumeId, required: size, ...withDefined('limit', limit), ...withDefined('capability', capability) }
        const { size: capacityBytes, nodeExpansionRequired } = await locked(backend.lockKeysOfVolume(volumeId), `expand ${volumeId} to ${size.toString()}`, context, () => expand(wish))
        log.info('volume expanded', { volume: volumeId, size: capacityBytes.toString() })
        return { capacityBytes: capacityBytes.toNumber(), nodeExpansionRequired }
      },
    }),
  }
}

function withDefined<Key extends string, Value extends Size | object>(key: Key, value: Value | undefined): { readonly [K in Key]?: Value } {
  if (value === undefined) return {}
  const only: { [K in Key]?: Value } = {}
  only[key] = value
  return only
}

function refuseFault(fault: string | undefined): void {
  if (fault !== undefined) throw new StorageError('invalid', fault)
}

function volumeMessage({ id, size, context, topologies }: ProvisionedVolume): Encodable<Volume> {
  return { volumeId: id, capacityBytes: size.toNumber(), volumeContext: context, accessibleTopology: topologies.map((segments) => ({ segments })) }
}
