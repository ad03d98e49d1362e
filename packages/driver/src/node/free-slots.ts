/** How many of this driver's disks a node can take. The kubelet asks once and schedules by the answer. */
import { listScsiDisks, type BlockDevice, type Host } from '@stowage/host'

/** scsi0 to scsi30 (qemu-server 9.1). */
const scsiSlots = 31

/** The slots that others do not hold; disks of this driver count as free, for the answer includes them. */
export async function slotsForVolumes(host: Pick<Host, 'files'>): Promise<number> {
  const others = (await listScsiDisks(host)).filter((device) => isQemu(device) && !isOwn(device))
  const taken = new Set(others.map(({ slot, name }) => slot ?? name))
  return Math.max(0, scsiSlots - taken.size)
}

function isQemu({ vendor }: BlockDevice): boolean {
  return vendor === undefined || vendor.toUpperCase().startsWith('QEMU')
}

/**
 * By what the controller writes into the drive (backends/proxmox/identity.ts): a locally assigned WWN and a serial of 20 hexadecimal digits.
 * The existing plugin writes a WWN that spells `PVC-ID` and the slot.
 */
export function isOwn({ serial = '', wwn = '' }: Pick<BlockDevice, 'serial' | 'wwn'>): boolean {
  return (/^[0-9a-f]{20}$/.test(serial) && wwn.startsWith('0x3')) || wwn.startsWith('0x5056432d4944')
}
