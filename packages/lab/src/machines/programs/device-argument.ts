import type { BlockDevice } from '../filesystem/block-device.ts'
import { Errno } from '../filesystem/errno.ts'
import type { Kernel } from '../kernel/kernel.ts'

/** The block device at a path, or what the kernel says. */
export function openDevice(kernel: Kernel, path: string): BlockDevice | Errno {
  try {
    return kernel.deviceAt(kernel.resolve(path))
  } catch (error) {
    if (error instanceof Errno) return error
    throw error
  }
}
