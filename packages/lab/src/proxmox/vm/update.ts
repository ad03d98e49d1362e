import type { Call } from '../calls/call.ts'
import { requireQuorum, storageOf, takeTime, volumeOn } from '../cluster.ts'
import { PveFailure, died, parameterFailure } from '../schema/failure.ts'
import { splitList } from '../schema/formats.ts'
import { requireVolumeAccess } from '../storage/access.ts'
import { allocateVolume } from '../storage/volumes.ts'
import { applyPending, destroyOwned, hotplugPending, keepAsUnused } from './apply.ts'
import type { Drive } from './drive.ts'
import { formatSize, isDriveSlot, isUnusedSlot, printDrive, readDrive } from './drive.ts'
import type { Vm } from './vm.ts'

/** What one POST or PUT of the config asks for. */
export interface VmUpdate {
  readonly set: ReadonlyMap<string, string>
  readonly remove: readonly string[]
  readonly revert: readonly string[]
  readonly force: boolean
}

const control = new Set(['node', 'vmid', 'digest', 'background_delay', 'skiplock', 'delete', 'revert', 'force'])

/** Reads and checks the request as update_vm_api does before it takes any lock. */
export function readUpdate(call: Call, vmid: number): VmUpdate {
  const { parameters, rights } = call
  if (parameters['skiplock'] !== undefined && rights.user !== 'root@pam') throw parameterFailure({ skiplock: 'Only root may use this option.' })
  const set = new Map(Object.entries(parameters).filter(([key]) => !control.has(key)))
  const remove = splitList(parameters['delete'] ?? '')
  const revert = splitList(parameters['revert'] ?? '')
  if (set.size === 0 && remove.length === 0 && revert.length === 0) throw died('no options specified')
  for (const key of revert) if (set.has(key)) throw parameterFailure({ delete: `you can't use '-${key}' and -revert ${key}' at the same time` })
  for (const key of remove) {
    if (set.has(key)) throw parameterFailure({ delete: `you can't use '-${key}' and -delete ${key}' at the same time` })
    if (!isKnownOption(key)) throw parameterFailure({ delete: `unknown option '${key}'` })
  }
  requireModify(call, vmid, [...set.keys(), ...remove])
  for (const [key, value] of set) if (isDriveSlot(key)) requireStorageAccess(call, vmid, readDrive(value))
  return { set: normalised(set), remove, revert, force: parameters['force'] !== undefined && /^(1|on|yes|true)$/i.test(parameters['force']) }
}

function normalised(set: ReadonlyMap<string, string>): Map<string, string> {
  return new Map([...set].map(([key, value]) => [key, isDriveSlot(key) ? printDrive(readDrive(value)) : value]))
}

function isKnownOption(key: string): boolean {
  return isDriveSlot(key) || isUnusedSlot(key) || /^[a-z][a-z0-9_-]*$/.test(key)
}

/** Which privilege each option wants. Source: check_vm_modify_config_perm. */
function requireModify(call: Call, vmid: number, keys: readonly string[]): void {
  for (const key of keys) call.rights.require(`/vms/${vmid}`, privilegeFor(key))
}

function privilegeFor(key: string): string {
  if (isDriveSlot(key) || isUnusedSlot(key)) return 'VM.Config.Disk'
  if (/^(sockets|cores|vcpus|cpu|cpulimit|cpuunits|affinity|numa|numa\d+)$/.test(key)) return 'VM.Config.CPU'
  if (/^(memory|balloon|shares|allow-ksm)$/.test(key)) return 'VM.Config.Memory'
  if (/^net\d+$/.test(key)) return 'VM.Config.Network'
  if (/^(scsihw|bios|machine|vga|keyboard|tablet|args|acpi|kvm|rng0|watchdog|smbios1)$/.test(key)) return 'VM.Config.HWType'
  if (/^(ciuser|cipassword|citype|sshkeys|nameserver|searchdomain|ipconfig\d+)$/.test(key)) return 'VM.Config.Cloudinit'
  return 'VM.Config.Options'
}

/** `storage:size` in GiB makes a new disk. */
const newDisk = /^([a-zA-Z][\w.-]*):(\d+(?:\.\d+)?)$/

function requireStorageAccess(call: Call, vmid: number, drive: Drive): void {
  if (drive.options['import-from'] !== undefined) throw new PveFailure(501, "the lab does not import disks: 'import-from' is not implemented\n")
  if (drive.file === 'none' || drive.file === 'cdrom') return
  const fresh = newDisk.exec(drive.file)
  if (fresh === null) {
    if (drive.file.startsWith('/')) throw died(`only root can use path '${drive.file}'`)
    requireVolumeAccess(call, vmid, drive.file)
    return
  }
  const [, storage = ''] = fresh
  call.rights.require(`/storage/${storage}`, 'Datastore.AllocateSpace')
  if (!storageOf(call.cluster, storage).content.includes('images')) throw parameterFailure({ storage: `storage '${storage}' does not support vm images` })
}

/** What can be refused at once, before a worker starts: digest, lock. */
export function requireWritable(call: Call, vm: Vm): void {
  const { digest } = call.parameters
  requireQuorum(call.cluster)
  if (digest !== undefined && digest !== vm.digest) throw died('checksum mismatch (file change by other user?)')
  requireUnlocked(vm)
}

export function requireUnlocked(vm: Vm): void {
  const lock = vm.config.get('lock')
  if (lock !== undefined) throw died(`VM is locked (${lock})`)
}

/** Writes to the pending section, then hot-plugs or applies. Dies with 400 that names each option that failed; those stay pending. */
export async function runUpdate(call: Call, vm: Vm, update: VmUpdate): Promise<void> {
  const touched = new Set<string>()
  await takeTime(call.cluster, 20)
  for (const key of update.revert) revertPending(vm, key)
  for (const key of update.remove) if (await stageDelete(call, vm, key, update.force)) touched.add(key)
  for (const [key, value] of update.set) {
    await stageSet(call, vm, key, value)
    touched.add(key)
  }
  dropUnchanged(vm)
  if (vm.pending.size === 0 && vm.deletes.size === 0) return
  if (!vm.running) return applyPending(call, vm)
  const errors = await hotplugPending(call, vm, touched)
  if (Object.keys(errors).length > 0) throw parameterFailure(errors)
}

function revertPending(vm: Vm, key: string): void {
  vm.pending.delete(key)
  vm.deletes.delete(key)
}

async function stageDelete(call: Call, vm: Vm, key: string, force: boolean): Promise<boolean> {
  const value = vm.config.get(key) ?? vm.pending.get(key)
  // Proxmox only warns of it in the task's log.
  if (value === undefined) return false
  const waiting = vm.pending.get(key)
  vm.pending.delete(key)
  if (isUnusedSlot(key)) {
    await destroyOwned(call, vm, readDrive(value))
    vm.config.delete(key)
    return false
  }
  if (isDriveSlot(key) && waiting !== undefined) keepAsUnused(call.cluster, vm, readDrive(waiting))
  if (vm.config.has(key)) vm.deletes.set(key, force)
  return true
}

async function stageSet(call: Call, vm: Vm, key: string, value: string): Promise<void> {
  const waiting = vm.pending.get(key)
  if (waiting === value) return
  if (isDriveSlot(key)) {
    const resolved = await resolveDrive(call, vm, key, readDrive(value))
    if (waiting !== undefined && readDrive(waiting).file !== resolved.file) keepAsUnused(call.cluster, vm, readDrive(waiting))
    vm.pending.set(key, printDrive(resolved))
  } else {
    vm.pending.set(key, value)
  }
  vm.deletes.delete(key)
}

/** Makes a disk that is to be made; looks at one that is to be attached, and writes its size down. */
async function resolveDrive(call: Call, vm: Vm, key: string, drive: Drive): Promise<Drive> {
  if (drive.file === 'none' || drive.file === 'cdrom') return drive
  const fresh = newDisk.exec(drive.file)
  if (fresh !== null) {
    const [, storage = '', gib = '0'] = fresh
    const { format, ...options } = drive.options
    const volume = await allocateVolume(call.cluster, vm.node, storage, {
      vmid: vm.vmid,
      file: freeDiskName(call, vm, storage, format),
      format,
      bytes: Math.round(Number(gib) * 1024 ** 3),
    })
    return { file: volume.volid, options: { ...options, size: formatSize(volume.disk.size) } }
  }
  const current = vm.config.get(key)
  if (current !== undefined && readDrive(current).file === drive.file) return drive
  const volume = volumeOn(call.cluster, vm.node, drive.file)
  return { file: drive.file, options: { ...drive.options, size: formatSize(volume.disk.size) } }
}

/** `vm-100-disk-3`, or `vm-100-disk-3.raw` on directories. */
function freeDiskName(call: Call, vm: Vm, storage: string, format: string | undefined): string {
  const area = storageOf(call.cluster, storage).areaOn(vm.node)
  const files = area.definition.kind.formats.length > 1
  for (let index = 0; ; index++) {
    const name = `vm-${vm.vmid}-disk-${index}${files ? `.${format ?? 'raw'}` : ''}`
    if (!area.volumes.has(files ? `${vm.vmid}/${name}` : name)) return name
  }
}

/** PVE::QemuConfig::cleanup_pending: what is the same already is not pending. */
function dropUnchanged(vm: Vm): void {
  for (const [key, value] of vm.pending) if (vm.config.get(key) === value) vm.pending.delete(key)
  for (const key of vm.deletes.keys()) if (!vm.config.has(key)) vm.deletes.delete(key)
}
