/** One fault of an object, in the words of apimachinery's `field.Error`. */
import type { Cause } from '../failures.ts'
import type { Json } from '../json.ts'

export type Faults = readonly Cause[]

function withDetail(text: string, detail: string): string {
  return detail === '' ? text : `${text}: ${detail}`
}

/** As Go marshals a bad value: maps in the order of their keys. */
export function shown(value: Json | undefined): string {
  if (value === undefined) return 'null'
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner) ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1))) : inner,
  )
}

export function required(field: string, detail = ''): Cause {
  return { reason: 'FieldValueRequired', message: withDetail('Required value', detail), field }
}

export function invalidValue(field: string, value: Json | undefined, detail: string): Cause {
  return { reason: 'FieldValueInvalid', message: withDetail(`Invalid value: ${shown(value)}`, detail), field }
}

export function notSupported(field: string, value: Json | undefined, supported: readonly string[]): Cause {
  const list = supported.map(each => JSON.stringify(each)).join(', ')
  return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${shown(value)}: supported values: ${list}`, field }
}

export function forbiddenField(field: string, detail: string): Cause {
  return { reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail), field }
}

export function duplicate(field: string, value: Json): Cause {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shown(value)}`, field }
}

export function notFoundValue(field: string, value: Json): Cause {
  return { reason: 'FieldValueNotFound', message: `Not found: ${shown(value)}`, field }
}

export const immutableText = 'field is immutable'
