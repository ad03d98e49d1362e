/** A CSI driver for tests that really keeps state: disks, where they are attached, staged and published. Its node side serves registration too. */
import { RpcFailure, rpcCode } from '@stowage/effects'
import { decode, encode, methods } from '@stowage/wire/csi'
import type { Method, RequestOf, ResponseOf, Encodable } from '@stowage/wire/csi'
import * as registration from '@stowage/wire/registration'
import type { ContainerContext, Images, Program } from '../../src/kubernetes/kubelet/container.ts'

export const driverName = 'memory.csi.test'
export const driverImage = 'example.test/memory-driver'
export const zoneKey = 'topology.memory.csi.test/zone'

export interface MemoryDisk {
  readonly id: string
  size: number
  readonly zone: string
  attachedTo: string | undefined
  readonly staged: Set<string>
  /** `node:path` */
  readonly published: Set<string>
  filesystemSize: number
}

/** What outlives every process of the driver. */
export class MemoryBackend {
  readonly disks = new Map<string, MemoryDisk>()
  readonly calls: string[] = []
  readonly freeByZone = new Map<string, number>()
  /** Makes calls fail: by method name, `CreateVolume`. Throws to fail. */
  readonly faults = new Map<string, (request: unknown) => void>()
  maxVolumes = 0
  /** Node id → zone. */
  readonly zones: ReadonlyMap<string, string>

  constructor(zones: ReadonlyMap<string, string>) {
    this.zones = zones
  }
}

type Handlers = { readonly [M in Method]?: (request: RequestOf<M>, context: ContainerContext) => Encodable<ResponseOf<M>> | Promise<Encodable<ResponseOf<M>>> }

export function memoryDriver(backend: MemoryBackend): Images {
  const program: Program = async (context) => {
    const mode = context.args.includes('--mode=controller') ? 'controller' : 'node'
    const isAll = context.args.includes('--mode=all')
    const handlers = { ...identity, ...(mode === 'node' ? nodeService(backend) : {}), ...(mode === 'controller' || isAll ? controllerService(backend) : {}) }
    const socket = mode === 'node' ? `/var/lib/kubelet/plugins/${driverName}/csi.sock` : '/csi/csi.sock'
    const server = await context.effects.rpc.serve(socket, Object.keys(handlers), (method, request) => answer(backend, handlers, method, request, context))
    const servers = [server]
    if (mode === 'node') servers.push(await serveRegistration(context, socket))
    context.log(`serving ${mode}`)
    await new Promise<void>((resolve) => context.stop.addEventListener('abort', () => resolve(), { once: true }))
    for (const each of servers) await each.close(0)
    return 0
  }
  return { [driverImage]: program }
}

async function answer(backend: MemoryBackend, handlers: Handlers, method: string, bytes: Uint8Array, context: ContainerContext): Promise<Uint8Array> {
  const known = Object.keys(handlers).find((each): each is Method => each === method)
  if (known === undefined) throw new RpcFailure(rpcCode.UNIMPLEMENTED, method)
  return call(backend, handlers, known, bytes, context)
}

async function call<M extends Method>(backend: MemoryBackend, handlers: Handlers, method: M, bytes: Uint8Array, context: ContainerContext): Promise<Uint8Array> {
  const names: { request: string; response: string } = methods[method]
  const request = decode(names.request as 'CreateVolumeRequest', bytes) as unknown as RequestOf<M>
  const short = method.slice(method.lastIndexOf('/') + 1)
  backend.calls.push(`${short}${context.node === '' ? '' : `@${context.node}`}`)
  backend.faults.get(short)?.(request)
  const handler = handlers[method] as ((request: RequestOf<M>, context: ContainerContext) => Promise<unknown>) | undefined
  const response = await handler?.(request, context)
  return encode(names.response as 'CreateVolumeResponse', response as never)
}

async function serveRegistration(context: ContainerContext, endpoint: string): Promise<{ close(graceMs?: number): Promise<void> }> {
  return context.effects.rpc.serve(`/var/lib/kubelet/plugins_registry/${driverName}-reg.sock`, Object.keys(registration.methods), async (method) =>
    method.endsWith('GetInfo')
      ? registration.encode('PluginInfo', { type: 'CSIPlugin', name: driverName, endpoint, supportedVersions: ['1.0.0'] })
      : registration.encode('RegistrationStatusResponse', {}),
  )
}

const identity: Handlers = {
  '/csi.v1.Identity/Probe': () => ({ ready: true }),
  '/csi.v1.Identity/GetPluginInfo': () => ({ name: driverName, vendorVersion: '1', manifest: {} }),
  '/csi.v1.Identity/GetPluginCapabilities': () => ({ capabilities: [{ service: { type: 'CONTROLLER_SERVICE' } }, { service: { type: 'VOLUME_ACCESSIBILITY_CONSTRAINTS' } }] }),
}

function controllerService(backend: MemoryBackend): Handlers {
  return {
    '/csi.v1.Controller/ControllerGetCapabilities': () => ({
      capabilities: (['CREATE_DELETE_VOLUME', 'PUBLISH_UNPUBLISH_VOLUME', 'EXPAND_VOLUME', 'GET_CAPACITY'] as const).map((type) => ({ rpc: { type } })),
    }),
    '/csi.v1.Controller/CreateVolume': (request) => {
      const zone = request.accessibilityRequirements?.preferred[0]?.segments[zoneKey] ?? [...backend.zones.values()][0] ?? ''
      const free = backend.freeByZone.get(zone)
      const size = request.capacityRange?.requiredBytes ?? 1
      const existing = backend.disks.get(request.name)
      if (existing === undefined && free !== undefined && free < size) throw new RpcFailure(rpcCode.RESOURCE_EXHAUSTED, `zone ${zone} is full`)
      if (existing === undefined && free !== undefined) backend.freeByZone.set(zone, free - size)
      const disk: MemoryDisk = existing ?? { id: request.name, size, zone, attachedTo: undefined, staged: new Set(), published: new Set(), filesystemSize: 0 }
      backend.disks.set(disk.id, disk)
      return { volume: { volumeId: disk.id, capacityBytes: disk.size, volumeContext: { made: 'yes' }, accessibleTopology: [{ segments: { [zoneKey]: disk.zone } }] } }
    },
    '/csi.v1.Controller/DeleteVolume': ({ volumeId }) => {
      const disk = backend.disks.get(volumeId)
      if (disk?.attachedTo !== undefined) throw new RpcFailure(rpcCode.FAILED_PRECONDITION, `disk ${volumeId} is attached to ${disk.attachedTo}`)
      backend.disks.delete(volumeId)
      return {}
    },
    '/csi.v1.Controller/ControllerPublishVolume': ({ volumeId, nodeId }) => {
      const disk = mustHave(backend, volumeId)
      if (disk.attachedTo !== undefined && disk.attachedTo !== nodeId) throw new RpcFailure(rpcCode.FAILED_PRECONDITION, `disk ${volumeId} is attached to ${disk.attachedTo}`)
      disk.attachedTo = nodeId
      return { publishContext: { slot: 'scsi1' } }
    },
    '/csi.v1.Controller/ControllerUnpublishVolume': ({ volumeId, nodeId }) => {
      const disk = backend.disks.get(volumeId)
      if (disk?.attachedTo === nodeId) disk.attachedTo = undefined
      return {}
    },
    '/csi.v1.Controller/ControllerExpandVolume': ({ volumeId, capacityRange }) => {
      const disk = mustHave(backend, volumeId)
      disk.size = Math.max(disk.size, capacityRange?.requiredBytes ?? 0)
      return { capacityBytes: disk.size, nodeExpansionRequired: true }
    },
    '/csi.v1.Controller/GetCapacity': ({ accessibleTopology }) => ({ availableCapacity: backend.freeByZone.get(accessibleTopology?.segments[zoneKey] ?? '') ?? 1024 ** 4 }),
  }
}

function mustHave(backend: MemoryBackend, id: string): MemoryDisk {
  const disk = backend.disks.get(id)
  if (disk === undefined) throw new RpcFailure(rpcCode.NOT_FOUND, `no disk ${id}`)
  return disk
}

function nodeService(backend: MemoryBackend): Handlers {
  return {
    '/csi.v1.Node/NodeGetInfo': (_, { node }) => ({ nodeId: node, maxVolumesPerNode: backend.maxVolumes, accessibleTopology: { segments: { [zoneKey]: backend.zones.get(node) ?? '' } } }),
    '/csi.v1.Node/NodeGetCapabilities': () => ({ capabilities: (['STAGE_UNSTAGE_VOLUME', 'EXPAND_VOLUME', 'GET_VOLUME_STATS'] as const).map((type) => ({ rpc: { type } })) }),
    '/csi.v1.Node/NodeStageVolume': ({ volumeId, publishContext }, { node }) => {
      const disk = mustHave(backend, volumeId)
      if (disk.attachedTo !== node) throw new RpcFailure(rpcCode.INTERNAL, `disk ${volumeId} is not attached to ${node}`)
      if (publishContext['slot'] !== 'scsi1') throw new RpcFailure(rpcCode.INVALID_ARGUMENT, 'no slot in the publish context')
      disk.staged.add(node)
      disk.filesystemSize ||= disk.size
      return {}
    },
    '/csi.v1.Node/NodeUnstageVolume': ({ volumeId }, { node }) => {
      backend.disks.get(volumeId)?.staged.delete(node)
      return {}
    },
    '/csi.v1.Node/NodePublishVolume': async ({ volumeId, targetPath }, { node, effects }) => {
      const disk = mustHave(backend, volumeId)
      if (!disk.staged.has(node)) throw new RpcFailure(rpcCode.FAILED_PRECONDITION, `disk ${volumeId} is not staged on ${node}`)
      await effects.files.makeDirectory(targetPath)
      disk.published.add(`${node}:${targetPath}`)
      return {}
    },
    '/csi.v1.Node/NodeUnpublishVolume': async ({ volumeId, targetPath }, { node, effects }) => {
      backend.disks.get(volumeId)?.published.delete(`${node}:${targetPath}`)
      if ((await effects.files.stat(targetPath)) !== undefined) await effects.files.removeTree(targetPath)
      return {}
    },
    '/csi.v1.Node/NodeExpandVolume': ({ volumeId }) => {
      const disk = mustHave(backend, volumeId)
      disk.filesystemSize = disk.size
      return { capacityBytes: disk.size }
    },
    '/csi.v1.Node/NodeGetVolumeStats': ({ volumeId }) => {
      const disk = mustHave(backend, volumeId)
      return { usage: [{ unit: 'BYTES', total: disk.filesystemSize, used: 0, available: disk.filesystemSize }] }
    },
  }
}
