/** A class's fields as the strings of a StorageClass's `parameters`, in the schema's order. */
import { fstypeKey } from '@stowage/core'
import type { BuiltKind } from './driver-names.ts'
import { localParameters, proxmoxParameters } from './schema/classes.ts'

const keysOf = { proxmox: Object.keys(proxmoxParameters), local: Object.keys(localParameters) } as const

export function storageClassParameters(kind: BuiltKind, declared: object): Readonly<Record<string, string>> {
  const fields = new Map<string, unknown>(Object.entries(declared))
  const parameters = keysOf[kind].flatMap((key) => entry(key, fields.get(key)))
  return Object.fromEntries([...parameters, ...entry(fstypeKey, fields.get('fstype'))])
}

function entry(key: string, value: unknown): readonly (readonly [string, string])[] {
  if (value === undefined) return []
  return [[key, Array.isArray(value) ? value.join(',') : String(value)]]
}
