import { Errno } from './errno.ts'

/** A device as the kernel of one machine sees it. Reads and writes throw `Errno('EIO')` when the device is gone or the hypervisor cannot write. */
export interface BlockDevice {
  /** `sdb`. */
  readonly name: string
  readonly major: number
  readonly minor: number
  /** Bytes that the guest has seen so far: after a resize on the hypervisor's side it lags behind. */
  readonly size: number
  readonly readOnly: boolean
  read(offset: number, length: number): Uint8Array
  write(offset: number, bytes: Uint8Array): void
  discard(offset: number, length: number): void
}

/** Throws EIO where the kernel would answer a short read. */
export function readExactly(device: BlockDevice, offset: number, length: number): Uint8Array {
  if (offset < 0 || offset + length > device.size) throw new Errno('EIO')
  return device.read(offset, length)
}
