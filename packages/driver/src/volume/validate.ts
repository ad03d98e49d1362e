/** What the CSI spec demands of each request before anything is done (spec 1.13, "Controller Service RPC"). */
import { Size, StorageError } from '@stowage/core'
import type { CapacityRange, TopologyRequirement, VolumeCapability } from '@stowage/wire/csi'
import type { Topology } from './backend.ts'

export function required(value: string, what: string): string {
  if (value === '') throw new StorageError('invalid', `${what} is missing in the request`)
  return value
}

/** The spec's limit for a string field that names something: 128 bytes. */
export function volumeName(name: string): string {
  required(name, 'the volume name')
  const bytes = new TextEncoder().encode(name).length
  if (bytes > 128) throw new StorageError('invalid', `the volume name has ${bytes} bytes; CSI allows 128`)
  return name
}

export function volumeCapabilities(capabilities: readonly VolumeCapability[]): readonly VolumeCapability[] {
  if (capabilities.length === 0) throw new StorageError('invalid', 'volume capabilities are missing in the request')
  for (const capability of capabilities) volumeCapability(capability)
  return capabilities
}

export function volumeCapability(capability: VolumeCapability | undefined): VolumeCapability {
  if (capability === undefined) throw new StorageError('invalid', 'the volume capability is missing in the request')
  if (capability.block === undefined && capability.mount === undefined) throw new StorageError('invalid', 'a volume capability says neither block nor mount')
  if (capability.accessMode === undefined || capability.accessMode.mode === 'UNKNOWN') throw new StorageError('invalid', 'a volume capability has no access mode')
  return capability
}

export interface CapacityWish {
  readonly required?: Size
  readonly limit?: Size
}

export function capacityRange(range: CapacityRange | undefined): CapacityWish {
  const { requiredBytes = 0, limitBytes = 0 } = range ?? {}
  if (requiredBytes < 0 || limitBytes < 0) throw new StorageError('invalid', `a capacity cannot be negative (required ${requiredBytes}, limit ${limitBytes})`)
  if (limitBytes > 0 && requiredBytes > limitBytes) throw new StorageError('invalid', `the capacity asked for (${requiredBytes} bytes) is above its own limit (${limitBytes} bytes)`)
  return { ...(requiredBytes > 0 ? { required: Size.bytes(requiredBytes) } : {}), ...(limitBytes > 0 ? { limit: Size.bytes(limitBytes) } : {}) }
}

/** Preferred places in their order, then the other permitted ones. */
export function topologiesOf(requirement: TopologyRequirement | undefined): readonly Topology[] {
  const all = [...(requirement?.preferred ?? []), ...(requirement?.requisite ?? [])].map(({ segments }) => segments)
  const seen = new Set<string>()
  return all.filter((segments) => {
    const key = JSON.stringify(Object.entries(segments).sort())
    return seen.has(key) ? false : seen.add(key)
  })
}
