/** Snapshots: who runs the controller, and which class is the one for backups. */
import * as z from 'zod'

export const snapshotsSchema = z.looseObject({}).describe('Snapshots: who runs the controller, and which class is the one for backups.')
