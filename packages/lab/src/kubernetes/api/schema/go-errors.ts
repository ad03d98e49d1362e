/** The words of Go's JSON decoder for values of a wrong type. */
import { isArray, isObject } from '../json.ts'
import type { Json } from '../json.ts'
import type { SchemaNode } from './node.ts'

export function wrongType(value: Json, goType: string, place: { readonly fields: string; readonly owner: string }): Error {
  const where = place.owner === '' ? 'Go value' : `Go struct field ${place.owner}.${place.fields}`
  return new Error(`json: cannot unmarshal ${wordFor(value)} into ${where} of type ${goType}`)
}

function wordFor(value: Json): string {
  if (isArray(value)) return 'array'
  if (isObject(value)) return 'object'
  if (typeof value === 'number') return Number.isInteger(value) ? 'number' : `number ${value}`
  return typeof value === 'boolean' ? 'bool' : typeof value
}

export function goTypeOf(node: SchemaNode): string {
  switch (node.kind) {
    case 'any':
      return 'interface {}'
    case 'list':
      return `[]${goTypeOf(node.item)}`
    case 'map':
      return `map[string]${goTypeOf(node.value)}`
    case 'object':
      return node.goType
    case 'scalar':
      break
  }
  if (node.type === 'integer') return node.format === '' ? 'int64' : node.format
  if (node.type === 'boolean') return 'bool'
  return { quantity: 'resource.Quantity', time: 'v1.Time', microTime: 'v1.MicroTime', bytes: '[]uint8', number: 'float64', intOrString: 'intstr.IntOrString', string: 'string' }[node.type]
}
