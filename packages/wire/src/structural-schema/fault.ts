/** One fault of an object, in the words of apimachinery's `field.Error`: what kube-apiserver puts among the causes of a 422. */
import { shownJson } from './json.ts'
import type { Json } from './json.ts'

export interface SchemaFault {
  /** `FieldValueRequired`, `FieldValueInvalid`, `FieldValueTypeInvalid`, `FieldValueNotSupported`, `FieldValueTooLong`, … */
  readonly reason: string
  /** Without the field: `Invalid value: 0: spec.size in body should be greater than or equal to 1`. */
  readonly message: string
  /** `spec.metadataPool.replicated.size`; `<nil>` where the server names none. */
  readonly field: string
}

const withDetail = (text: string, detail: string): string => (detail === '' ? text : `${text}: ${detail}`)

/** The server has no path for faults of the object as a whole. */
export const orNil = (field: string): string => (field === '' ? '<nil>' : field)

export function requiredFault(field: string, detail = ''): SchemaFault {
  return { reason: 'FieldValueRequired', message: withDetail('Required value', detail), field: orNil(field) }
}

export function forbiddenFault(field: string, detail: string): SchemaFault {
  return { reason: 'FieldValueForbidden', message: withDetail('Forbidden', detail), field: orNil(field) }
}

/** `value` undefined: the server leaves it out. */
export function invalidFault(field: string, value: Json | undefined, detail: string): SchemaFault {
  const text = value === undefined ? 'Invalid value' : `Invalid value: ${shownJson(value)}`
  return { reason: 'FieldValueInvalid', message: withDetail(text, detail), field: orNil(field) }
}

export function typeFault(field: string, value: string, detail: string): SchemaFault {
  return { reason: 'FieldValueTypeInvalid', message: `Invalid value: ${JSON.stringify(value)}: ${detail}`, field: orNil(field) }
}

export function unsupportedFault(field: string, value: Json, supported: readonly Json[]): SchemaFault {
  const list = supported.map((each) => JSON.stringify(typeof each === 'string' ? each : JSON.stringify(each))).join(', ')
  return { reason: 'FieldValueNotSupported', message: `Unsupported value: ${shownJson(value)}: supported values: ${list}`, field: orNil(field) }
}

export function tooLongFault(field: string, limit: number): SchemaFault {
  return { reason: 'FieldValueTooLong', message: `Too long: may not be more than ${limit} bytes`, field: orNil(field) }
}

export function tooManyFault(field: string, found: number, limit: number): SchemaFault {
  return { reason: 'FieldValueTooMany', message: `Too many: ${found}: must have at most ${limit} items`, field: orNil(field) }
}

export function duplicateFault(field: string, value: Json): SchemaFault {
  return { reason: 'FieldValueDuplicate', message: `Duplicate value: ${shownJson(value)}`, field: orNil(field) }
}

const blocking = new Set(['FieldValueNotSupported', 'FieldValueRequired', 'FieldValueTooLong', 'FieldValueTooMany', 'FieldValueTypeInvalid'])

/** Whether the server leaves the rules in CEL alone until these are mended. */
export function blocksRules(faults: readonly SchemaFault[]): boolean {
  return faults.some(({ reason }) => blocking.has(reason))
}

export const rulesNotChecked = 'some validation rules were not checked because the object was invalid; correct the existing errors to complete validation'
