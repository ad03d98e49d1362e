import { dnsSubdomain } from './words.ts'

/** Name of a StorageClass. */
export const className = dnsSubdomain
