/** One file: the whole declaration. Types, the published JSON Schema and the reference page all come from here. */
import * as z from 'zod'
import { acceptanceSchema, acceptSchema } from './accept.ts'
import { backendSchema, localSchema, proxmoxSchema } from './backends.ts'
import { cephParameters, cephSchema, rookCephSchema } from './ceph.ts'
import { className, classSchema } from './classes.ts'
import { deliverySchema } from './delivery.ts'
import { driverSettingsSchema } from './driver-settings.ts'
import { environmentsSchema } from './environments.ts'
import { factsSchema } from './facts.ts'
import { loosened } from './loosened.ts'
import { monitoringSchema } from './monitoring.ts'
import { nfsSchema } from './nfs.ts'
import { platformSchema } from './platform.ts'
import { policiesSchema } from './policies.ts'
import { secretsSchema } from './secrets.ts'
import { snapshotsSchema } from './snapshots.ts'
import { backupDraft, backupSchema } from './velero.ts'
import { volumeSchema } from './volumes.ts'
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './words.ts'

export const apiVersion = 'stowage.dev/v1alpha1'
export const kind = 'Storage'

export const specSchema = z
  .strictObject({
    namespace: dnsLabel.optional().describe('Where the driver runs. Made if it is not there. Default: storage-system.'),
    driver: driverSettingsSchema.optional(),
    backends: z.record(dnsLabel, backendSchema).describe('Where volumes come from, by name.'),
    classes: z.record(className, classSchema).describe('StorageClasses, by name.'),
    volumes: z.record(dnsSubdomain, volumeSchema).optional().describe('Existing disks and directories, adopted, by name.'),
    snapshots: snapshotsSchema.optional(),
    backup: backupSchema.optional(),
    monitoring: monitoringSchema.optional(),
    policies: policiesSchema.optional(),
    platform: platformSchema.optional(),
    secrets: secretsSchema.optional(),
    delivery: deliverySchema.optional(),
    facts: factsSchema.optional(),
    accept: acceptSchema.optional(),
  })
  .describe('What the cluster’s storage shall be.')

export const declarationSchema = z
  .strictObject({
    apiVersion: z.literal(apiVersion).describe('Always stowage.dev/v1alpha1.'),
    kind: z.literal(kind).describe('Always Storage.'),
    metadata: z
      .strictObject({
        name: dnsLabel.describe('Name of the declaration; value of the label app.kubernetes.io/instance.'),
        labels: z.record(qualifiedName, labelValue).optional().describe('Put on every object.'),
        annotations: z.record(qualifiedName, z.string()).optional().describe('Kept for you; not written to the cluster.'),
      })
      .describe('Who this is.'),
    spec: specSchema,
    environments: environmentsSchema.optional(),
  })
  .describe('The storage of one Kubernetes cluster.')

/** The declaration as it is written: what `defineStorage` takes and a YAML file holds. */
export type Declaration = z.input<typeof declarationSchema>
/** `spec` as it is written. */
export type DeclaredSpec = z.input<typeof specSchema>
export type DeclaredBackend = z.input<typeof backendSchema>
export type DeclaredClass = z.input<typeof classSchema>
export type DeclaredVolume = z.input<typeof volumeSchema>
export type DeclaredDriver = z.input<typeof driverSettingsSchema>

/** The declaration with every fault cut out: what checks look at, so that one fault does not hide another. */
export type Draft = z.output<ReturnType<typeof draftSchema>>

/** Each entry keeps its name even when nothing of it could be read. Built only for a declaration that has faults. */
export function draftSchema() {
  const proxmox = proxmoxSchema.partial().optional().catch({})
  const local = localSchema.partial().optional().catch({})
  const nfs = nfsSchema.partial().optional().catch({})
  const rookCeph = loosened(rookCephSchema).optional()
  const ceph = loosened(cephSchema).optional()
  const filesystem = loosened(cephParameters.filesystem).optional()
  const blockPool = loosened(cephParameters.blockPool).optional()
  const spec = z.object({
    namespace: z.string().optional().catch(undefined),
    driver: driverSettingsSchema.optional().catch(undefined),
    backends: z.record(z.string(), backendSchema.extend({ proxmox, local, nfs, rookCeph, ceph }).catch({})).optional().catch(undefined),
    classes: z.record(z.string(), classSchema.partial().extend({ filesystem, blockPool }).catch({})).optional().catch(undefined),
    volumes: z.record(z.string(), volumeSchema.partial().catch({})).optional().catch(undefined),
    snapshots: loosened(snapshotsSchema).optional(),
    backup: backupDraft().optional().catch(undefined),
    monitoring: monitoringSchema.partial().optional().catch(undefined),
    policies: policiesSchema.partial().optional().catch(undefined),
    platform: platformSchema.partial().optional().catch(undefined),
    secrets: secretsSchema.optional().catch(undefined),
    delivery: deliverySchema.partial().optional().catch(undefined),
    facts: factsSchema.partial().optional().catch(undefined),
    accept: z.array(acceptanceSchema.partial().optional().catch(undefined)).optional().catch(undefined),
  })
  return z.object({ metadata: z.object({ name: z.string().optional() }).catch({}).optional(), spec: spec.catch({}).optional() })
}
