/** One file: the whole declaration. Types, the published JSON Schema and the reference page all come from here. */
import * as z from 'zod'
import { backendSchema, localSchema, proxmoxSchema } from './backends.ts'
import { className, classSchema } from './classes.ts'
import { driverSettingsSchema } from './driver-settings.ts'
import { volumeSchema } from './volumes.ts'
import { dnsLabel, dnsSubdomain, labelValue, qualifiedName } from './words.ts'

export const apiVersion = 'stowage.dev/v1alpha1'
export const kind = 'Storage'

const section = z.looseObject({})

export const specSchema = z
  .strictObject({
    namespace: dnsLabel.optional().describe('Where the driver runs. Made if it is not there. Default: storage-system.'),
    driver: driverSettingsSchema.optional(),
    backends: z.record(dnsLabel, backendSchema).describe('Where volumes come from, by name.'),
    classes: z.record(className, classSchema).describe('StorageClasses, by name.'),
    volumes: z.record(dnsSubdomain, volumeSchema).optional().describe('Existing disks and directories, adopted, by name.'),
    snapshots: section.optional().describe('Snapshots. Not built yet: refused unless { controller: none }.'),
    backup: section.optional().describe('Backups. Not built yet: refused unless empty.'),
    monitoring: section.optional().describe('Alerts and dashboards. Not built yet: refused unless all false.'),
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
  })
  .describe('The storage of one Kubernetes cluster.')

/** The declaration as it is written: what `defineStorage` takes and a YAML file holds. */
export type Declaration = z.input<typeof declarationSchema>
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
  const spec = z.object({
    namespace: z.string().optional().catch(undefined),
    driver: driverSettingsSchema.optional().catch(undefined),
    backends: z.record(z.string(), backendSchema.extend({ proxmox, local }).catch({})).optional().catch(undefined),
    classes: z.record(z.string(), classSchema.partial().catch({})).optional().catch(undefined),
    volumes: z.record(z.string(), volumeSchema.partial().catch({})).optional().catch(undefined),
    snapshots: section.optional().catch(undefined),
    backup: section.optional().catch(undefined),
    monitoring: section.optional().catch(undefined),
  })
  return z.object({ metadata: z.object({ name: z.string().optional() }).catch({}).optional(), spec: spec.catch({}).optional() })
}
