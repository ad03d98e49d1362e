/** Backups with Velero. */
import * as z from 'zod'
import { chartSchema } from './chart.ts'
import { resourcesSchema, tolerationSchema } from './driver-settings.ts'
import { loosened } from './loosened.ts'
import { backupLocationSchema, goDuration, snapshotLocationSchema } from './velero-locations.ts'
import { schedulesSchema, type scheduleSchema } from './velero-schedules.ts'
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './words.ts'

export const veleroChartVersion = '12.1.0'

export const repositoryPasswordSchema = z
  .strictObject({
    existing: z.boolean().optional().describe('The Secret velero-repo-credentials, key repository-password, is there before Velero is (from SealedSecret, SOPS or by hand).'),
    externalSecret: z
      .strictObject({
        store: z
          .strictObject({
            kind: z.enum(['SecretStore', 'ClusterSecretStore']).optional().describe('Default: ClusterSecretStore.'),
            name: dnsSubdomain.describe('Its name.'),
          })
          .describe('Where External Secrets reads it.'),
        key: z.string().min(1).describe('Key in the store, e.g. stowage/velero.'),
        property: z.string().min(1).optional().describe('Property below the key.'),
      })
      .optional()
      .describe('From a vault, through External Secrets.'),
    environment: z.string().regex(/^[A-Za-z_]\w*$/, { error: 'must be the name of an environment variable' }).optional().describe('Name of a variable that `stowage apply` reads.'),
    file: z.string().min(1).optional().describe('Path of a file that `stowage apply` reads.'),
    generate: z.boolean().optional().describe('Made by `stowage apply` once, which demands that it be kept elsewhere. Not for GitOps.'),
  })
  .describe('Where the password of the backups’ repository comes from: exactly one. It cannot be changed later, and losing it loses the data.')

export const exclusionSchema = z
  .strictObject({
    reason: z.string().min(1).describe('Why it needs no backup. Required: in a year nobody knows.'),
    namespace: z.string().min(1).optional().describe('The whole namespace, objects and volumes.'),
    storageClass: z.string().min(1).optional().describe('Volumes of this class; their objects are kept.'),
    pvcLabels: z.record(qualifiedName, labelValue).optional().describe('Volumes whose claim has all of these labels; their objects are kept.'),
  })
  .describe('What is left out, and why.')

const command = z
  .strictObject({
    command: z.array(z.string()).min(1).describe('Program and arguments; no shell.'),
    container: z.string().optional().describe('Default: the pod’s first.'),
    onError: z.enum(['Fail', 'Continue']).optional().describe('Default: Fail.'),
    timeout: goDuration.optional().describe('Default: 30s.'),
  })
  .describe('Run in the pod.')

export const hookSchema = z
  .strictObject({
    includedNamespaces: z.array(z.string()).min(1).optional().describe('Default: every one.'),
    excludedNamespaces: z.array(z.string()).optional().describe('Default: none.'),
    labelSelector: z.strictObject({ matchLabels: z.record(qualifiedName, labelValue).describe('All of these.') }).optional().describe('Pods with these labels.'),
    pre: z.array(command).optional().describe('Before the pod’s volumes are backed up, e.g. a dump or a freeze.'),
    post: z.array(command).optional().describe('Afterwards.'),
  })
  .describe('Commands around the backup of a pod; the name is the key.')

export const restorerSchema = z
  .strictObject({
    kind: z.enum(['User', 'Group', 'ServiceAccount']).describe('As in RBAC.'),
    name: z.string().min(1).describe('Its name.'),
    namespace: dnsLabel.optional().describe('Of a ServiceAccount.'),
  })
  .describe('Who may restore.')

export const veleroSchema = z
  .strictObject({
    namespace: dnsLabel.describe('Where Velero runs. Made if it is not there. Default: velero.'),
    chart: chartSchema('velero', veleroChartVersion),
    locations: z.record(dnsSubdomain, backupLocationSchema).describe('Object stores, by name.'),
    snapshotLocations: z.record(dnsSubdomain, snapshotLocationSchema).describe('Of providers with snapshots of their own, by name. CSI snapshots need none.'),
    credentials: z
      .strictObject({
        existingSecret: dnsSubdomain.optional().describe('Secret with the key cloud, for locations without a credential of their own. Default: cloud-credentials, when there is such a location.'),
        ambient: z.boolean().optional().describe('Locations without a credential are reached with what the node or pod identity gives. Default: false.'),
      })
      .describe('Of locations that have no credential of their own.'),
    enableSnapshotBackups: z.boolean().describe('Volumes that can be snapshotted are, and the snapshot’s data is moved to the location. Default: false.'),
    enableFilesystemBackups: z.boolean().describe('The node-agent reads the files of the other volumes. Default: true.'),
    defaultBackupTTL: goDuration.describe('How long a backup without a ttl of its own is kept. Default: 720h.'),
    plugins: z.record(z.string(), z.string().min(1)).describe('Image with tag by provider, e.g. aws: velero/velero-plugin-for-aws:v1.14.2. Default for aws, azure and gcp: what goes with Velero 1.18.'),
    schedules: schedulesSchema,
    rpo: goDuration.describe('The most work that may be lost, of everything; checked against the schedules that take every namespace.'),
    repositoryPassword: repositoryPasswordSchema,
    nodeAgent: z
      .strictObject({
        resources: resourcesSchema.optional(),
        tolerations: z.array(tolerationSchema).optional().describe('Default: every taint, so that no node’s volumes are left out.'),
        nodeSelector: z.record(qualifiedName, z.string()).optional().describe('Default: every node.'),
      })
      .describe('The pods that read files and move data, one on each node.'),
    resources: resourcesSchema,
    exclusions: z.record(dnsSubdomain, exclusionSchema).describe('What is left out, by a name of yours, and why.'),
    hooks: z.record(dnsSubdomain, hookSchema).describe('Commands around the backup of pods, by name.'),
    changeStorageClass: z.record(dnsSubdomain, dnsSubdomain).describe('On restore: volumes of the first class become ones of the second.'),
    maintenance: z
      .strictObject({
        fullMaintenanceInterval: z.enum(['normalGC', 'fastGC', 'eagerGC']).optional().describe('How soon deleted data is gone from the bucket: normalGC (24h a cycle), fastGC (12h), eagerGC (6h). Default: normalGC.'),
        keepLatest: z.int().min(1).max(100).optional().describe('How many ended jobs of each repository are kept. Default: 3.'),
        resources: resourcesSchema.optional(),
      })
      .describe('The jobs that tidy the repositories.'),
    metrics: z.boolean().describe('Whether Velero’s metrics are served. Default: true.'),
    restorers: z.array(restorerSchema).describe('Who may make Restores. Default: cluster administrators only.'),
    offsite: z.string().describe('Name of an entry of locations that stands elsewhere: the set gfs copies there every week.'),
  })
  .partial()
  .describe('Velero: what is backed up, where to, when, and for how long.')

export const backupSchema = z
  .strictObject({
    velero: veleroSchema.optional(),
    host: z.looseObject({}).optional().describe('Backups of the storage hosts themselves. Not built yet.'),
  })
  .describe('Backups.')

export type DeclaredVelero = z.input<typeof veleroSchema>
export type DeclaredBackupLocation = z.input<typeof backupLocationSchema>
export type DeclaredSchedule = z.input<typeof scheduleSchema>
export type DeclaredRepositoryPassword = z.input<typeof repositoryPasswordSchema>

/** What could be read of it: every entry keeps its name. */
export function backupDraft() {
  return z.object({ velero: loosened(veleroSchema).optional(), host: z.unknown().optional() })
}
