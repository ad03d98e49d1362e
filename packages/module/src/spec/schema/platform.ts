/** The distribution, mirrors and digests. */
import * as z from 'zod'

export const platformSchema = z.looseObject({}).describe('The distribution, mirrors and digests.')
