import type { Property } from './method.ts'
import { isOn } from './method.ts'

/** A comma-separated property string, or Proxmox's complaint about its form. Values are not yet checked. */
export type ParsedPropertyString = { readonly values: Readonly<Record<string, string>> } | { readonly complaint: string }

/** PVE::JSONSchema::parse_property_string up to the check of the values. */
export function readPropertyString(text: string, format: Readonly<Record<string, Property>>): ParsedPropertyString {
  const defaultKey = Object.keys(format).find((key) => isOn(format[key]?.default_key))
  const values: Record<string, string> = {}
  for (const part of text.split(',')) {
    if (/^\s*$/.test(part)) continue
    const complaint = readPart(part, format, defaultKey, values)
    if (complaint !== undefined) return { complaint: `${complaint}\n` }
  }
  return { values }
}

function readPart(
  part: string,
  format: Readonly<Record<string, Property>>,
  defaultKey: string | undefined,
  values: Record<string, string>,
): string | undefined {
  const keyed = /^([^=]+)=(.+)$/s.exec(part)
  if (keyed === null) {
    if (part.includes('=')) return 'missing key in comma-separated list property'
    if (defaultKey === undefined) return 'value without key, but schema does not define a default key'
    if (values[defaultKey] !== undefined) return `duplicate key in comma-separated list property: ${defaultKey}`
    values[defaultKey] = part
    return undefined
  }
  const [, written = '', value = ''] = keyed
  if (values[written] !== undefined) return `duplicate key in comma-separated list property: ${written}`
  const alias = format[written]
  if (alias?.keyAlias !== undefined) values[alias.keyAlias] = written
  const key = alias?.alias ?? written
  const schema = format[key]
  if (schema === undefined) return `invalid key in comma-separated list property: ${key}`
  values[key] = schema.type === 'boolean' ? (normalBoolean(value) ?? value) : value
  return undefined
}

export function normalBoolean(value: string): '0' | '1' | undefined {
  if (/^(1|on|yes|true)$/i.test(value)) return '1'
  if (/^(0|off|no|false)$/i.test(value)) return '0'
  return undefined
}
