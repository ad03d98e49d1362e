/** When backups are made, and how long they are kept. */
import * as z from 'zod'
import { goDuration } from './velero-locations.ts'
import { dnsSubdomain, labelValue, qualifiedName } from './words.ts'

const selector = z
  .strictObject({
    matchLabels: z.record(qualifiedName, labelValue).optional().describe('All of these.'),
    matchExpressions: z
      .array(
        z.strictObject({
          key: qualifiedName.describe('Label key.'),
          operator: z.enum(['In', 'NotIn', 'Exists', 'DoesNotExist']).describe('As in Kubernetes.'),
          values: z.array(labelValue).optional().describe('For In and NotIn.'),
        }),
      )
      .optional()
      .describe('And all of these.'),
  })
  .describe('Only objects with these labels; a claim is taken along only if it carries them, too.')

const tier = (default_: string) =>
  z
    .strictObject({
      enabled: z.boolean().optional().describe(`Whether the tier is made. ${default_}`),
      schedule: z.string().min(1).optional().describe('Cron of the tier. Default: as in docs/guides/backups.md.'),
      ttl: goDuration.optional().describe('How long each is kept. Default: as in docs/guides/backups.md.'),
    })
    .describe('A tier of the set; only under the name gfs.')

export const scheduleSchema = z
  .strictObject({
    schedule: z.string().min(1).describe('Five cron fields, or @daily and its like; CRON_TZ=Europe/Berlin may stand in front. Default zone: that of the Velero pod, UTC.'),
    ttl: goDuration.describe('How long each backup is kept. Default: defaultBackupTTL.'),
    paused: z.boolean().describe('Default: false.'),
    includedNamespaces: z.array(z.string().min(1)).min(1).describe('Names, or globs such as team-*. Default: every namespace.'),
    excludedNamespaces: z.array(z.string().min(1)).describe('Beside those of exclusions. Default: Velero’s own namespace, when every namespace is taken.'),
    labelSelector: selector,
    storageLocation: z.string().describe('Name of an entry of locations. Default: the default one.'),
    snapshotMoveData: z.boolean().describe('Whether a snapshot’s data is copied to the location: without it, it dies with the storage. Default: true.'),
    rpo: goDuration.describe('The most work that may be lost, e.g. 25h; checked against the cron.'),
    template: z.record(z.string(), z.unknown()).describe('Further fields of a Velero BackupSpec, as they stand there: csiSnapshotTimeout, itemOperationTimeout, uploaderConfig…'),
    renamedFrom: dnsSubdomain.describe('Name that it had in an earlier declaration.'),
    hourly: tier('Default: false.'),
    daily: tier('Default: true.'),
    weekly: tier('Default: true.'),
    monthly: tier('Default: true.'),
    offsite: tier('Default: true when offsite names a location.'),
  })
  .partial()
  .describe('A Schedule; its name is the key. Under the name gfs: the tiers of the grandfather-father-son set.')

export const schedulesSchema = z
  .union([z.literal('gfs'), z.record(dnsSubdomain, scheduleSchema)])
  .describe('gfs: daily, weekly, monthly and, with offsite, a weekly copy elsewhere. Or schedules by name; gfs may be one of the names. Default: none is made.')
