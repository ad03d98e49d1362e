/** Quotas, limit ranges, network policies. */
import * as z from 'zod'

export const policiesSchema = z.looseObject({}).describe('Quotas, limit ranges, network policies.')
