/**
 * A Linux machine as a storage driver sees it: programs with the real tools' arguments, texts and exit codes; files over mounts;
 * disks that a hypervisor plugs and pulls. Filesystems live in the disks' bytes.
 */
import type { Clock, Programs, ProgramRun, Random } from '@stowage/effects'
import type { Disk, GuestHardware } from './disk.ts'
import type { BlockDevice } from './filesystem/block-device.ts'
import { makeFilesystem } from './filesystem/disk-filesystem.ts'
import { Errno } from './filesystem/errno.ts'
import { Kernel } from './kernel/kernel.ts'
import type { DeviceFault } from './kernel/scsi-device.ts'
import { ScsiDevice } from './kernel/scsi-device.ts'
import type { LinuxFiles } from './linux-files.ts'
import { createMachineFiles } from './machine-files.ts'
import type { ProgramFault } from './machine-programs.ts'
import { createMachinePrograms } from './machine-programs.ts'
import { ScsiBus } from './scsi-bus.ts'
import { createDisk } from './sparse-disk.ts'

export interface MachineOptions {
  /** The host name. */
  readonly name: string
  readonly clock: Clock
  readonly random: Random
  /** What firmware says in /sys/class/dmi/id/product_uuid; Proxmox's `smbios1: uuid=`. */
  readonly systemUuid: string
  /** Size of the machine's own root disk, bytes; default 32 GiB. */
  readonly rootBytes?: number
  /** Default true: the machine is up when this returns. */
  readonly running?: boolean
  /** Lines of dmesg. */
  readonly log?: (line: string) => void
}

/** Set its members to make things fail. */
export interface MachineFaults {
  program?: ((run: ProgramRun) => ProgramFault | undefined) | undefined
  /** Why the guest does not take a new device; undefined: it does. */
  refusesPlug?: ((slot: string) => string | undefined) | undefined
}

/** A disk in use, for the invariants of a cluster: none may be writable on two machines. */
export interface DiskInUse {
  readonly disk: Disk
  readonly slot: string
  readonly target: string
  readonly readOnly: boolean
}

export interface Machine {
  readonly name: string
  readonly running: boolean
  readonly programs: Programs
  readonly files: LinuxFiles
  readonly hardware: GuestHardware
  readonly faults: MachineFaults
  /** dmesg since the last boot. */
  readonly kernelLog: readonly string[]
  /** Power off at once: what was not synced is lost. */
  crash(): void
  /** Everything synced and unmounted, then off. */
  shutdown(): void
  /** Starts a machine that is down; one that runs stays as it is. Takes no time. */
  boot(): void
  /** Pulls a disk without the guest's consent. */
  pull(slot: string): void
  /** Makes reads or writes of the disk in a slot fail until it is set to undefined. False when the slot is empty. */
  failDevice(slot: string, fault: DeviceFault | undefined): boolean
  /** Filesystems of disks that are mounted now. */
  disksInUse(): readonly DiskInUse[]
}

const gib = 1024 ** 3

export function createMachine(options: MachineOptions): Machine {
  return new LinuxMachine(options)
}

class LinuxMachine implements Machine {
  readonly name: string
  readonly programs: Programs
  readonly files: LinuxFiles
  readonly hardware: GuestHardware
  readonly faults: MachineFaults = {}
  readonly kernelLog: string[] = []
  private readonly options: MachineOptions
  private readonly bus: ScsiBus
  private readonly root: BlockDevice
  private kernel: Kernel | undefined

  constructor(options: MachineOptions) {
    this.options = options
    this.name = options.name
    const { clock } = options
    const random = options.random.fork(`machine ${options.name}`)
    this.root = rootDevice(createDisk(options.rootBytes ?? 32 * gib))
    makeFilesystem(this.root, { type: 'ext4', uuid: random.uuid(), label: 'root', nowMs: clock.now(), discard: false })
    this.bus = new ScsiBus({ clock, random, kernel: () => this.kernel, refusesPlug: (slot) => this.faults.refusesPlug?.(slot) })
    this.hardware = this.bus
    this.files = createMachineFiles(() => this.up())
    this.programs = createMachinePrograms({ clock, random, kernel: () => this.kernel, fault: (run) => this.faults.program?.(run) })
    if (options.running !== false) this.boot()
  }

  get running(): boolean {
    return this.kernel !== undefined
  }

  boot(): void {
    if (this.kernel !== undefined) return
    const { clock, name, systemUuid } = this.options
    this.kernelLog.length = 0
    const log = (line: string): void => {
      this.kernelLog.push(line)
      this.options.log?.(line)
    }
    const bootId = this.options.random.fork(`boot ${name} ${clock.now()}`).uuid()
    const kernel = new Kernel({ clock, hostname: name, systemUuid, bootId, rootDevice: this.root, log })
    this.kernel = kernel
    firstFiles(kernel, name)
    this.bus.attachAll(kernel)
  }

  crash(): void {
    if (this.kernel !== undefined) this.kernel.dead = true
    this.kernel = undefined
  }

  shutdown(): void {
    const { kernel } = this
    if (kernel === undefined) return
    kernel.syncAll()
    for (const filesystem of kernel.diskFilesystems()) filesystem.close()
    this.crash()
  }

  pull(slot: string): void {
    this.bus.pull(slot)
  }

  failDevice(slot: string, fault: DeviceFault | undefined): boolean {
    const device = this.bus.device(slot)
    if (device !== undefined) device.fault = fault
    return device !== undefined
  }

  disksInUse(): readonly DiskInUse[] {
    const { kernel } = this
    if (kernel === undefined) return []
    return kernel.diskFilesystems().flatMap((filesystem) => {
      const { device } = filesystem
      if (!(device instanceof ScsiDevice)) return []
      const target = kernel.mounts.all().find((mount) => mount.filesystem === filesystem)?.target ?? ''
      return [{ disk: device.plugged.disk, slot: device.slot, target, readOnly: filesystem.readOnly }]
    })
  }

  private up(): Kernel {
    if (this.kernel === undefined) throw new Errno('EIO')
    return this.kernel
  }
}

function rootDevice(disk: Disk): BlockDevice {
  return {
    name: 'vda1',
    major: 254,
    minor: 1,
    size: disk.size,
    readOnly: false,
    read: (offset, length) => disk.read(offset, length),
    write: (offset, bytes) => disk.write(offset, bytes),
    discard: (offset, length) => disk.discard(offset, length),
  }
}

/** What an installed node has: made at the first boot, and synced. */
function firstFiles(kernel: Kernel, hostname: string): void {
  const { filesystem, root } = kernel.mounts.root
  const directories = ['etc', 'home', 'mnt', 'opt', 'root', 'srv', 'tmp', 'usr', 'var', 'var/lib', 'var/log', 'var/lib/kubelet', 'var/lib/kubelet/plugins', 'var/lib/kubelet/plugins_registry', 'var/lib/kubelet/pods']
  for (const path of directories) {
    const names = path.split('/')
    const last = names.pop() ?? ''
    const parent = names.reduce((at, name) => filesystem.lookup(at, name)?.number ?? at, root)
    if (filesystem.lookup(parent, last) === undefined) filesystem.create(parent, last, { kind: 'directory', mode: last === 'tmp' ? 0o1777 : 0o755 })
  }
  const etc = filesystem.lookup(root, 'etc')
  if (etc !== undefined && filesystem.lookup(etc.number, 'hostname') === undefined) {
    filesystem.write(filesystem.create(etc.number, 'hostname', { kind: 'file', mode: 0o644 }), 0, new TextEncoder().encode(`${hostname}\n`))
  }
  filesystem.sync()
}
