import type { Clock, HttpHandler, Random } from '@stowage/effects'
import { HttpFailure } from '@stowage/effects'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import type { GuestHardware } from '../machines/disk.ts'
import type { AccessOptions } from './access/directory.ts'
import { createDirectory } from './access/directory.ts'
import type { Calls } from './calls/call.ts'
import { clusterCalls } from './calls/cluster-calls.ts'
import { roleCalls } from './calls/role-calls.ts'
import { storageCalls } from './calls/storage-calls.ts'
import { taskCalls } from './calls/task-calls.ts'
import { ticketCalls, userCalls } from './calls/user-calls.ts'
import { vmConfigCalls } from './calls/vm-config.ts'
import { vmPowerCalls } from './calls/vm-power.ts'
import type { Cluster } from './cluster.ts'
import { Faults } from './faults.ts'
import type { Tickets } from './gateway/authenticate.ts'
import { createGateway } from './gateway/gateway.ts'
import { History } from './history.ts'
import type { ApiSchema } from './schema/schema.ts'
import { createApiSchema } from './schema/schema.ts'
import type { StorageOptions } from './storage/storage.ts'
import { StorageDefinition } from './storage/storage.ts'
import { Tasks } from './tasks/tasks.ts'
import type { VmOptions } from './vm/create.ts'
import { createVm } from './vm/create.ts'
import { presentPlugged } from './vm/hotplug.ts'
import { Vm, type GuestPower } from './vm/vm.ts'
import type { World } from './world.ts'
import { createWorld } from './world.ts'

export interface ProxmoxOptions {
  readonly clock: Clock
  readonly random: Random
  /** Names of the cluster's nodes; the first answers when none is named. */
  readonly nodes: readonly string[]
  readonly storages: readonly StorageOptions[]
  readonly vms?: readonly VmOptions[]
  readonly access?: AccessOptions
  /** Default `lab`. */
  readonly clusterName?: string
  /** Share one between many worlds; default: made from the published schema. */
  readonly schema?: ApiSchema
}

/** A Proxmox VE cluster, as its API and its guests see it. */
export interface Proxmox {
  /** One node's API under `/api2/json`. Serve it at `https://<node>:8006`. */
  handler(node?: string): HttpHandler
  readonly faults: Faults
  readonly world: World
  /** What the lab answers, as `GET /nodes/{node}/qemu`; every other method of the schema is a 501. */
  readonly calls: readonly string[]
  /** Gives a VM its machine. What is plugged already is plugged into it too. */
  connect(vmid: number, hardware: GuestHardware, power?: GuestPower): Promise<void>
  /** Adds a VM while the world runs. */
  addVm(options: VmOptions): void
  setNode(node: string, state: 'up' | 'down'): void
  /** On one node, or everywhere. */
  setStorage(storage: string, state: 'online' | 'offline', node?: string): void
  /** `backup`, `migrate`, …; undefined unlocks. */
  setLock(vmid: number, lock: string | undefined): void
  /** Somebody edits the VM's config file by hand; QEMU keeps what it has. */
  editConfig(vmid: number, key: string, value: string): void
  /** High availability's way with a dead node: the VM's config goes to another node as it is, local disks or not, and its QEMU is gone. */
  recoverVm(vmid: number, node: string): void
  /** Holds the lock of a VM's config file, as another process would. Resolves with its release. */
  holdVm(vmid: number): Promise<() => void>
  /** Holds a storage's lock. */
  holdStorage(storage: string, node: string): Promise<() => void>
}

export function createProxmox(options: ProxmoxOptions): Proxmox {
  const cluster = createCluster(options)
  const tickets: Tickets = new Map()
  const calls: Calls = { ...clusterCalls, ...storageCalls, ...vmConfigCalls, ...vmPowerCalls, ...taskCalls, ...userCalls, ...roleCalls, ...ticketCalls(tickets) }
  for (const vm of options.vms ?? []) createVm(cluster, vm)
  const vmOf = (vmid: number): Vm => {
    const vm = cluster.vms.get(vmid)
    if (vm === undefined) throw new Error(`the lab has no VM ${vmid}`)
    return vm
  }
  const storageOf = (id: string): StorageDefinition => {
    const storage = cluster.storages.get(id)
    if (storage === undefined) throw new Error(`the lab has no storage '${id}'`)
    return storage
  }
  return {
    handler: (node = cluster.nodes[0]) => {
      if (node === undefined || !cluster.nodes.includes(node)) throw new HttpFailure('connect', 'ENOTFOUND', `getaddrinfo ENOTFOUND ${String(node)}`)
      return createGateway(cluster, calls, tickets, node)
    },
    calls: Object.keys(calls),
    faults: cluster.faults,
    world: createWorld(cluster),
    connect: (vmid, hardware, power) => connectGuest(vmOf(vmid), hardware, power),
    addVm: (vm) => createVm(cluster, vm),
    setNode: (node, state) => {
      if (state === 'down') cluster.faults.down.add(node)
      else cluster.faults.down.delete(node)
      cluster.history.add({ kind: state === 'down' ? 'node down' : 'node up', node })
    },
    setStorage: (id, state, node) => {
      for (const one of node === undefined ? cluster.nodes : [node]) {
        if (state === 'offline') storageOf(id).offline.add(one)
        else storageOf(id).offline.delete(one)
      }
    },
    setLock: (vmid, lock) => {
      if (lock === undefined) vmOf(vmid).config.delete('lock')
      else vmOf(vmid).config.set('lock', lock)
    },
    editConfig: (vmid, key, value) => void vmOf(vmid).config.set(key, value),
    recoverVm: (vmid, node) => {
      cluster.vms.set(vmid, recovered(vmOf(vmid), node, options.clock))
      cluster.history.add({ kind: 'vm recovered', node, vmid })
    },
    holdVm: (vmid) => vmOf(vmid).fileLock.take(),
    holdStorage: (id, node) => storageOf(id).areaOn(node).lock.take(),
  }
}

function createCluster(options: ProxmoxOptions): Cluster {
  const { clock, random, nodes } = options
  return {
    name: options.clusterName ?? 'lab',
    clock,
    random: random.fork('proxmox'),
    schema: options.schema ?? createApiSchema(proxmoxMethods),
    directory: createDirectory(options.access ?? {}),
    nodes,
    storages: new Map(options.storages.map((storage) => [storage.storage, new StorageDefinition(storage, nodes, clock)])),
    vms: new Map(),
    tasks: new Tasks(clock, random.fork('proxmox-tasks')),
    history: new History(clock),
    faults: new Faults(),
  }
}

/** A VM of its own: tasks that died with the node hold the lock and the QEMU of the one that was. */
function recovered(old: Vm, node: string, clock: Clock): Vm {
  const vm = new Vm(old.vmid, node, clock)
  for (const [key, value] of old.config) vm.config.set(key, value)
  for (const [key, value] of old.pending) vm.pending.set(key, value)
  for (const [key, force] of old.deletes) vm.deletes.set(key, force)
  vm.hardware = old.hardware
  vm.power = old.power
  return vm
}

async function connectGuest(vm: Vm, hardware: GuestHardware, power: GuestPower | undefined): Promise<void> {
  vm.hardware = hardware
  vm.power = power
  await presentPlugged(vm)
}
