/** What a volume carries with it from its class: what the attachment and the node will need. */
import type { ProxmoxParameters } from '@stowage/core'
import type { Parameters } from '../../volume/backend.ts'

const carried = ['storage', 'storageFormat', 'cache', 'aio', 'ssd', 'iothread', 'backup', 'diskIOPS', 'diskMBps', 'blockSize', 'inodeSize', 'replicate', 'replicateSchedule'] as const satisfies readonly (keyof ProxmoxParameters)[]

/** `stowage.dev/origin: blank` says that the disk was made empty: only such a disk may ever be formatted. */
export const originKey = 'stowage.dev/origin'

export function contextOfParameters(parameters: ProxmoxParameters, format: string): Parameters {
  const context: Record<string, string> = { [originKey]: 'blank', 'stowage.dev/format': format }
  for (const key of carried) {
    const value = parameters[key]
    if (value !== undefined) context[key] = String(value)
  }
  return context
}
