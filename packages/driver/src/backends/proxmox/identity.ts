/** What the guest recognises a disk by: made from the volume's id, so that neither a slot nor a restored VM snapshot can change it. */
import { hexDigest } from '../../volume/hex-digest.ts'

export interface DiskIdentity {
  /** 20 hexadecimal digits, which is all that a SCSI serial holds in QEMU. */
  readonly serial: string
  /** `0x3` (locally assigned, T10 SPC) and 15 hexadecimal digits. */
  readonly wwn: string
}

export function identityOf(volumeId: string): DiskIdentity {
  const digest = hexDigest(volumeId)
  return { serial: digest.slice(0, 20), wwn: `0x3${digest.slice(20, 35)}` }
}
