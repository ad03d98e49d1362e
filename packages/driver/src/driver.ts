/** The driver put together: its configuration, a backend for each kind, handlers for each name. What `main.ts` serves and tests call. */
import { StorageError, type Log } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import type { KubernetesClient } from '@stowage/kubernetes'
import { localBackend, localController, rememberSize } from './backends/local/backend.ts'
import { directoryOfVolume } from './backends/local/local-volume-id.ts'
import { proxmoxBackend } from './backends/proxmox/backend.ts'
import type { ProxmoxCluster } from './backends/proxmox/cluster.ts'
import { openCluster } from './backends/proxmox/open-cluster.ts'
import type { BackendKind, DriverConfig } from './config/config.ts'
import { credentialsSource } from './config/credentials.ts'
import { KubernetesNodes } from './kubernetes-nodes.ts'
import { AnnotatedVolumes } from './node/formatted-facts.ts'
import { localNode } from './node/local-node.ts'
import type { NodeBackend } from './node/node-backend.ts'
import { nodeHandlers } from './node/node-service.ts'
import { proxmoxNode } from './node/proxmox-node.ts'
import type { Handlers } from './rpc/handlers.ts'
import type { VolumeBackend } from './volume/backend.ts'
import { controllerHandlers } from './volume/controller-service.ts'
import { identityHandlers } from './volume/identity-service.ts'
import { VolumeLocks } from './volume/locks.ts'

export const driverVersion = '0.1.0'

export interface DriverOptions {
  readonly config: DriverConfig
  readonly effects: Effects
  readonly log: Log
  /** The process ends: what waits for Proxmox stops waiting. */
  readonly stop: AbortSignal
  readonly kubernetes?: KubernetesClient
}

export interface NodeRoleOptions extends DriverOptions {
  /** The node's name in Kubernetes. */
  readonly nodeId: string
  /** Default `/var/lib/kubelet`. */
  readonly kubeletRoot?: string
  /** Only for rigs whose disks are loop devices. */
  readonly trustLoopDevices?: boolean
}

/** One name under which a backend is served. */
export interface ServedDriver {
  readonly name: string
  readonly backend: BackendKind
  readonly handlers: Handlers
}

export interface ControllerDriver {
  readonly served: readonly ServedDriver[]
  readonly clusters: readonly ProxmoxCluster[]
  readonly locks: VolumeLocks
}

/** The controller: one backend of each kind, whatever number of names it has. */
export function controllerDriver(options: DriverOptions): ControllerDriver {
  const { config, effects, log, stop, kubernetes } = options
  const clusters = (config.proxmox?.clusters ?? []).map((cluster) =>
    openCluster({ name: cluster.name, region: cluster.region, source: credentialsSource(effects, cluster), ...(cluster.ownerVmid === undefined ? {} : { owner: cluster.ownerVmid }) }, effects, log, stop),
  )
  const facts = kubernetes === undefined ? undefined : new AnnotatedVolumes(kubernetes, log)
  const nodes = kubernetes === undefined ? undefined : new KubernetesNodes(kubernetes)
  const locks = new VolumeLocks()
  const backends: Partial<Record<BackendKind, VolumeBackend>> = {
    proxmox: proxmoxBackend({ clusters, ...(nodes === undefined ? {} : { nodes }), ...(facts === undefined ? {} : { isFormatted: (volumeId: string) => facts.isFormatted(volumeId) }) }),
    local: localController(),
  }
  const served = config.drivers.map(({ name, backend: kind }): ServedDriver => {
    const backend = backendOf(backends, kind)
    const ownLog = log.with({ driver: name })
    const identity = identityHandlers({ driver: name, version: driverVersion, backend, log: ownLog })
    return { name, backend: kind, handlers: { ...identity, ...controllerHandlers({ backend, locks, log: ownLog }) } }
  })
  return { served, clusters, locks }
}

/** A node: stages and publishes, and for local volumes makes and deletes them, too. */
export function nodeDriver(options: NodeRoleOptions): readonly ServedDriver[] {
  const { config, log } = options
  const locks = new VolumeLocks()
  const makers: Partial<Record<BackendKind, VolumeBackend>> = localMaker(options)
  const nodes = nodeBackends(options)
  return config.drivers.flatMap(({ name, backend: kind }): readonly ServedDriver[] => {
    const ownLog = log.with({ driver: name, node: options.nodeId })
    const backend = backendOf(nodes, kind)
    const maker = makers[kind]
    const identity = identityHandlers({ driver: name, version: driverVersion, backend: maker ?? placeholderOf(kind), log: ownLog })
    const node = nodeHandlers({ nodeId: options.nodeId, backend, locks, log: ownLog })
    return [{ name, backend: kind, handlers: { ...identity, ...node, ...(maker && controllerHandlers({ backend: maker, locks, log: ownLog })) } }]
  })
}

function localMaker({ config, nodeId, effects, log }: NodeRoleOptions): Partial<Record<BackendKind, VolumeBackend>> {
  if (config.local === undefined) return {}
  return { local: localBackend({ node: nodeId, path: config.local.path, host: effects, log }) }
}

function nodeBackends({ config, effects, log, nodeId, kubernetes, kubeletRoot = '/var/lib/kubelet', trustLoopDevices }: NodeRoleOptions): Partial<Record<BackendKind, NodeBackend>> {
  const first = config.drivers.find(({ backend }) => backend === 'proxmox')
  const directory = kubernetes === undefined ? undefined : new KubernetesNodes(kubernetes)
  const path = config.local?.path
  return {
    ...(first && {
      proxmox: proxmoxNode({
        host: effects,
        log,
        nodeId,
        stateDirectory: `${kubeletRoot}/plugins/${first.name}`,
        directory,
        ...(kubernetes === undefined ? {} : { formattedFacts: new AnnotatedVolumes(kubernetes, log) }),
        ...(trustLoopDevices === undefined ? {} : { trustLoopDevices }),
      }),
    }),
    ...(path !== undefined && { local: rememberingNode(localNode({ host: effects, log, nodeId, root: path, directoryOf: (volumeId) => directoryOfVolume(nodeId, path, volumeId) }), effects, path) }),
  }
}

/** A grown directory must be known with its new size to those who list and make volumes. */
function rememberingNode(node: NodeBackend, { files }: Effects, path: string): NodeBackend {
  const { expand } = node
  if (expand === undefined) return node
  return {
    ...node,
    expand: async (wish) => {
      const bytes = await expand(wish)
      await rememberSize(files, path, wish.volumeId, bytes)
      return bytes
    },
  }
}

/** What a node's identity service says of a backend whose controller runs elsewhere. */
function placeholderOf(kind: BackendKind): VolumeBackend {
  return { kind, topology: true, lockKeysOfName: () => [], lockKeysOfVolume: () => [], capabilityFault: () => undefined, probe: () => Promise.resolve() }
}

function backendOf<T>(backends: Partial<Record<BackendKind, T>>, kind: BackendKind): T {
  const backend = backends[kind]
  if (backend === undefined) throw new StorageError('invalid', `a driver of the kind ${kind} is configured, but its section is missing`)
  return backend
}
