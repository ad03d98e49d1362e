/** Where disks stand in a VM's config (qemu-server 9.1: scsi 31, virtio 16, sata 6, ide 4). */
export const scsiSlots: readonly string[] = Array.from({ length: 31 }, (_, index) => `scsi${index}`)

const diskKey = /^(scsi([0-9]|[12][0-9]|30)|virtio([0-9]|1[0-5])|sata[0-5]|ide[0-3]|efidisk0|tpmstate0)$/
const unusedKey = /^unused\d+$/

/** An entry whose disk a guest sees, or will see. */
export function isDiskSlot(key: string): boolean {
  return diskKey.test(key)
}

/** An entry that merely remembers a disk. */
export function isUnusedSlot(key: string): boolean {
  return unusedKey.test(key)
}

/**
 * A free SCSI slot, scsi1 first and scsi0 last, since that is where guests boot from. undefined when all 31 are taken.
 * `taken` must hold pending entries, too.
 */
export function freeScsiSlot(taken: ReadonlySet<string>): string | undefined {
  return [...scsiSlots.slice(1), ...scsiSlots.slice(0, 1)].find((slot) => !taken.has(slot))
}

/** Hot-plug needs `disk` in the VM's `hotplug` option; Proxmox's default is `network,disk,usb`, and `1` means that. */
export function allowsDiskHotplug(option: string | undefined): boolean {
  if (option === undefined || option === '1') return true
  return option.split(/[,;\s]+/).includes('disk')
}
