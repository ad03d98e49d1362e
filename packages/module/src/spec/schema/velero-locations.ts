/** Where backups go: object stores, and the snapshot locations of providers that have their own. */
import * as z from 'zod'
import { dnsSubdomain } from './words.ts'

/** What Velero reads as a duration: time.ParseDuration of Go. */
export const goDuration = z
  .string()
  .regex(/^(?:\d+(?:\.\d+)?(?:h|m|s|ms))+$/, { error: 'must be a duration: hours, minutes and seconds, e.g. 720h or 1h30m (Velero knows no days)' })

const providerName = z
  .string()
  .regex(/^(?:[a-z0-9](?:[-a-z0-9.]*[a-z0-9])?\/)?[A-Za-z0-9](?:[-A-Za-z0-9_.]*[A-Za-z0-9])?$/, { error: 'must be the name of a provider: aws, azure, gcp, or a plugin’s own, e.g. example.io/store' })

export const credentialSchema = z
  .strictObject({
    name: dnsSubdomain.describe('Name of a Secret in Velero’s namespace.'),
    key: z.string().min(1).describe('Key in it that holds the credentials file as the provider’s plugin reads it.'),
  })
  .describe('By reference only; it is never written here nor into the plan.')

export const backupLocationSchema = z
  .strictObject({
    provider: providerName.describe('aws (and everything that speaks S3), azure, gcp, or the name that a plugin of your own serves.'),
    bucket: z.string().min(1).describe('Bucket or container; it must be there already.'),
    prefix: z.string().min(1).optional().describe('Folder in the bucket. Default: its top.'),
    default: z.boolean().optional().describe('Schedules and backups without a location go here. Exactly one; a single location is it by itself.'),
    region: z.string().min(1).optional().describe('Short for config.region.'),
    config: z.record(z.string(), z.string()).optional().describe('As the provider’s plugin names it, all text: s3Url, s3ForcePathStyle, checksumAlgorithm, kmsKeyId, serverSideEncryption, storageAccount…'),
    credential: credentialSchema.optional(),
    caCert: z
      .string()
      .regex(/-----BEGIN CERTIFICATE-----/, { error: 'must be a PEM certificate, beginning with -----BEGIN CERTIFICATE-----' })
      .optional()
      .describe('The authority that signed the object store’s certificate, as PEM text. Public: it may stand here.'),
    accessMode: z.enum(['ReadWrite', 'ReadOnly']).optional().describe('ReadOnly: for restores only. Default: ReadWrite.'),
    validationFrequency: goDuration.optional().describe('How often Velero looks whether it can be reached. Default: Velero’s own, 1m.'),
    backupSyncPeriod: goDuration.optional().describe('How often Velero looks for backups that others put there. Default: Velero’s own, 1m.'),
    livesOn: z.string().optional().describe('Name of an entry of spec.backends, when the object store keeps its data there. Such a location is lost together with what it protects, and refused.'),
    renamedFrom: dnsSubdomain.optional().describe('Name that it had in an earlier declaration.'),
  })
  .describe('A BackupStorageLocation; its name is the key.')

export const snapshotLocationSchema = z
  .strictObject({
    provider: providerName.describe('aws, azure, gcp, or the name that a plugin of your own serves. CSI snapshots need none.'),
    region: z.string().min(1).optional().describe('Short for config.region.'),
    config: z.record(z.string(), z.string()).optional().describe('As the provider’s plugin names it, all text.'),
    credential: credentialSchema.optional(),
  })
  .describe('A VolumeSnapshotLocation of a provider with snapshots of its own; its name is the key.')
