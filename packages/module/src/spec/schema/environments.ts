/** What differs from environment to environment. */
import * as z from 'zod'
import { dnsLabel } from './words.ts'

const overlay = z
  .strictObject({
    metadata: z.looseObject({}).optional().describe('Over metadata; the name stays.'),
    spec: z.looseObject({}).optional().describe('Over spec: fields as there; null removes one, a list replaces the whole list.'),
  })
  .describe('Put over the declaration with --environment NAME; checked together with it in any case.')

export const environmentsSchema = z.record(dnsLabel, overlay).describe('What differs from environment to environment, by name. `stowage check` looks at each of them.')
