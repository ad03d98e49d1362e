/** The words from which the declaration is made: names, sizes, URLs. Each says in its message what to write. */
import { isDnsLabel, isDnsSubdomain, isDriverName, isProxmoxStorageId, isQualifiedName, sizeFault, Size } from '@stowage/core'
import * as z from 'zod'

/** Longest names first: 63 characters, `a-z0-9-`. */
export const dnsLabel = z
  .string()
  .refine(isDnsLabel, { error: 'must be a DNS label: at most 63 of a-z, 0-9 and "-", beginning and ending with a letter or digit' })

export const dnsSubdomain = z
  .string()
  .refine(isDnsSubdomain, { error: 'must be a DNS subdomain: at most 253 of a-z, 0-9, "-" and ".", each part beginning and ending with a letter or digit' })

export const driverName = z.string().refine(isDriverName, {
  error: 'must be a CSI driver name: at most 63 of a-z, 0-9, "-" and "."; a slash is not allowed (docker.io/hostpath cannot be one)',
})

export const storageId = z
  .string()
  .refine(isProxmoxStorageId, { error: 'must be a Proxmox storage id: a letter first, then letters, digits, "-", "_" and "."' })

export const qualifiedName = z.string().refine(isQualifiedName, { error: 'must be a label key: name, or prefix.example/name' })

export const labelValue = z
  .string()
  .regex(/^(?:[A-Za-z0-9](?:[-A-Za-z0-9_.]{0,61}[A-Za-z0-9])?)?$/, { error: 'must be a label value: at most 63 letters, digits, "-", "_" and "."' })

export const size = z.string().refine((text) => faultOfSize(text) === undefined, {
  error: (issue) => `is not a size: ${faultOfSize(String(issue.input)) ?? ''}`,
})

/** undefined when it is a size with a unit. A bare number would be bytes: nobody means that. */
export function faultOfSize(text: string): string | undefined {
  const parsed = Size.tryParse(text)
  if (parsed === undefined) return sizeFault(text)
  if (/^\d+$/.test(text.trim())) return `${text} would be bytes; write a unit, e.g. ${text}Gi`
  return parsed.bytes > 0n ? undefined : 'write a size above zero, e.g. 10Gi'
}

export const absolutePath = z
  .string()
  .refine((text) => text.startsWith('/') && !text.split('/').includes('..') && !text.includes('\0'), {
    error: 'must be an absolute path without "..", e.g. /var/lib/stowage',
  })

/** Ids of local volumes are made of it, so each directory must have one spelling only; the driver refuses the others, too. */
export const plainDirectory = absolutePath.refine((text) => text.slice(1).split('/').every((part) => part !== '' && part !== '.'), {
  error: 'must be an absolute path below / in plain form: without "." and "..", double slashes or a slash at its end, e.g. /var/lib/stowage',
})

export const accessMode = z.enum(['ReadWriteOnce', 'ReadWriteOncePod', 'ReadOnlyMany', 'ReadWriteMany'])

export const positiveInteger = z.int().min(1)
