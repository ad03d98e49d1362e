/** Findings that are accepted, by check and object, with a reason and an end. */
import * as z from 'zod'

export const acceptanceSchema = z
  .strictObject({
    check: z.string().min(1).describe('The finding’s rule, as it stands in brackets behind it, e.g. pool-needs-more-hosts.'),
    object: z.string().min(1).describe('What the finding is about, as `stowage check --json` shows it, e.g. pool/shared-fs-data.'),
    reason: z.string().regex(/\S/, { error: 'must be a reason that somebody else will understand' }).describe('Why it is accepted. Repeated wherever the finding is shown.'),
    until: z.iso.date({ error: 'must be a day like 2026-12-31' }).describe('Last day on which it is accepted, e.g. 2026-12-31. Afterwards it is refused again.'),
  })
  .describe('One finding that is accepted.')

export const acceptSchema = z.array(acceptanceSchema).describe('Refusals that are accepted: each becomes a warning that says so. Never one that would destroy data.')
