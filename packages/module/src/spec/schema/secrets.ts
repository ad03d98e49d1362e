/** Where the content of Secrets comes from; never the content. */
import * as z from 'zod'

export const secretsSchema = z.looseObject({}).describe('Where the content of Secrets comes from; never the content.')
