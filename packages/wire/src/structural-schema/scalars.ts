/** Bounds of numbers and texts. */
import type { StructuralSchema } from '../crds/definition.ts'
import { invalidFault, tooLongFault } from './fault.ts'
import type { SchemaFault } from './fault.ts'

export function numberFaults(schema: StructuralSchema, value: number, field: string): readonly SchemaFault[] {
  const { minimum, maximum, multipleOf } = schema
  const range = ranges[schema.format ?? '']
  const isOut = schema.type === 'integer' && range !== undefined && (value < range.low || value > range.high || !Number.isInteger(value))
  const fault = (words: string): SchemaFault => invalidFault(field, value, `${field} in body should be ${words}`)
  return [
    ...(isOut ? [invalidFault('', '', `Checked value must be of type integer with format ${schema.format} in ${field}`)] : []),
    ...(multipleOf !== undefined && !Number.isInteger(value / multipleOf) ? [fault(`a multiple of ${multipleOf}`)] : []),
    ...(maximum !== undefined && (schema.exclusiveMaximum === true ? value >= maximum : value > maximum) ? [fault(`less than ${schema.exclusiveMaximum === true ? '' : 'or equal to '}${maximum}`)] : []),
    ...(minimum !== undefined && (schema.exclusiveMinimum === true ? value <= minimum : value < minimum) ? [fault(`greater than ${schema.exclusiveMinimum === true ? '' : 'or equal to '}${minimum}`)] : []),
  ]
}

const ranges: Readonly<Record<string, { readonly low: number; readonly high: number }>> = {
  int32: { low: -(2 ** 31), high: 2 ** 31 - 1 },
  int64: { low: -(2 ** 63), high: 2 ** 63 },
}

/** The first that fails is the only one that is said. */
export function stringFaults(schema: StructuralSchema, value: string, field: string): readonly SchemaFault[] {
  const { minLength, maxLength, pattern } = schema
  const length = [...value].length
  if (maxLength !== undefined && length > maxLength) return [tooLongFault(field, maxLength)]
  if (minLength !== undefined && length < minLength) return [invalidFault(field, value, `${field} in body should be at least ${minLength} chars long`)]
  if (pattern !== undefined && pattern !== '' && !expression(pattern).test(value)) return [invalidFault(field, value, `${field} in body should match '${pattern}'`)]
  return []
}

/** Go's RE2 knows escapes that the strict syntax of ECMAScript refuses. */
function expression(pattern: string): RegExp {
  try {
    return new RegExp(pattern, 'u')
  } catch {
    return new RegExp(pattern)
  }
}
