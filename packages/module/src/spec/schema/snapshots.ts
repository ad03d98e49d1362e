/** Snapshots: who runs the controller, and which class is the one for backups. */
import * as z from 'zod'
import { dnsSubdomain, positiveInteger } from './words.ts'

export const snapshotClassSchema = z
  .strictObject({
    class: z.string().describe('Name of an entry of spec.classes: its driver, cluster and secrets are taken.'),
    deletionPolicy: z.enum(['Delete', 'Retain']).optional().describe('What becomes of the snapshot’s data when the VolumeSnapshot is deleted. Default: spec.snapshots.deletionPolicy.'),
    backups: z.boolean().optional().describe('Whether Velero takes this one (label velero.io/csi-volumesnapshot-class); exactly one of a driver’s does. Default: the first of each driver.'),
    renamedFrom: dnsSubdomain.optional().describe('Name that it had in an earlier declaration: the change is shown as a rename.'),
  })
  .describe('A VolumeSnapshotClass; its name is the key.')

export const snapshotsSchema = z
  .strictObject({
    controller: z
      .enum(['auto', 'install', 'external', 'none'])
      .optional()
      .describe('The snapshot controller and its definitions: auto (installed unless the distribution bundles it, as RKE2 does, or facts show one), install, external (somebody else’s), none (no snapshots). Default: auto.'),
    image: z.string().min(1).optional().describe('Image of the controller with tag. Default: registry.k8s.io/sig-storage/snapshot-controller:v8.6.0.'),
    replicas: positiveInteger.optional().describe('Controllers; one leads, the others wait. Default: 2.'),
    deletionPolicy: z.enum(['Delete', 'Retain']).optional().describe('What becomes of a snapshot’s data when the VolumeSnapshot is deleted. Default: Delete.'),
    classes: z
      .record(dnsSubdomain, snapshotClassSchema)
      .optional()
      .describe('VolumeSnapshotClasses, by name. Default: one for each driver and cluster that can snapshot, named <backend>-<kind>.'),
  })
  .describe('Snapshots: who runs the controller, and which class is the one for backups.')

export type DeclaredSnapshots = z.input<typeof snapshotsSchema>
