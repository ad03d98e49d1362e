/**
 * Bytes that a hypervisor holds and a guest sees. Sparse: what was never written reads as zero.
 * A filesystem lives in these bytes, so a disk that moves, grows, is copied or is lost behaves as one.
 */
export interface Disk {
  /** Bytes. */
  readonly size: number
  /** Bytes that are really stored (thin allocation). */
  readonly allocated: number
  /** Throws RangeError past the end. */
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
  /** Makes a range read as zeros and frees it. */
  discard(offset: number, length: number): void
  /** Growing shows zeros; shrinking cuts. */
  resize(size: number): void
  /** An independent disk with the same bytes. */
  copy(): Disk
  /** Called after each write with the change of `allocated`: thin pools account by it. Throws when the pool is full (an I/O error in the guest). */
  onAllocate: ((bytes: number) => void) | undefined
}

/** A disk as a hypervisor presents it in a slot. */
export interface PluggedDisk {
  readonly disk: Disk
  /** What the guest sees as SCSI serial and WWN; QEMU's default serial is `drive-scsiN`. */
  readonly serial: string
  readonly wwn?: string
  readonly vendor: string
  readonly product: string
  readonly readOnly: boolean
  readonly discard: boolean
  readonly rotational: boolean
}

/** The guest's side of a VM, as the hypervisor drives it. `machines/` implements it, `proxmox/` calls it. */
export interface GuestHardware {
  /** False while the VM is stopped or the guest has crashed. */
  readonly running: boolean
  /** `slot` is `scsi1`. The guest sees the device some milliseconds later (udev). Rejects when the guest does not take it. */
  plug(slot: string, device: PluggedDisk): Promise<void>
  /** `busy`: the guest still uses the device (mounted or open), so QEMU keeps it. */
  unplug(slot: string): Promise<'released' | 'busy'>
  /** The disk in this slot has a new size. */
  resized(slot: string): void
}
