/** Which volumes are attached at all, and how attachments are called: kubelet and controller have to say the same. */
import { createHash } from 'node:crypto'
import type { CsiDriver, Volume } from '../objects.ts'

/** Without a CSIDriver object, a driver's volumes are attached. */
export function needsAttachment(driver: CsiDriver | undefined): boolean {
  return driver?.spec.attachRequired !== false
}

/** As in node.status.volumesAttached and volumesInUse: `kubernetes.io/csi/<driver>^<handle>`. */
export function uniqueVolumeName(volume: Volume): string {
  return `kubernetes.io/csi/${volume.spec.csi?.driver ?? ''}^${volume.spec.csi?.volumeHandle ?? ''}`
}

/** `csi-` and the SHA-256 of handle, driver and node. */
export function attachmentName(volume: Volume, node: string): string {
  const hash = createHash('sha256').update(`${volume.spec.csi?.volumeHandle ?? ''}${volume.spec.csi?.driver ?? ''}${node}`)
  return `csi-${hash.digest('hex')}`
}

/** May it be attached to several nodes at once? */
export function isMultiAttachable(volume: Volume): boolean {
  const modes = volume.spec.accessModes ?? []
  return modes.length === 0 || modes.some((mode) => mode === 'ReadWriteMany' || mode === 'ReadOnlyMany')
}
