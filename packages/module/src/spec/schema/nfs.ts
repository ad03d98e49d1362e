/** An NFS server’s exports. */
import * as z from 'zod'

export const nfsSchema = z.looseObject({}).describe('An NFS server’s exports.')

/** Keys of a class of an NFS backend. */
export const nfsParameters = {} as const
