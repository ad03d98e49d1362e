/** Backups with Velero. */
import * as z from 'zod'

export const backupSchema = z.looseObject({}).describe('Backups with Velero.')
