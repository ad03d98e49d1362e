/** StorageClasses. What has no field here is not a parameter: an unknown key is a fault. */
import { diskAios, diskCaches, filesystemTypes, quotaModes } from '@stowage/core'
import * as z from 'zod'
import { cephParameters } from './ceph.ts'
import { nfsParameters } from './nfs.ts'
import { accessMode, dnsSubdomain, driverName, labelValue, positiveInteger, qualifiedName, storageId } from './words.ts'

/** Keys that end up in the StorageClass's `parameters`. The driver reads them with `@stowage/core`'s strict parsers, and so do the checks. */
export const proxmoxParameters = {
  storage: storageId.describe('Id of the Proxmox storage that holds the disks, e.g. local-zfs. Required for a proxmox backend.'),
  storageFormat: z.enum(['raw', 'qcow2']).describe('Format of the disk on file storages (dir, nfs). Default: raw.'),
  cache: z.enum(diskCaches).describe('How QEMU caches the disk. Default: none.'),
  aio: z.enum(diskAios).describe('How QEMU does input and output. Default: Proxmox’s own.'),
  ssd: z.boolean().describe('Solid state: the guest is told, discards pass, and it is mounted noatime. Default: false.'),
  iothread: z.boolean().describe('The disk gets a thread of its own. Default: true.'),
  backup: z.boolean().describe('Proxmox’s backups of the VM take the disk along. Default: false.'),
  diskIOPS: z.int().min(1).max(1_000_000).describe('The most reads and the most writes in a second.'),
  diskMBps: z.int().min(1).max(100_000).describe('The most megabytes read and written in a second.'),
  blockSize: positiveInteger.describe('The filesystem’s block size, bytes, a power of two.'),
  inodeSize: positiveInteger.describe('The filesystem’s inode size, bytes, a power of two.'),
  replicate: z.boolean().describe('The disk is replicated by Proxmox (zfspool only). Default: false.'),
  replicateSchedule: z.string().describe('When it is replicated, a Proxmox calendar event, e.g. "*/15".'),
  replicateZones: z.array(z.string()).min(1).describe('The Proxmox nodes that it is replicated to.'),
} as const

export const localParameters = {
  quota: z.enum(quotaModes).describe('Whether sizes are enforced: auto (where the filesystem can), required, off. Default: auto.'),
} as const

export const topologyTermSchema = z
  .strictObject({
    matchLabelExpressions: z
      .array(z.strictObject({ key: qualifiedName.describe('Label of the node.'), values: z.array(labelValue).min(1).describe('Any of these.') }))
      .min(1)
      .describe('All of these must hold.'),
  })
  .describe('A term; volumes may be made where any term holds.')

export const classSchema = z
  .strictObject({
    backend: z.string().describe('Name of an entry of spec.backends.'),
    ...proxmoxParameters,
    ...localParameters,
    ...nfsParameters,
    ...cephParameters,
    default: z.boolean().describe('Claims without a class take this one. At most one class. Default: false.'),
    reclaimPolicy: z.enum(['Retain', 'Delete']).describe('What becomes of the data when the claim is deleted. Default: Retain.'),
    volumeBindingMode: z
      .enum(['WaitForFirstConsumer', 'Immediate'])
      .describe('When a volume is made: when its first pod is placed, or at once. Default: WaitForFirstConsumer.'),
    allowVolumeExpansion: z.boolean().describe('Whether claims may grow. Default: true.'),
    mountOptions: z.array(z.string().min(1)).describe('Options of mount, e.g. [noatime].'),
    fstype: z.enum(filesystemTypes).describe('Filesystem of new volumes (csi.storage.k8s.io/fstype). Default: ext4.'),
    allowedTopologies: z.array(topologyTermSchema).describe('Where volumes may be made. Default: everywhere the backend reaches.'),
    accessModes: z.array(accessMode).min(1).describe('What claims of this class will ask for. Not written to the cluster: checked against what the backend can serve.'),
    driverName: driverName.describe('Serve this class under a second driver name, e.g. csi.proxmox.sinextra.dev to go on with the existing Proxmox plugin’s volumes.'),
    renamedFrom: dnsSubdomain.describe('Name that the class had in an earlier declaration: the change is shown as a rename.'),
    labels: z.record(qualifiedName, labelValue).describe('Labels of the StorageClass.'),
    annotations: z.record(qualifiedName, z.string()).describe('Annotations of the StorageClass.'),
  })
  .partial()
  .required({ backend: true })
  .describe('A StorageClass; its name is the key.')

export { className } from './class-name.ts'
