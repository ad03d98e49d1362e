import type { BlockDevice } from '../filesystem/block-device.ts'
import { Errno } from '../filesystem/errno.ts'
import type { PluggedDisk } from '../disk.ts'

/** Decides whether a read or write of a device fails with EIO; for faults. */
export type DeviceFault = (operation: 'read' | 'write', offset: number, length: number) => boolean

/** A disk in a slot as the guest's kernel has found it. */
export class ScsiDevice implements BlockDevice {
  readonly name: string
  readonly slot: string
  readonly index: number
  readonly plugged: PluggedDisk
  readonly major: number
  readonly minor: number
  size: number
  /** Pulled without asking: everything answers EIO. */
  gone = false
  fault: DeviceFault | undefined
  /** File descriptors that processes have on the device itself (not on a filesystem of it). */
  openers = 0

  constructor(slot: string, index: number, plugged: PluggedDisk) {
    this.slot = slot
    this.index = index
    this.name = `sd${letters(index)}`
    this.plugged = plugged
    // Sixteen disks to a major, sixteen partitions to a disk (Documentation/admin-guide/devices.txt).
    this.major = index < 16 ? 8 : 64 + Math.floor(index / 16)
    this.minor = (index % 16) * 16
    this.size = plugged.disk.size
  }

  get readOnly(): boolean {
    return this.plugged.readOnly
  }

  read(offset: number, length: number): Uint8Array {
    this.check('read', offset, length)
    return this.plugged.disk.read(offset, length)
  }

  write(offset: number, bytes: Uint8Array): void {
    this.check('write', offset, bytes.length)
    if (this.readOnly) throw new Errno('EROFS')
    try {
      this.plugged.disk.write(offset, bytes)
    } catch {
      // The hypervisor could not store it (a thin pool is full): the guest sees an I/O error.
      throw new Errno('EIO')
    }
  }

  discard(offset: number, length: number): void {
    this.check('write', offset, length)
    if (this.plugged.discard) this.plugged.disk.discard(offset, length)
  }

  private check(operation: 'read' | 'write', offset: number, length: number): void {
    if (this.gone || this.fault?.(operation, offset, length) === true) throw new Errno('EIO')
    // A disk that was cut on the hypervisor's side ends before the size that the guest remembers.
    if (offset + length > this.plugged.disk.size) throw new Errno('EIO')
  }
}

/** 0 → a, 25 → z, 26 → aa. */
function letters(index: number): string {
  const rest = Math.floor(index / 26)
  return (rest > 0 ? letters(rest - 1) : '') + String.fromCharCode(97 + (index % 26))
}
