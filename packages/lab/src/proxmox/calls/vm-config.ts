import { requireQuorum, splitVolid, vmOn, volumeOn } from '../cluster.ts'
import { PveFailure, died, parameterFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import { parseSize, formatSize, printDrive, readDrive } from '../vm/drive.ts'
import { readUpdate, requireUnlocked, requireWritable, runUpdate } from '../vm/update.ts'
import type { VmUpdate } from '../vm/update.ts'
import { growVolume } from '../storage/volumes.ts'
import type { Vm } from '../vm/vm.ts'
import type { Call, Calls } from './call.ts'
import { fork, isSet, needed, waitFor } from './call.ts'

export function vmOf(call: Call): Vm {
  return vmOn(call.cluster, needed(call, 'node'), Number(needed(call, 'vmid')))
}

/** Numbers where the schema has numbers, as Proxmox's JSON does. */
function typed(key: string, value: string): string | number {
  return /^(cores|sockets|vcpus|cpuunits|balloon|onboot|protection|numa|tablet|kvm|acpi|template)$/.test(key) && /^\d+$/.test(value) ? Number(value) : value
}

function readConfig(call: Call): Record<string, string | number> {
  const vm = vmOf(call)
  if (call.parameters['snapshot'] !== undefined) throw died(`snapshot '${call.parameters['snapshot']}' does not exist`)
  const merged = new Map(vm.config)
  if (!isSet(call, 'current')) {
    for (const [key, value] of vm.pending) merged.set(key, value)
    for (const key of vm.deletes.keys()) merged.delete(key)
  }
  return { ...Object.fromEntries([...merged].map(([key, value]) => [key, typed(key, value)])), digest: vm.digest }
}

function readPending(call: Call): unknown[] {
  const vm = vmOf(call)
  const keys = [...new Set([...vm.config.keys(), ...vm.pending.keys(), ...vm.deletes.keys()])].sort()
  const entries = keys.map((key) => ({
    key,
    ...(vm.config.has(key) ? { value: vm.config.get(key) } : {}),
    ...(vm.pending.has(key) ? { pending: vm.pending.get(key) } : {}),
    ...(vm.deletes.has(key) ? { delete: vm.deletes.get(key) === true ? 2 : 1 } : {}),
  }))
  return [...entries, { key: 'digest', value: vm.digest }]
}

/** PUT: the request waits for all of it, and the errors of hot-plug are its answer. */
async function updateNow(call: Call): Promise<null> {
  const vm = vmOf(call)
  const update = readUpdate(call, vm.vmid)
  await vm.fileLock.during(async () => {
    requireWritable(call, vm)
    await runUpdate(call, vm, update)
  })
  return null
}

/** POST: a worker does it, under the lock that the request took; its errors are only in the task's exitstatus. */
async function updateLater(call: Call): Promise<string | null> {
  const vm = vmOf(call)
  const update = readUpdate(call, vm.vmid)
  const release = await vm.fileLock.take()
  try {
    requireWritable(call, vm)
  } catch (error) {
    release()
    throw error
  }
  const task = fork(call, 'qmconfig', String(vm.vmid), async ({ log }) => {
    log(`update VM ${vm.vmid}: ${describe(update)}`)
    await runUpdate(call, vm, update)
  })
  void task.ended.then(release)
  return waitFor(call, task, call.parameters['background_delay'], (status) => `failed to update VM ${vm.vmid}: ${status}`)
}

function describe({ set, remove }: VmUpdate): string {
  const removed = remove.length > 0 ? [`-delete ${remove.join(',')}`] : []
  return [...removed, ...[...set].map(([key, value]) => `-${key} ${value}`)].join(' ')
}

async function unlink(call: Call): Promise<null> {
  const vm = vmOf(call)
  const keys = splitList(needed(call, 'idlist'))
  const bad = keys.find((key) => !/^(scsi|virtio|sata|ide|unused)\d+$|^(efidisk0|tpmstate0)$/.test(key))
  if (bad !== undefined) throw parameterFailure({ idlist: `unknown option '${bad}'` })
  const update: VmUpdate = { set: new Map(), remove: keys, revert: [], force: isSet(call, 'force') }
  await vm.fileLock.during(async () => {
    requireQuorum(call.cluster)
    requireUnlocked(vm)
    await runUpdate(call, vm, update)
  })
  return null
}

/** Checked twice, as Proxmox does: for the answer, and again under the lock in the worker. */
function planResize(call: Call, vm: Vm): { readonly slot: string; readonly from: number; readonly to: number; readonly volid: string } {
  requireWritable(call, vm)
  const slot = needed(call, 'disk')
  const text = vm.config.get(slot)
  if (text === undefined) throw died(`disk '${slot}' does not exist`)
  const { file, options } = readDrive(text)
  if (options['media'] === 'cdrom') throw died("you can't resize a cdrom")
  call.rights.require(`/storage/${splitVolid(file).storage}`, 'Datastore.AllocateSpace')
  const from = volumeOn(call.cluster, vm.node, file).disk.size
  const size = needed(call, 'size')
  const to = size.startsWith('+') ? from + parseSize(size.slice(1)) : parseSize(size)
  if (to < from) throw died('shrinking disks is not supported')
  return { slot, from, to, volid: file }
}

function resize(call: Call): string {
  const vm = vmOf(call)
  planResize(call, vm)
  return fork(call, 'resize', String(vm.vmid), () =>
    vm.fileLock.during(async () => {
      const { slot, from, to, volid } = planResize(call, vm)
      if (to === from) return
      const volume = volumeOn(call.cluster, vm.node, volid)
      await growVolume(call.cluster, vm.node, volume, to)
      if (vm.plugged.get(slot)?.volume === volume) vm.hardware.resized(slot)
      const drive = readDrive(vm.config.get(slot) ?? volid)
      vm.config.set(slot, printDrive({ ...drive, options: { ...drive.options, size: formatSize(volume.disk.size) } }))
    }),
  ).upid
}

export const vmConfigCalls: Calls = {
  'GET /nodes/{node}/qemu/{vmid}/config': readConfig,
  'PUT /nodes/{node}/qemu/{vmid}/config': updateNow,
  'POST /nodes/{node}/qemu/{vmid}/config': updateLater,
  'GET /nodes/{node}/qemu/{vmid}/pending': readPending,
  'PUT /nodes/{node}/qemu/{vmid}/unlink': unlink,
  'PUT /nodes/{node}/qemu/{vmid}/resize': resize,
  'POST /nodes/{node}/qemu/{vmid}/move_disk': () => {
    throw new PveFailure(501, "the lab does not move disks between VMs or storages: 'move_disk' is not implemented\n")
  },
}
