/** Ceph: a cluster that Rook runs here, and one that is there already. */
import * as z from 'zod'

export const rookCephSchema = z.looseObject({}).describe('Ceph: a cluster that Rook runs here, and one that is there already.')
export const cephSchema = z.looseObject({}).describe('Ceph: a cluster that Rook runs here, and one that is there already.')

/** Keys of a class of a Ceph backend. */
export const cephParameters = {} as const
