/** Findings that are accepted, by check and object, with a reason and an end. */
import * as z from 'zod'

export const acceptSchema = z.looseObject({}).describe('Findings that are accepted, by check and object, with a reason and an end.')
