import type { Cluster } from '../cluster.ts'
import { parameterFailure } from '../schema/failure.ts'
import type { Vm } from '../vm/vm.ts'
import { parseSize, readDrive } from '../vm/drive.ts'
import type { Call, Calls } from './call.ts'
import { needed } from './call.ts'

/** The release whose schema and texts these are. */
export const release = { version: '9.1.4', release: '9.1', repoid: '5ac30304265fbd8e' } as const

const memoryBytes = 64 * 1024 ** 3
const cores = 16

function uptime(cluster: Cluster): number {
  return Math.floor(cluster.clock.monotonic() / 1000) + 86_400
}

function isUp(cluster: Cluster, node: string): boolean {
  return !cluster.faults.down.has(node)
}

/** Every node is listed; its figures only to those who may audit it. */
function listNodes(call: Call): unknown[] {
  return call.cluster.nodes.map((node) => ({ node, status: isUp(call.cluster, node) ? 'online' : 'offline', type: 'node', id: `node/${node}`, ...figures(call, node) }))
}

function figures(call: Call, node: string): Record<string, unknown> {
  const { cluster } = call
  if (!call.rights.has(`/nodes/${node}`, 'Sys.Audit') || !isUp(cluster, node)) return {}
  return { cpu: 0.03, maxcpu: cores, maxmem: memoryBytes, mem: memoryBytes / 4, uptime: uptime(cluster), level: '' }
}

function bootDiskBytes(vm: Vm): number {
  const size = readDrive(vm.config.get('scsi0') ?? '').options['size']
  return size === undefined ? 0 : parseSize(size)
}

export function describeVm(cluster: Cluster, vm: Vm): Record<string, unknown> {
  const lock = vm.config.get('lock')
  const memory = Number(vm.config.get('memory') ?? 2048) * 1024 ** 2
  return {
    vmid: vm.vmid,
    name: vm.name,
    status: vm.running ? 'running' : 'stopped',
    cpu: 0,
    maxmem: memory,
    mem: vm.running ? memory / 2 : 0,
    maxdisk: bootDiskBytes(vm),
    disk: 0,
    netin: 0,
    netout: 0,
    diskread: 0,
    diskwrite: 0,
    uptime: vm.running ? Math.floor(cluster.clock.monotonic() / 1000 - vm.startedAt) : 0,
    ...(lock === undefined ? {} : { lock }),
  }
}

function listResources(call: Call): unknown[] {
  const { cluster, parameters, rights } = call
  const wanted = (type: string): boolean => parameters['type'] === undefined || parameters['type'] === type
  const vms = [...cluster.vms.values()].filter(({ vmid }) => rights.has(`/vms/${vmid}`, 'VM.Audit'))
  return [
    ...(wanted('node') ? listNodes(call) : []),
    ...(wanted('vm')
      ? vms.map((vm) => ({ id: `qemu/${vm.vmid}`, type: 'qemu', node: vm.node, template: 0, maxcpu: Number(vm.config.get('cores') ?? 1), ...describeVm(cluster, vm) }))
      : []),
    ...(wanted('storage') ? listStorages(call) : []),
  ]
}

function listStorages(call: Call): unknown[] {
  const { cluster, rights } = call
  return [...cluster.storages.values()]
    .filter(({ id }) => rights.hasAny(`/storage/${id}`, 'Datastore.Audit', 'Datastore.AllocateSpace'))
    .flatMap((storage) =>
      storage.nodes.map((node) => ({
        id: `storage/${node}/${storage.id}`,
        type: 'storage',
        node,
        storage: storage.id,
        plugintype: storage.type,
        content: storage.content.join(','),
        shared: storage.shared ? 1 : 0,
        status: isUp(cluster, node) && !storage.offline.has(node) ? 'available' : 'unknown',
        maxdisk: storage.sizeBytes,
        disk: storage.areas.get(node)?.usedBytes ?? 0,
      })),
    )
}

function clusterStatus({ cluster, entry }: Call): unknown[] {
  const nodes = cluster.nodes.map((name, index) => ({
    id: `node/${name}`,
    name,
    type: 'node',
    nodeid: index + 1,
    ip: `192.168.1.${10 + index}`,
    online: isUp(cluster, name) ? 1 : 0,
    local: name === entry ? 1 : 0,
    level: '',
  }))
  const whole = { id: 'cluster', name: cluster.name, type: 'cluster', nodes: cluster.nodes.length, quorate: cluster.faults.quorumLost ? 0 : 1, version: cluster.nodes.length }
  return [whole, ...nodes]
}

function nextId({ cluster, parameters }: Call): number {
  const asked = parameters['vmid']
  if (asked !== undefined) {
    if (cluster.vms.has(Number(asked))) throw parameterFailure({ vmid: `VM ${asked} already exists` })
    return Number(asked)
  }
  let vmid = 100
  while (cluster.vms.has(vmid)) vmid++
  return vmid
}

function nodeStatus({ cluster }: Call): unknown {
  return {
    cpu: 0.03,
    wait: 0,
    uptime: uptime(cluster),
    loadavg: ['0.10', '0.12', '0.09'],
    memory: { total: memoryBytes, used: memoryBytes / 4, free: (memoryBytes * 3) / 4, available: (memoryBytes * 3) / 4 },
    rootfs: { total: 100 * 1024 ** 3, used: 10 * 1024 ** 3, free: 90 * 1024 ** 3, avail: 90 * 1024 ** 3 },
    cpuinfo: { model: 'Lab CPU', cores, cpus: cores, sockets: 1 },
    'current-kernel': { sysname: 'Linux', release: '6.17.2-1-pve', version: '#1 SMP PREEMPT_DYNAMIC', machine: 'x86_64' },
    'boot-info': { mode: 'efi', secureboot: 0 },
    pveversion: `pve-manager/${release.version}/${release.repoid}`,
  }
}

export const clusterCalls: Calls = {
  'GET /version': () => release,
  'GET /cluster': () => ['resources', 'status', 'nextid'].map((name) => ({ name })),
  'GET /cluster/nextid': nextId,
  'GET /cluster/resources': listResources,
  'GET /cluster/status': clusterStatus,
  'GET /nodes': listNodes,
  'GET /nodes/{node}': () => ['qemu', 'storage', 'tasks', 'status', 'version'].map((name) => ({ name })),
  'GET /nodes/{node}/version': () => release,
  'GET /nodes/{node}/status': nodeStatus,
  'GET /nodes/{node}/qemu': (call) =>
    [...call.cluster.vms.values()]
      .filter((vm) => vm.node === needed(call, 'node') && call.rights.has(`/vms/${vm.vmid}`, 'VM.Audit'))
      .map((vm) => ({ ...describeVm(call.cluster, vm), cpus: Number(vm.config.get('cores') ?? 1) })),
}
