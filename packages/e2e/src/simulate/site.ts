/** The world of a schedule: two Proxmox nodes, four VMs as Linux machines, storages of each kind. */
import { readText } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import type { VirtualProcess } from '@stowage/effects/virtual'
import { createMachine, type Machine } from '@stowage/lab/machines/machine'
import { createProxmox, type Proxmox } from '@stowage/lab/proxmox/proxmox'
import type { ApiSchema } from '@stowage/lab/proxmox/schema/schema'

export const GiB = 1024 ** 3
export const region = 'home'
export const proxmoxNodes = ['pve1', 'pve2'] as const
export const token = { tokenId: 'csi@pve!stowage', tokenSecret: '11111111-1111-4111-8111-111111111111' } as const

export interface SiteNode {
  /** Its name in Kubernetes, and its VM's. */
  readonly name: string
  readonly vmid: number
  readonly on: string
  readonly machine: Machine
  /** Whoever calls the node's driver: the kubelet. */
  readonly kubelet: VirtualProcess
}

export interface Site {
  readonly world: VirtualWorld
  readonly proxmox: Proxmox
  readonly nodes: readonly SiteNode[]
  /** Whoever calls the controller: the sidecars. */
  readonly caller: VirtualProcess
}

const layout = [
  { name: 'k1', vmid: 101, on: 'pve1' },
  { name: 'k2', vmid: 102, on: 'pve1' },
  { name: 'k3', vmid: 103, on: 'pve1' },
  { name: 'k4', vmid: 104, on: 'pve2' },
] as const

export function createSite(seed: number | string, schema: ApiSchema): Site {
  const world = new VirtualWorld({ seed })
  const { effects } = world.process('proxmox')
  const uuidOf = (vmid: number): string => `11111111-2222-4333-8444-000000000${vmid}`
  const proxmox = createProxmox({
    clock: effects.clock,
    random: effects.random,
    schema,
    nodes: proxmoxNodes,
    storages: [
      { storage: 'local-zfs', type: 'zfspool', sizeBytes: 200 * GiB },
      { storage: 'local-lvm', type: 'lvmthin', sizeBytes: 200 * GiB },
      { storage: 'local', type: 'dir', sizeBytes: 200 * GiB },
      { storage: 'nas', type: 'nfs', sizeBytes: 1000 * GiB },
    ],
    vms: layout.map(({ name, vmid, on }) => ({ vmid, name, node: on, uuid: uuidOf(vmid), disks: [{ slot: 'scsi0', storage: 'local-zfs', sizeBytes: 8 * GiB }] })),
    access: {
      users: [
        { userid: 'root@pam', tokens: [{ tokenid: 'ops', secret: token.tokenSecret, privsep: false }] },
        { userid: 'csi@pve', tokens: [{ tokenid: 'stowage', secret: token.tokenSecret, privsep: false }] },
      ],
      roles: { CSI: ['VM.Audit', 'VM.Config.Disk', 'Datastore.Allocate', 'Datastore.AllocateSpace', 'Datastore.Audit'] },
      acl: [{ path: '/', ugid: 'csi@pve', roleid: 'CSI' }],
    },
  })
  for (const node of proxmoxNodes) world.route(`https://${node}:8006`, proxmox.handler(node))
  const nodes = layout.map(({ name, vmid, on }): SiteNode => {
    const machine = createMachine({ name, clock: effects.clock, random: effects.random, systemUuid: uuidOf(vmid) })
    return { name, vmid, on, machine, kubelet: world.process(`kubelet-${name}`, { files: machine.files, programs: machine.programs }, { machine: name }) }
  })
  return { world, proxmox, nodes, caller: world.process('sidecars') }
}

export interface PowerListener {
  machineStops(node: SiteNode): void
  machineStarted(node: SiteNode): void
}

/** The listener hears when Proxmox turns a machine off, and when it is on again. */
export async function connectMachines({ proxmox, nodes }: Site, listener: PowerListener): Promise<void> {
  for (const node of nodes) {
    const { vmid, machine } = node
    const stop = async (): Promise<void> => {
      listener.machineStops(node)
      machine.shutdown()
    }
    const start = async (): Promise<void> => {
      machine.boot()
      listener.machineStarted(node)
    }
    await proxmox.connect(vmid, machine.hardware, { start, stop })
  }
}

/** Asks the cluster's API as its administrator. Resolves with the data, or undefined when it is refused. */
export async function asAdministrator({ caller }: Site, node: string, path: string): Promise<unknown> {
  const { http } = caller.effects
  const request = { method: 'POST', url: `https://${node}:8006/api2/json${path}`, headers: { authorization: `PVEAPIToken=root@pam!ops=${token.tokenSecret}` } } as const
  const answer = await http.request(request).catch(() => undefined)
  if (answer === undefined) return undefined
  const text = await readText(answer.body).catch(() => '')
  const parsed: { readonly data?: unknown } = text === '' ? {} : JSON.parse(text)
  return parsed.data ?? undefined
}
