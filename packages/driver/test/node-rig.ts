/** The node's handlers on a machine of the lab, in virtual time, with messages encoded both ways. */
import { createLog, type Log } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { createDisk } from '@stowage/lab/machines/sparse-disk'
import type { Disk, PluggedDisk } from '@stowage/lab/machines/disk'
import { createMachine, type Machine } from '@stowage/lab/machines/machine'
import { decode, encode, methods, type Encodable, type Method, type RequestOf, type ResponseOf } from '@stowage/wire/csi'
import { identityOf } from '../src/backends/proxmox/identity.ts'
import { nodeHandlers, proxmoxNode, type FormattedFacts, type NodeBackend, type ProxmoxNodeOptions } from '../src/node/index.ts'
import { rpcFailureOf } from '../src/rpc/serve.ts'
import { VolumeLocks } from '../src/volume/locks.ts'

export const GiB = 1024 ** 3
export const volumeId = 'home/pve1/local-zfs/vm-9999-pvc-1'
export const staging = '/var/lib/kubelet/plugins/kubernetes.io/csi/proxmox.csi.stowage.dev/1/globalmount'
export const target = '/var/lib/kubelet/pods/p1/volumes/kubernetes.io~csi/pvc-1/mount'
export const writer = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
export const block = { block: {}, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
export const blank = { 'stowage.dev/origin': 'blank' } as const

export interface Outcome<T> {
  readonly value?: T
  readonly code: number
  readonly message: string
}

/** A driver process on a machine. */
export interface NodeDriver {
  readonly locks: VolumeLocks
  readonly backend: NodeBackend
  readonly logged: readonly string[]
  /** Never rejects. */
  call<M extends Method>(method: M, request: Encodable<RequestOf<M>>, timeoutMs?: number): Promise<Outcome<ResponseOf<M>>>
  stage(change?: Encodable<RequestOf<'/csi.v1.Node/NodeStageVolume'>>): Promise<Outcome<unknown>>
  unstage(): Promise<Outcome<unknown>>
  publish(change?: Encodable<RequestOf<'/csi.v1.Node/NodePublishVolume'>>): Promise<Outcome<unknown>>
  unpublish(targetPath?: string): Promise<Outcome<unknown>>
  kill(): void
}

export interface NodeRig {
  readonly world: VirtualWorld
  readonly effects: Effects
  readonly machine: Machine
  readonly other: Machine
  start(machine: Machine, options?: Partial<ProxmoxNodeOptions>): NodeDriver
  /** Plugs the volume's disk as the controller does. */
  plug(machine: Machine, disk: Disk, slot?: string): Promise<void>
}

export function pluggedDisk(disk: Disk, id = volumeId): PluggedDisk {
  return { disk, ...identityOf(id), vendor: 'QEMU', product: 'QEMU HARDDISK', readOnly: false, discard: true, rotational: false }
}

export function publishContext(size: number, id = volumeId): Readonly<Record<string, string>> {
  return { ...identityOf(id), size: `${size}`, slot: 'scsi1' }
}

export const newDisk = (size: number = GiB): Disk => createDisk(size)

export async function inNodeRig<T>(scenario: (rig: NodeRig) => Promise<T>, seed = 1): Promise<T> {
  const world = new VirtualWorld({ seed })
  const { effects } = world.process('scenario')
  const machineOf = (name: string): Machine => createMachine({ name, clock: effects.clock, random: effects.random, systemUuid: '11111111-2222-4333-8444-555555555555' })
  const [machine, other] = [machineOf('k1'), machineOf('k2')]
  let started = 0
  return world.run(() =>
    scenario({
      world,
      effects,
      machine,
      other,
      plug: (on, disk, slot = 'scsi1') => on.hardware.plug(slot, pluggedDisk(disk)),
      start: (on, options = {}) => startNode(world, on, `driver-${(started += 1)}`, options),
    }),
  )
}

function startNode(world: VirtualWorld, machine: Machine, name: string, options: Partial<ProxmoxNodeOptions>): NodeDriver {
  const process = world.process(name, { files: machine.files, programs: machine.programs })
  const { effects } = process
  const logged: string[] = []
  const log: Log = createLog(({ level, message, fields }) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`))
  const backend = proxmoxNode({ host: effects, log, nodeId: machine.name, stateDirectory: '/var/lib/kubelet/plugins/proxmox.csi.stowage.dev', place: { region: 'home', zone: 'pve1' }, ...options })
  const locks = new VolumeLocks()
  const handlers = nodeHandlers({ nodeId: machine.name, backend, locks, log })
  const call: NodeDriver['call'] = async (method, request, timeoutMs = 120_000) => {
    const handler = handlers[method]
    if (handler === undefined) return { code: 12, message: `no ${method}` }
    const { request: requestName, response: responseName } = methods[method]
    const controller = new AbortController()
    const cancel = effects.clock.after(timeoutMs, () => controller.abort(new Error('the caller went away')))
    try {
      const decoded = decode(requestName, encode(requestName, request as never)) as RequestOf<typeof method>
      const answer = await handler(decoded, { signal: controller.signal })
      return { code: 0, message: '', value: decode(responseName, encode(responseName, answer as never)) as ResponseOf<typeof method> }
    } catch (error) {
      const { code, message } = rpcFailureOf(error)
      return { code, message }
    } finally {
      cancel()
    }
  }
  const common = { volumeId, publishContext: publishContext(GiB), volumeContext: blank, stagingTargetPath: staging, volumeCapability: writer }
  return {
    locks,
    backend,
    logged,
    call,
    stage: (change = {}) => call('/csi.v1.Node/NodeStageVolume', { ...common, ...change }),
    unstage: () => call('/csi.v1.Node/NodeUnstageVolume', { volumeId, stagingTargetPath: staging }),
    publish: (change = {}) => call('/csi.v1.Node/NodePublishVolume', { ...common, targetPath: target, ...change }),
    unpublish: (targetPath = target) => call('/csi.v1.Node/NodeUnpublishVolume', { volumeId, targetPath }),
    kill: () => process.kill(),
  }
}

/** What the cluster knows, shared by all drivers of a scenario. */
export class SharedFacts implements FormattedFacts {
  readonly known = new Map<string, string>()
  reachable = true

  async isFormatted(id: string): Promise<boolean> {
    await this.#answer()
    return this.known.has(id)
  }

  async announce(id: string, filesystem: string): Promise<boolean> {
    await this.#answer()
    this.known.set(id, filesystem)
    return true
  }

  #answer(): Promise<void> {
    return this.reachable ? Promise.resolve() : Promise.reject(new Error('the API server does not answer'))
  }
}
