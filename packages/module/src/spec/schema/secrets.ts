/** Where the content of Secrets comes from; never the content. */
import * as z from 'zod'
import { dnsLabel, dnsSubdomain } from './words.ts'

const dataKey = z.string().regex(/^[-._a-zA-Z0-9]{1,253}$/, { error: 'must be a key of a Secret: letters, digits, "-", "_" and "."' })
const variable = z.string().regex(/^[A-Za-z_][A-Za-z0-9_]*$/, { error: 'must be the name of an environment variable, not its content' })

const externalSecret = z
  .strictObject({
    store: z
      .strictObject({ kind: z.enum(['SecretStore', 'ClusterSecretStore']).optional().describe('Default: ClusterSecretStore.'), name: dnsSubdomain.describe('Name of the store, e.g. vault.') })
      .describe('Who holds the content: a store of the External Secrets operator.'),
    refreshInterval: z.string().regex(/^(?:\d+(?:\.\d+)?(?:h|m|s))+$/, { error: 'must be a duration, e.g. 1h' }).optional().describe('How often it is read again. Default: 1h.'),
    data: z
      .record(dataKey, z.strictObject({ key: z.string().min(1).describe('Where it stands in the store, e.g. secret/viktor.'), property: z.string().min(1).optional().describe('Field of it.') }))
      .describe('Keys of the Secret, and where each comes from.'),
  })
  .describe('An ExternalSecret makes the Secret (external-secrets.io/v1; the operator must be there).')

export const secretSchema = z
  .strictObject({
    namespace: dnsLabel.optional().describe('Default: the declaration’s namespace.'),
    externalSecret: externalSecret.optional(),
    environment: z.record(dataKey, variable).optional().describe('Keys of the Secret, and the environment variable that `stowage apply` reads each from.'),
    file: z.record(dataKey, z.string().min(1)).optional().describe('Keys of the Secret, and the file that `stowage apply` reads each from.'),
  })
  .describe('A Secret. Either externalSecret, or environment and file.')

export const secretsSchema = z.record(dnsSubdomain, secretSchema).describe('Where the content of Secrets comes from, by the Secret’s name. Secrets that others make (SealedSecret, SOPS) need no entry.')
