/** StorageClass parameters of every backend that the driver serves, and the failure that CreateVolume throws for bad ones. */
import type { Finding } from './finding.ts'
import { localParameterDescriptions } from './local-parameters.ts'
import type { ParameterDescription } from './parameter-reader.ts'
import { proxmoxParameterDescriptions } from './proxmox-parameters.ts'
import { StorageError } from './storage-error.ts'

export const parameterDescriptions: Readonly<Record<'proxmox' | 'local', readonly ParameterDescription[]>> = {
  proxmox: proxmoxParameterDescriptions,
  local: localParameterDescriptions,
}

/** Throws `invalid` with every error among the findings in one sentence; warnings do not matter here. */
export function throwForFindings(what: string, findings: readonly Finding[]): void {
  const errors = findings.filter(({ severity }) => severity === 'error')
  if (errors.length === 0) return
  const sentences = errors.map(({ message, remedy }) => (remedy === undefined ? message : `${message}; ${remedy}`))
  throw new StorageError('invalid', `${what}: ${sentences.join('. ')}`, { details: { findings: errors } })
}
