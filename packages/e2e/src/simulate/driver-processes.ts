/** The real driver as processes of the virtual world, behind the same sockets and encodings as on a node. */
import { createLog, type Log } from '@stowage/core'
import { controllerHandlers, methodsOf, openCluster, proxmoxBackend, rpcHandlerOf, VolumeLocks } from '@stowage/driver'
import { nodeHandlers, proxmoxNode, type FormattedFacts } from '@stowage/driver/node/index'
import type { VirtualProcess } from '@stowage/effects/virtual'
import { fixedConnection } from '@stowage/proxmox'
import type { Sabotage } from './sabotage.ts'
import { backendWith, locksFor } from './sabotage.ts'
import type { Site, SiteNode } from './site.ts'
import { proxmoxNodes, region, token } from './site.ts'

export const controllerSocket = '/csi/csi.sock'
export const nodeSocket = '/var/lib/kubelet/plugins/proxmox.csi.stowage.dev/csi.sock'

export interface Controller {
  readonly process: VirtualProcess
  readonly locks: VolumeLocks
}

/** What Kubernetes would keep in annotations: it outlives every process. */
export class ClusterFacts implements FormattedFacts {
  private readonly formatted = new Set<string>()

  isFormatted(volumeId: string): Promise<boolean> {
    return Promise.resolve(this.formatted.has(volumeId))
  }

  announce(volumeId: string): Promise<boolean> {
    this.formatted.add(volumeId)
    return Promise.resolve(true)
  }
}

export async function startController(site: Site, name: string, facts: ClusterFacts, sabotage: Sabotage | undefined): Promise<Controller> {
  const process = site.world.process(name)
  const { effects } = process
  const log = logInto(site, name)
  const source = fixedConnection({ endpoints: proxmoxNodes.map((node) => `https://${node}:8006`), ...token })
  const opened = openCluster({ name: 'pve', region, source }, effects, log, new AbortController().signal)
  const backend = backendWith(sabotage, opened, (cluster) => proxmoxBackend({ clusters: [cluster], isFormatted: (volumeId) => facts.isFormatted(volumeId) }))
  const locks = locksFor(sabotage)
  const handlers = controllerHandlers({ backend, locks, log })
  await effects.rpc.serve(controllerSocket, methodsOf(handlers), rpcHandlerOf(handlers, { clock: effects.clock, log, driver: name }))
  return { process, locks }
}

export async function startNodeDriver(site: Site, node: SiteNode, name: string, facts: ClusterFacts): Promise<VirtualProcess> {
  const { machine } = node
  const process = site.world.process(name, { files: machine.files, programs: machine.programs }, { machine: node.name })
  const { effects } = process
  const log = logInto(site, name)
  const backend = proxmoxNode({
    host: effects,
    log,
    nodeId: node.name,
    stateDirectory: '/var/lib/kubelet/plugins/proxmox.csi.stowage.dev',
    place: { region, zone: node.on },
    formattedFacts: facts,
  })
  const handlers = nodeHandlers({ nodeId: node.name, backend, locks: new VolumeLocks(), log })
  await effects.rpc.serve(nodeSocket, methodsOf(handlers), rpcHandlerOf(handlers, { clock: effects.clock, log, driver: name }))
  return process
}

/** Warnings and errors of the driver are part of the trace. */
function logInto({ world }: Site, name: string): Log {
  return createLog(({ level, message, fields }) => {
    if (level === 'debug') return
    world.note(level, `${message} ${JSON.stringify(fields)}`, name)
  })
}
