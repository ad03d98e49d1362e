/** The running kernel of a machine: gone with a crash, made anew at boot. */
import type { Cancel, Clock } from '@stowage/effects'
import { DiskFilesystem, openFilesystem } from '../filesystem/disk-filesystem.ts'
import { Errno } from '../filesystem/errno.ts'
import type { Filesystem } from '../filesystem/filesystem.ts'
import type { Mount } from './mount-table.ts'
import { MountTable } from './mount-table.ts'
import type { Found } from './resolve.ts'
import { resolve } from './resolve.ts'
import type { ScsiDevice } from './scsi-device.ts'
import { drop, generated, hideDevice, memoryFilesystem, put, showDevice } from './system-trees.ts'
import type { BlockDevice } from '../filesystem/block-device.ts'

export interface KernelInit {
  readonly clock: Clock
  readonly hostname: string
  readonly systemUuid: string
  readonly bootId: string
  /** The disk that holds the machine's own root filesystem. */
  readonly rootDevice: BlockDevice
  /** A line of dmesg. */
  readonly log: (line: string) => void
}

/** ext4's `commit=5`: names, directories and attributes reach the disk after this long. */
const commitMs = 5_000

/** vm.dirty_expire_centisecs: data that was written and not synced reaches the disk after this long. */
const writebackMs = 30_000

const systemMount = ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'] as const

export class Kernel {
  readonly mounts = new MountTable()
  readonly dev: Filesystem
  readonly sys: Filesystem
  readonly proc: Filesystem
  readonly devices = new Map<string, ScsiDevice>()
  readonly init: KernelInit
  /** Set by a crash: nothing that was scheduled may still touch a disk. */
  dead = false

  constructor(init: KernelInit) {
    this.init = init
    const now = (): number => init.clock.now()
    const root = this.openDisk(init.rootDevice, false)
    this.mounts.add({ on: undefined, target: '/', filesystem: root, root: root.root, rootPath: '/', source: '/dev/vda1', options: ['rw', 'relatime'], superOptions: ['rw', 'discard', 'errors=remount-ro'] })
    this.proc = memoryFilesystem('proc', 23, now)
    this.sys = memoryFilesystem('sysfs', 22, now)
    this.dev = memoryFilesystem('devtmpfs', 5, now)
    this.mountSystem('/sys', this.sys, 'sysfs', systemMount)
    this.mountSystem('/proc', this.proc, 'proc', systemMount)
    this.mountSystem('/dev', this.dev, 'udev', ['rw', 'nosuid', 'relatime'])
    this.mountSystem('/run', memoryFilesystem('tmpfs', 25, now, 800 * 1024 * 1024), 'tmpfs', ['rw', 'nosuid', 'nodev', 'noexec', 'relatime'])
    this.fillSystem()
  }

  get now(): number {
    return this.init.clock.now()
  }

  resolve(path: string, followLast = true): Found {
    return resolve(this.mounts, path, followLast)
  }

  /** The device behind a device node. Throws ENXIO when there is none. */
  deviceAt(found: Found): BlockDevice {
    const { inode } = found
    if (inode.kind !== 'block') throw new Errno('EINVAL')
    if (found.location.mount.options.includes('nodev')) throw new Errno('EACCES')
    const device = [...this.devices.values()].find((one) => one.major === inode.major && one.minor === inode.minor)
    if (device !== undefined) return device
    const { rootDevice } = this.init
    if (rootDevice.major === inode.major && rootDevice.minor === inode.minor) return rootDevice
    throw new Errno('ENXIO')
  }

  /** The mounted filesystem of a device, if it is mounted: one superblock, however often it is mounted. */
  mountedOn(device: BlockDevice): DiskFilesystem | undefined {
    return this.diskFilesystems().find((filesystem) => filesystem.device === device)
  }

  diskFilesystems(): readonly DiskFilesystem[] {
    return this.mounts.filesystems().filter((filesystem) => filesystem instanceof DiskFilesystem)
  }

  openDisk(device: BlockDevice, readOnly: boolean): DiskFilesystem {
    const filesystem: DiskFilesystem = openFilesystem(device, {
      readOnly,
      now: () => this.now,
      onDirty: () => this.scheduleWriteback(filesystem),
      onForeignWrite: () => this.log(`${device.name}: the disk was written by somebody else while it was mounted here`),
    })
    return filesystem
  }

  /** Called after a mount went away: closes what nobody uses any more. */
  closeUnused(filesystem: Filesystem): void {
    if (!this.mounts.uses(filesystem) && filesystem instanceof DiskFilesystem) filesystem.close()
  }

  attach(device: ScsiDevice): void {
    this.devices.set(device.name, device)
    showDevice(this.dev, this.sys, device)
    this.log(`sd 2:0:0:${device.slot.replace(/\D/g, '')}: [${device.name}] Attached SCSI disk`)
  }

  detach(device: ScsiDevice): void {
    this.devices.delete(device.name)
    hideDevice(this.dev, this.sys, device)
    this.log(`sd 2:0:0:${device.slot.replace(/\D/g, '')}: [${device.name}] Synchronizing SCSI cache`)
  }

  /** Mounted, or opened by a process. */
  isBusy(device: ScsiDevice): boolean {
    return device.openers > 0 || this.mountedOn(device) !== undefined
  }

  /** sync(2). Failures are in the log, as the kernel has nobody to tell. */
  syncAll(): void {
    for (const filesystem of this.mounts.filesystems()) this.writeBack(filesystem)
  }

  log(line: string): void {
    this.init.log(line)
  }

  private scheduleWriteback(filesystem: Filesystem): void {
    const later = (ms: number, work: () => void): Cancel => this.init.clock.after(ms, () => void (this.dead ? undefined : this.logged(filesystem, work)))
    later(commitMs, () => {
      filesystem.commitMetadata()
      if (filesystem.isDirty) later(writebackMs - commitMs, () => this.writeBack(filesystem))
    })
  }

  private writeBack(filesystem: Filesystem): void {
    const done = this.logged(filesystem, () => filesystem.sync())
    if (filesystem.isDirty && (done || !filesystem.aborted)) this.scheduleWriteback(filesystem)
  }

  private logged(filesystem: Filesystem, work: () => void): boolean {
    try {
      work()
      return true
    } catch (error) {
      if (!(error instanceof Errno)) throw error
      const name = filesystem instanceof DiskFilesystem ? filesystem.device.name : filesystem.type
      this.log(`${filesystem.type === 'xfs' ? 'XFS' : 'EXT4-fs'} (${name}): ${error.message} while writing back`)
      return false
    }
  }

  private mountSystem(target: string, filesystem: Filesystem, source: string, options: readonly string[]): Mount {
    const root = this.mounts.root
    const name = target.slice(1)
    const point = root.filesystem.lookup(root.root, name) ?? root.filesystem.create(root.root, name, { kind: 'directory', mode: 0o755 })
    const on = { mount: root, inode: point.number }
    return this.mounts.add({ on, target, filesystem, root: filesystem.root, rootPath: '/', source, options, superOptions: ['rw'] })
  }

  private fillSystem(): void {
    const { hostname, systemUuid, bootId, rootDevice } = this.init
    put(this.proc, 'self/mountinfo', generated(() => this.mounts.mountinfo()))
    put(this.proc, 'self/mounts', generated(() => this.mounts.procMounts()))
    put(this.proc, 'mounts', { kind: 'symlink', mode: 0o777, target: 'self/mounts' })
    put(this.proc, '1/mountinfo', generated(() => this.mounts.mountinfo()))
    put(this.proc, 'sys/kernel/hostname', generated(() => `${hostname}\n`, 0o644))
    put(this.proc, 'sys/kernel/random/boot_id', generated(() => `${bootId}\n`))
    put(this.proc, 'filesystems', generated(() => 'nodev\tsysfs\nnodev\ttmpfs\nnodev\tproc\nnodev\tdevtmpfs\n\text4\n\txfs\n'))
    put(this.proc, 'uptime', generated(() => `${(this.init.clock.monotonic() / 1000).toFixed(2)} 0.00\n`))
    put(this.sys, 'class/dmi/id/product_uuid', generated(() => `${systemUuid}\n`, 0o400))
    put(this.sys, 'class/dmi/id/sys_vendor', generated(() => 'QEMU\n'))
    put(this.sys, 'class/dmi/id/product_name', generated(() => 'Standard PC (Q35 + ICH9, 2009)\n'))
    this.sys.create(this.sys.root, 'block', { kind: 'directory', mode: 0o755 })
    put(this.dev, 'vda1', { kind: 'block', mode: 0o660, major: rootDevice.major, minor: rootDevice.minor })
    put(this.dev, 'null', { kind: 'character', mode: 0o666, major: 1, minor: 3 })
    put(this.dev, 'zero', { kind: 'character', mode: 0o666, major: 1, minor: 5 })
    put(this.dev, 'urandom', { kind: 'character', mode: 0o666, major: 1, minor: 9 })
    put(this.dev, 'disk/by-id/.made', { kind: 'file', mode: 0o444 })
    drop(this.dev, 'disk/by-id/.made')
  }
}
