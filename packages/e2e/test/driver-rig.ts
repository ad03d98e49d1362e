/** The driver's controller against the lab's Proxmox in virtual time: handlers called directly, no sockets, no Kubernetes. */
import { createLog, silentLog, type Log } from '@stowage/core'
import type { Effects, HttpRequest } from '@stowage/effects'
import { VirtualWorld, type VirtualProcess } from '@stowage/effects/virtual'
import { controllerHandlers, openCluster, proxmoxBackend, rpcFailureOf, VolumeLocks, type Handlers, type NodeDirectory, type VolumeBackend } from '@stowage/driver'
import { createProxmox, type Proxmox, type ProxmoxOptions } from '@stowage/lab/proxmox/proxmox'
import { createApiSchema } from '@stowage/lab/proxmox/schema/schema'
import type { GuestHardware, PluggedDisk } from '@stowage/lab/machines/disk'
import { fixedConnection } from '@stowage/proxmox'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { decode, encode, methods, type Encodable, type Method, type RequestOf, type ResponseOf } from '@stowage/wire/csi'

export const GiB = 1024 ** 3

/** A guest that may be busy, or refuse. */
export class Guest implements GuestHardware {
  running = true
  readonly slots = new Map<string, PluggedDisk>()
  busy = false
  refuses = false

  plug(slot: string, device: PluggedDisk): Promise<void> {
    if (this.refuses) return Promise.reject(new Error('the guest does not take it'))
    this.slots.set(slot, device)
    return Promise.resolve()
  }

  unplug(slot: string): Promise<'released' | 'busy'> {
    if (this.busy) return Promise.resolve('busy')
    this.slots.delete(slot)
    return Promise.resolve('released')
  }

  resized(): void {}
}

export interface Outcome<T> {
  readonly value?: T
  readonly code: number
  readonly message: string
}

export interface Controller {
  readonly process: VirtualProcess
  readonly effects: Effects
  readonly backend: VolumeBackend
  readonly locks: VolumeLocks
  readonly logged: string[]
  /** Through the wire's encoding, both ways. Never rejects. */
  call<M extends Method>(method: M, request: Encodable<RequestOf<M>>, timeoutMs?: number): Promise<Outcome<ResponseOf<M>>>
}

export interface Rig {
  readonly world: VirtualWorld
  readonly proxmox: Proxmox
  readonly guests: ReadonlyMap<number, Guest>
  /** A new driver process; earlier ones live on unless killed. */
  start(options?: { readonly nodes?: NodeDirectory; readonly token?: string }): Controller
}

const secret = '11111111-1111-4111-8111-111111111111'

const schema = createApiSchema(proxmoxMethods)

function labOptions(effects: Effects): ProxmoxOptions {
  const vm = (vmid: number, name: string, node: string) => ({ vmid, name, node, disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] })
  return {
    schema,
    clock: effects.clock,
    random: effects.random,
    nodes: ['pve1', 'pve2'],
    storages: [
      { storage: 'local-zfs', type: 'zfspool', sizeBytes: 100 * GiB },
      { storage: 'local-lvm', type: 'lvmthin', sizeBytes: 100 * GiB },
      { storage: 'local', type: 'dir', sizeBytes: 100 * GiB },
      { storage: 'nas', type: 'nfs', sizeBytes: 1000 * GiB },
    ],
    vms: [vm(101, 'k1', 'pve1'), vm(102, 'k2', 'pve1'), vm(103, 'k3', 'pve2')],
    access: {
      users: [
        { userid: 'csi@pve', tokens: [{ tokenid: 'stowage', secret, privsep: false }] },
        { userid: 'poor@pve', tokens: [{ tokenid: 't', secret, privsep: false }] },
      ],
      roles: {
        CSI: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'],
        Poor: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Audit'],
      },
      acl: [
        { path: '/', ugid: 'csi@pve', roleid: 'CSI' },
        { path: '/', ugid: 'poor@pve', roleid: 'Poor' },
      ],
    },
  }
}

export interface RigOptions {
  readonly seed?: number | string
  readonly lab?: (options: ProxmoxOptions) => ProxmoxOptions
}

/** Runs a scenario in virtual time. */
export function inRig<T>(scenario: (rig: Rig) => Promise<T>, { seed = 1, lab = (options) => options }: RigOptions = {}): Promise<T> {
  const world = new VirtualWorld({ seed })
  const proxmox = createProxmox(lab(labOptions(world.process('proxmox').effects)))
  for (const node of ['pve1', 'pve2']) world.route(`https://${node}:8006`, proxmox.handler(node))
  const guests = new Map(proxmox.world.vms().map(({ vmid }) => [vmid, new Guest()]))
  let started = 0
  const start: Rig['start'] = (options = {}) => {
    started += 1
    return startController(world.process(`driver-${started}`), options)
  }
  return world.run(async () => {
    for (const [vmid, guest] of guests) await proxmox.connect(vmid, guest)
    return scenario({ world, proxmox, guests, start })
  })
}

function startController(process: VirtualProcess, { nodes, token = 'csi@pve!stowage' }: NonNullable<Parameters<Rig['start']>[0]>): Controller {
  const { effects } = process
  const logged: string[] = []
  const log: Log = createLog(({ level, message, fields }) => void logged.push(`${level} ${message} ${JSON.stringify(fields)}`))
  const source = fixedConnection({ endpoints: ['https://pve1:8006', 'https://pve2:8006'], tokenId: token, tokenSecret: secret })
  const cluster = openCluster({ name: 'pve', region: 'home', source }, effects, log, new AbortController().signal)
  const backend = proxmoxBackend({ clusters: [cluster], ...(nodes === undefined ? {} : { nodes }) })
  const locks = new VolumeLocks()
  const handlers = controllerHandlers({ backend, locks, log: silentLog })
  return { process, effects, backend, locks, logged, call: (method, request, timeoutMs = 600_000) => callHandler(handlers, effects, method, request, timeoutMs) }
}

async function callHandler<M extends Method>(handlers: Handlers, { clock }: Effects, method: M, request: Encodable<RequestOf<M>>, timeoutMs: number): Promise<Outcome<ResponseOf<M>>> {
  const handler = handlers[method]
  if (handler === undefined) return { code: 12, message: `no ${method}` }
  const { request: requestName, response: responseName } = methods[method]
  const controller = new AbortController()
  const cancel = clock.after(timeoutMs, () => controller.abort(new Error('the caller went away')))
  try {
    const decoded = decode(requestName, encode(requestName, request)) as RequestOf<M>
    const answer = await handler(decoded, { signal: controller.signal })
    return { code: 0, message: '', value: decode(responseName, encode(responseName, answer)) as ResponseOf<M> }
  } catch (error) {
    const { code, message } = rpcFailureOf(error)
    return { code, message }
  } finally {
    cancel()
  }
}

export const writer = { mount: { fsType: 'ext4' }, accessMode: { mode: 'SINGLE_NODE_WRITER' } } as const
export const inZone = (zone: string) => ({ preferred: [{ segments: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': zone } }], requisite: [{ segments: { 'topology.kubernetes.io/region': 'home', 'topology.kubernetes.io/zone': zone } }] })

export function createRequest(name: string, parameters: Record<string, string> = { storage: 'local-zfs' }, gib = 1, zone = 'pve1'): Encodable<RequestOf<'/csi.v1.Controller/CreateVolume'>> {
  return { name, capacityRange: { requiredBytes: gib * GiB }, volumeCapabilities: [writer], parameters, accessibilityRequirements: inZone(zone) }
}

/** Where the disk really is: VMs whose QEMU holds it. */
export function holders({ proxmox }: Rig, volid: string, node?: string): readonly number[] {
  return proxmox.world.vms().filter((vm) => (node === undefined || vm.node === node) && [...vm.plugged.values()].some((plugged) => plugged.volid === volid)).map(({ vmid }) => vmid)
}

export function ownVolumes({ proxmox }: Rig): readonly string[] {
  return proxmox.world.volumes().filter(({ owner }) => owner === 9999).map(({ volid }) => volid)
}

/** A call of the driver as the lab names it, from the request's address. */
export function pathOf({ method, url }: HttpRequest): string {
  return `${method} ${decodeURIComponent(new URL(url).pathname.replace('/api2/json', ''))}`
}
