/** What becomes of JSON that goes through Go's types: nulls and zero values dropped or written, quantities canonical, types checked. */
import { parseQuantity, printQuantity } from '@stowage/core/quantity'
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'
import type { KnownValues } from './known.ts'
import type { Field, ObjectNode, ScalarNode, SchemaNode } from './node.ts'
import { goTypeOf, wrongType } from './go-errors.ts'

export interface Decoding {
  /** Paths of unknown fields, `spec.containers[0].foo`. */
  readonly unknown: string[]
  /** Values that went through before. */
  readonly known?: KnownValues
}

/** Throws an Error with Go's words at the first value of a wrong type. */
export function roundTrip(node: SchemaNode, value: Json, decoding: Decoding): Json {
  return visit(node, value, { path: '', fields: '', owner: '' }, decoding)
}

interface Place {
  /** With indices, for unknown fields. */
  readonly path: string
  /** Without, as Go names a struct field. */
  readonly fields: string
  /** The innermost struct, `PodSpec`. */
  readonly owner: string
}

function visit(node: SchemaNode, value: Json, place: Place, decoding: Decoding): Json {
  if (decoding.known?.has(node, value) === true) return value
  switch (node.kind) {
    case 'any':
      return value
    case 'scalar':
      return scalarValue(node, value, place)
    case 'list':
      if (!isArray(value)) throw wrongType(value, goTypeOf(node), place)
      return value.map((each, index) => visit(node.item, each, { ...place, path: `${place.path}[${index}]` }, decoding))
    case 'map':
      if (!isObject(value)) throw wrongType(value, goTypeOf(node), place)
      return Object.fromEntries(Object.entries(value).map(([key, child]) => [key, visit(node.value, mapValue(node.value, child), { ...under(place, key), fields: place.fields }, decoding)]))
    case 'object':
      if (!isObject(value)) throw wrongType(value, goTypeOf(node), place)
      return objectValue(node, value, place, decoding)
  }
}

/** A null in a map of scalars is Go's zero value. */
function mapValue(node: SchemaNode, value: Json): Json {
  return value === null && node.kind === 'scalar' ? zeroOf(node) : value
}

function under(place: Place, key: string, owner = place.owner): Place {
  return { path: place.path === '' ? key : `${place.path}.${key}`, fields: place.fields === '' ? key : `${place.fields}.${key}`, owner }
}

function objectValue(node: ObjectNode, value: JsonObject, place: Place, decoding: Decoding): JsonObject {
  const fields = node.fields()
  const owner = node.goType.split('.').at(-1) ?? ''
  const out: Record<string, Json> = {}
  for (const [key, child] of Object.entries(value)) {
    const field = fields.get(key)
    if (field === undefined) {
      if (node.open) out[key] = child
      else decoding.unknown.push(under(place, key).path)
      continue
    }
    const kept = fieldValue(field, child, under(place, key, owner), decoding, node.name === '')
    if (kept !== undefined) out[key] = kept
  }
  for (const [key, field] of fields) if (out[key] === undefined && isAlwaysWritten(field)) out[key] = writtenZero(field)
  return out
}

function fieldValue(field: Field, value: Json, place: Place, decoding: Decoding, isCustom: boolean): Json | undefined {
  if (value === null) return isCustom && field.nullable ? null : undefined
  const seen = visit(field.node, value, place, decoding)
  return field.go === 'omit' && isZero(seen) ? undefined : seen
}

function isZero(value: Json): boolean {
  if (isArray(value)) return value.length === 0
  if (isObject(value)) return Object.keys(value).length === 0
  return value === '' || value === 0 || value === false
}

function isAlwaysWritten(field: Field): boolean {
  return field.go === 'keep' || field.go === 'null'
}

/** What Go writes for a field that is always written and was not set. */
function writtenZero({ node, go }: Field): Json {
  if (go === 'null') return null
  if (node.kind === 'scalar') return zeroOf(node)
  if (node.kind !== 'object') return null
  const zeroes = [...node.fields()].filter(([, field]) => isAlwaysWritten(field)).map(([key, field]) => [key, writtenZero(field)])
  return Object.fromEntries(zeroes)
}

function zeroOf(node: ScalarNode): Json {
  if (node.type === 'boolean') return false
  if (node.type === 'integer' || node.type === 'number' || node.type === 'intOrString') return 0
  if (node.type === 'quantity') return '0'
  return node.type === 'time' || node.type === 'microTime' ? null : ''
}

const quantityWords = "quantities must match the regular expression '^([+-]?[0-9.]+)([eEinumkKMGTP]*[-+]?[0-9]*)$'"

function scalarValue(node: ScalarNode, value: Json, place: Place): Json {
  switch (node.type) {
    case 'quantity':
      return quantityValue(value)
    case 'intOrString':
      if (typeof value !== 'string' && typeof value !== 'number') throw wrongType(value, 'int32', place)
      return value
    case 'time':
    case 'microTime':
      return timeValue(value, place, node.type)
    case 'boolean':
      if (typeof value !== 'boolean') throw wrongType(value, goTypeOf(node), place)
      return value
    case 'integer':
      if (typeof value !== 'number' || !Number.isInteger(value)) throw wrongType(value, goTypeOf(node), place)
      return value
    case 'number':
      if (typeof value !== 'number') throw wrongType(value, goTypeOf(node), place)
      return value
    default:
      if (typeof value !== 'string') throw wrongType(value, goTypeOf(node), place)
      return value
  }
}

function quantityValue(value: Json): Json {
  const quantity = typeof value === 'string' || typeof value === 'number' ? parseQuantity(String(value)) : undefined
  if (quantity === undefined) throw new Error(quantityWords)
  return printQuantity(quantity)
}

const wholeSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\dZ$/
const microSeconds = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d\.\d{6}Z$/

function timeValue(value: Json, place: Place, type: 'time' | 'microTime'): Json {
  if (typeof value !== 'string') throw wrongType(value, type === 'time' ? 'v1.Time' : 'v1.MicroTime', place)
  if (type === 'time' ? wholeSeconds.test(value) : microSeconds.test(value)) return value
  const parsed = Date.parse(value)
  if (Number.isNaN(parsed)) throw new Error(`parsing time "${value}" as "2006-01-02T15:04:05Z07:00": cannot parse "${value}" as "2006"`)
  if (type === 'time') return `${new Date(parsed).toISOString().slice(0, 19)}Z`
  return new Date(parsed).toISOString().replace('Z', '000Z')
}

