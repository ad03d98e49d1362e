/** Static volumes: data that exists already, adopted as it is, never formatted, never deleted by Kubernetes. */
import { filesystemTypes } from '@stowage/core'
import * as z from 'zod'
import { absolutePath, accessMode, dnsLabel, dnsSubdomain, size } from './words.ts'

export const volumeSchema = z
  .strictObject({
    namespace: dnsLabel.describe('Namespace of the claim.'),
    class: z.string().describe('Name of an entry of spec.classes.'),
    size: size.describe('Size of what is there, e.g. 500Gi.'),
    claim: dnsSubdomain.optional().describe('Name of the PersistentVolumeClaim. Default: the volume’s name.'),
    handle: z.string().optional().describe('For a proxmox class: the disk as region/zone/storage/disk; shared storage: region//storage/disk.'),
    node: dnsSubdomain.optional().describe('For a local class: the node that holds the directory.'),
    path: absolutePath.optional().describe('For a local class: the directory, under the backend’s path. For an nfs class: the directory on the server, under one of its exports.'),
    renamedFrom: dnsSubdomain.optional().describe('Name that the volume had in an earlier declaration.'),
    accessModes: z.array(accessMode).min(1).optional().describe('Default: [ReadWriteOnce]; of an nfs class: [ReadWriteMany].'),
    volumeMode: z.enum(['Filesystem', 'Block']).optional().describe('Default: Filesystem.'),
    fstype: z.enum(filesystemTypes).optional().describe('Filesystem that is on the disk. Default: the class’s, else ext4.'),
    readOnly: z.boolean().optional().describe('Publish it read-only. Default: false.'),
  })
  .describe('A PersistentVolume under Retain, bound to its claim by claimRef; its name is the key.')
