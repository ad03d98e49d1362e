/** What the name of a device says by itself, without looking at the machine. */

/** `sdb` and `/dev/sdb` are one; of other paths nothing shorter is known. */
export function plainName(device: string): string {
  return device.replace(/^\/dev\/(?=[^/]+$)/, '')
}

const kernelDisk = /^(?:(?:sd|hd|vd|xvd)[a-z]+|nvme\d+n\d+|mmcblk\d+|dm-\d+|md\d+|nbd\d+|rbd\d+|loop\d+)(?:p?\d+)?$/

/** A name that the kernel gives in the order in which it finds disks: another boot may give it to another disk. */
export function isKernelName(device: string): boolean {
  return kernelDisk.test(plainName(device))
}

/** A partition or a logical volume, as far as the name says: sdb1, nvme0n1p2, …-part1, /dev/mapper/… (but for multipath), /dev/<group>/<volume>. */
export function isPart(device: string): boolean {
  const name = plainName(device)
  if (/^(?:(?:sd|hd|vd|xvd)[a-z]+\d+|(?:nvme\d+n\d+|mmcblk\d+|nbd\d+|md\d+)p\d+|dm-\d+)$/.test(name) || /-part\d+$/.test(name)) return true
  return /^\/dev\/(?!disk\/|mapper\/mpath)[^/]+\/[^/]+$/.test(device)
}

/** Whether a device is a partition of that disk, as far as the names say: sdb1 of sdb, …-part2 of the path before it. */
export function isPartOf(device: string, disk: string): boolean {
  const [name, whole] = [plainName(device), plainName(disk)]
  if (!isPart(device) || isPart(disk) || !name.startsWith(whole)) return false
  return /^(?:-part|p)?\d+$/.test(name.slice(whole.length))
}

/** Rook makes nvme of a path that says so. */
export function saysNvme(device: string): boolean {
  return plainName(device).includes('nvme')
}
