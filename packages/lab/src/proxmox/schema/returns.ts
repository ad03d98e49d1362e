import type { Property } from './method.ts'
import { isOn } from './method.ts'
import { perlPattern } from './pattern.ts'

/** Where `value` is not what the schema's `returns` promises; empty when it is. Booleans are 0 and 1 in Proxmox's JSON. */
export function returnFaults(schema: Property | undefined, value: unknown, path = 'data'): string[] {
  if (schema === undefined) return []
  if (value === undefined || value === null) return schema.type === 'null' || isOn(schema.optional) ? [] : [`${path} is missing`]
  const fault = scalarFault(schema, value)
  if (fault !== undefined) return [`${path}: ${fault}`]
  if (Array.isArray(value)) return value.flatMap((item, index) => returnFaults(schema.items, item, `${path}[${index}]`))
  return typeof value === 'object' ? objectFaults(schema, Object.entries(value), path) : []
}

function objectFaults(schema: Property, entries: readonly [string, unknown][], path: string): string[] {
  const given = new Map(entries)
  const properties = schema.properties ?? {}
  const promised = Object.entries(properties)
    .filter(([name]) => !name.endsWith('[n]'))
    .flatMap(([name, property]) => returnFaults(property, given.get(name), `${path}.${name}`))
  const closed = schema.additionalProperties !== undefined && Number(schema.additionalProperties) === 0
  const unknown = closed ? entries.filter(([name]) => !Object.hasOwn(properties, name)).map(([name]) => `${path}.${name} is not in the schema`) : []
  return [...promised, ...unknown]
}

function scalarFault(schema: Property, value: unknown): string | undefined {
  const fits: Readonly<Record<string, boolean>> = {
    string: typeof value === 'string',
    integer: Number.isSafeInteger(value),
    number: typeof value === 'number',
    boolean: value === 0 || value === 1,
    array: Array.isArray(value),
    object: typeof value === 'object' && !Array.isArray(value),
    null: false,
  }
  if (schema.type !== undefined && fits[schema.type] !== true) return `${JSON.stringify(value)} is not of type ${schema.type}`
  if (schema.enum !== undefined && !schema.enum.some((one) => String(one) === String(value))) return `${JSON.stringify(value)} is not one of ${schema.enum.join(', ')}`
  if (schema.pattern !== undefined && !perlPattern(schema.pattern).test(String(value))) return `${JSON.stringify(value)} does not match ${schema.pattern}`
  if (schema.minimum !== undefined && Number(value) < Number(schema.minimum)) return `${String(value)} is below ${schema.minimum}`
  return undefined
}
