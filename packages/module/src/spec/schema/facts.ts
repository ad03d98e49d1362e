/** What is known of nodes and disks; each fact keeps its source. */
import * as z from 'zod'

export const factsSchema = z.looseObject({}).describe('What is known of nodes and disks; each fact keeps its source.')
