/** What an applied configuration of a custom resource cannot be: values of another type, items twice. structured-merge-diff's typed/validate.go. */
import { isArray, isObject } from '../json.ts'
import type { Json, JsonArray } from '../json.ts'
import type { ListNode, ScalarNode, SchemaNode } from '../schema/node.ts'
import { childOf } from '../schema/node.ts'
import { elementText } from './field-set.ts'
import { elementOf } from './typed.ts'

export function mistyped(node: SchemaNode, value: Json, path = ''): readonly string[] {
  if (value === null || node.kind === 'any') return []
  if (node.kind === 'scalar') return scalar(node, value).map(each => `${path}: ${each}`)
  if (node.kind === 'list') return isArray(value) ? list(node, value, path) : [`${path}: expected list, got ${shown(value)}`]
  if (!isObject(value)) return [`${path}: expected map, got ${shown(value)}`]
  return Object.entries(value).flatMap(([key, child]) => {
    const inner = childOf(node, key)
    return inner === undefined ? [] : mistyped(inner, child, `${path}.${key}`)
  })
}

function scalar({ type }: ScalarNode, value: Json): readonly string[] {
  if (type === 'integer' || type === 'number') return typeof value === 'number' ? [] : [`expected numeric (int or float), got ${goType(value)}`]
  if (type === 'boolean') return typeof value === 'boolean' ? [] : [`expected boolean, got ${shown(value)}`]
  if (type === 'intOrString') return typeof value === 'object' ? [`expected any scalar, got ${shown(value)}`] : []
  return typeof value === 'string' ? [] : [`expected string, got ${shown(value)}`]
}

function list(node: ListNode, value: JsonArray, path: string): readonly string[] {
  const seen = new Set<string>()
  return value.flatMap((item, index) => {
    if (node.listType === 'atomic') return mistyped(node.item, item, `${path}[${index}]`)
    const element = elementOf(node, item)
    const text = elementText(element)
    const twice = seen.has(element) ? [`${path}: duplicate entries for key ${text}`] : []
    seen.add(element)
    return [...twice, ...mistyped(node.item, item, path + text)]
  })
}

function goType(value: Json): string {
  if (isArray(value)) return '[]interface {}'
  if (isObject(value)) return 'map[string]interface {}'
  return typeof value === 'boolean' ? 'bool' : typeof value
}

function shown(value: Json): string {
  return `&{${typeof value === 'object' ? JSON.stringify(value) : String(value)}}`
}
