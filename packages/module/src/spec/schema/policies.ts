/** Quotas, limit ranges, network policies. */
import * as z from 'zod'
import { className } from './class-name.ts'
import { dnsLabel, positiveInteger, size } from './words.ts'

const perClass = z
  .strictObject({
    storage: size.optional().describe('Most that all claims of the class may ask for together.'),
    claims: positiveInteger.optional().describe('Most claims of the class.'),
  })
  .describe('Of one class.')

const quota = z
  .strictObject({
    storage: size.optional().describe('Most that all claims of the namespace may ask for together, e.g. 1Ti.'),
    claims: positiveInteger.optional().describe('Most claims in the namespace.'),
    classes: z.record(className, perClass).optional().describe('Beside that, by class.'),
    claim: z
      .strictObject({ min: size.optional().describe('Smallest claim.'), max: size.optional().describe('Largest claim.') })
      .optional()
      .describe('What one claim may ask for (a LimitRange).'),
  })
  .describe('ResourceQuota and LimitRange of one namespace, which must be there.')

const cidr = z.string().regex(/^(?:\d{1,3}(?:\.\d{1,3}){3}|[0-9a-fA-F:]+)\/\d{1,3}$/, { error: 'must be a CIDR, e.g. 192.168.1.0/24' })

export const policiesSchema = z
  .strictObject({
    networkPolicies: z.boolean().describe('NetworkPolicies: nobody reaches the storage’s own pods but those who must. Default: false.'),
    nodeCIDRs: z.array(cidr).min(1).describe('Addresses of the nodes. Ceph’s clients are the nodes, so its daemons get a policy only with these.'),
    quotas: z.record(dnsLabel, quota).describe('Quotas on storage, by namespace.'),
  })
  .partial()
  .describe('Quotas, limit ranges, network policies.')
