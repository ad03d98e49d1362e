import type { Call } from '../calls/call.ts'
import type { Cluster } from '../cluster.ts'
import { splitVolid, storageOf } from '../cluster.ts'
import { died } from '../schema/failure.ts'
import { freeVolume } from '../storage/volumes.ts'
import type { Drive } from './drive.ts'
import { isDriveSlot, readDrive } from './drive.ts'
import { plugDrive, unplugDrive } from './hotplug.ts'
import type { Vm } from './vm.ts'

/** Thrown inside to say that a change waits for the next start. */
class Skip extends Error {}

/** By option: what could not be done, in Proxmox's words. */
export type ApplyErrors = Record<string, string>

/** Options that take effect without touching the running machine. */
const immediate = new Set(['name', 'description', 'onboot', 'protection', 'tags', 'lock', 'startup', 'hookscript', 'template'])

/** PVE::QemuServer::vmconfig_hotplug_pending: only what `selection` names, deletes first. What fails stays pending. */
export async function hotplugPending(call: Call, vm: Vm, selection: ReadonlySet<string>): Promise<ApplyErrors> {
  const errors: ApplyErrors = {}
  const attempt = async (slot: string, work: () => Promise<void>, done: () => void): Promise<void> => {
    try {
      await work()
      done()
    } catch (error) {
      if (!(error instanceof Skip)) errors[slot] = `hotplug problem - ${error instanceof Error ? error.message.trimEnd() : String(error)}\n`
    }
  }
  for (const [slot, force] of [...vm.deletes].sort(byName).filter(([key]) => selection.has(key))) {
    await attempt(
      slot,
      () => hotRemove(call, vm, slot, force),
      () => {
        vm.config.delete(slot)
        vm.deletes.delete(slot)
      },
    )
  }
  for (const [slot, value] of [...vm.pending].sort(byName).filter(([key]) => selection.has(key))) {
    await attempt(
      slot,
      () => hotAdd(call.cluster, vm, slot, value),
      () => {
        vm.config.set(slot, value)
        vm.pending.delete(slot)
      },
    )
  }
  return errors
}

async function hotRemove(call: Call, vm: Vm, slot: string, force: boolean): Promise<void> {
  if (immediate.has(slot)) return
  if (!isDriveSlot(slot) || !canHotplug(vm, slot)) throw new Skip()
  await unplugDrive(call.cluster, vm, slot)
  await dropDrive(call, vm, slot, force)
}

async function hotAdd(cluster: Cluster, vm: Vm, slot: string, value: string): Promise<void> {
  if (immediate.has(slot)) return
  if (!isDriveSlot(slot) || slot === 'efidisk0' || slot === 'tpmstate0') throw new Skip()
  const drive = readDrive(value)
  const current = vm.config.get(slot)
  if (current !== undefined) {
    const old = readDrive(current)
    if (old.file === drive.file) return changeDrive(old, drive)
    if (!canHotplug(vm, slot)) throw new Skip()
    await unplugDrive(cluster, vm, slot)
    keepAsUnused(cluster, vm, old)
  }
  if (!canHotplug(vm, slot)) throw new Skip()
  await plugDrive(cluster, vm, slot, drive)
}

/** Throttles apply live, and what only the config knows; the rest waits for a start. */
const live = /^(bps|iops|mbps)|^(backup|replicate|serial|wwn|size|shared)/

function changeDrive(old: Drive, wanted: Drive): void {
  const keys = new Set([...Object.keys(old.options), ...Object.keys(wanted.options)])
  if ([...keys].some((key) => old.options[key] !== wanted.options[key] && !live.test(key))) throw new Skip()
}

function canHotplug(vm: Vm, slot: string): boolean {
  const features = vm.config.get('hotplug') ?? '1'
  const disk = features === '1' || features.split(',').includes('disk')
  return disk && !/^(ide|sata)/.test(slot)
}

/** PVE::QemuServer::vmconfig_apply_pending, for a VM that is off: everything pending takes effect. */
export async function applyPending(call: Call, vm: Vm): Promise<void> {
  for (const [slot, force] of [...vm.deletes].sort(byName)) {
    if (isDriveSlot(slot)) await dropDrive(call, vm, slot, force)
    vm.config.delete(slot)
    vm.deletes.delete(slot)
  }
  for (const [slot, value] of [...vm.pending].sort(byName)) {
    const current = vm.config.get(slot)
    if (isDriveSlot(slot) && current !== undefined && readDrive(current).file !== readDrive(value).file) keepAsUnused(call.cluster, vm, readDrive(current))
    vm.config.set(slot, value)
    vm.pending.delete(slot)
  }
}

/** What becomes of a detached disk: its owner keeps it as `unusedN`; by force it is destroyed; another VM's is only let go. */
async function dropDrive(call: Call, vm: Vm, slot: string, force: boolean): Promise<void> {
  const text = vm.config.get(slot)
  if (text === undefined) return
  const drive = readDrive(text)
  if (force) await destroyOwned(call, vm, drive)
  else keepAsUnused(call.cluster, vm, drive)
}

/** Frees a disk that the VM owns; a foreign one is left alone. */
export async function destroyOwned(call: Call, vm: Vm, drive: Drive): Promise<void> {
  if (ownerOf(call.cluster, drive) !== vm.vmid) return
  call.rights.require(`/storage/${splitVolid(drive.file).storage}`, 'Datastore.AllocateSpace')
  await freeVolume(call.cluster, vm.node, drive.file, () => {})
}

export function keepAsUnused(cluster: Cluster, vm: Vm, drive: Drive): void {
  if (ownerOf(cluster, drive) !== vm.vmid) return
  const taken = [...vm.config.entries()].some(([key, value]) => /^unused\d+$/.test(key) && value === drive.file)
  if (taken) return
  for (let index = 0; index < 256; index++) {
    if (vm.config.has(`unused${index}`)) continue
    vm.config.set(`unused${index}`, drive.file)
    return
  }
  throw died('too many unused volumes - please delete them first.')
}

export function ownerOf(cluster: Cluster, { file }: Drive): number | undefined {
  if (!/^[a-zA-Z][\w.-]*:/.test(file)) return undefined
  const { storage, name } = splitVolid(file)
  return storageOf(cluster, storage).kind.parse(name).owner
}

function byName([left]: readonly [string, unknown], [right]: readonly [string, unknown]): number {
  return left < right ? -1 : left > right ? 1 : 0
}
