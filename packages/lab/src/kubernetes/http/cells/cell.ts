/** Words that the printers share. */
import { arrayAt, at, isObject, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonArray, JsonObject } from '../../api/json.ts'
import { sinceText } from '../human-duration.ts'

/** The cells of one row, in the order of the columns. */
export type Cells = (object: JsonObject, nowMs: number) => JsonArray

export const nameOf = (object: JsonObject): string => textAt(object, 'metadata', 'name')

export const age = (object: JsonObject, nowMs: number): string => sinceText(textAt(object, 'metadata', 'creationTimestamp'), nowMs)

export const count = (object: JsonObject, ...path: readonly string[]): number => {
  const found = at(object, ...path)
  return typeof found === 'number' ? found : 0
}

export const orNone = (text: string): string => (text === '' ? '<none>' : text)

export const isDeleting = (object: JsonObject): boolean => at(object, 'metadata', 'deletionTimestamp') !== undefined

const shortModes: Readonly<Record<string, string>> = { ReadWriteOnce: 'RWO', ReadOnlyMany: 'ROX', ReadWriteMany: 'RWX', ReadWriteOncePod: 'RWOP' }

/** `RWO,RWX`, in the order in which upstream writes them. */
export function accessModes(modes: JsonArray): string {
  const order = ['ReadWriteOnce', 'ReadOnlyMany', 'ReadWriteMany', 'ReadWriteOncePod']
  return order.filter(each => modes.includes(each)).map(each => shortModes[each]).join(',')
}

export function containerNames(template: Json | undefined): readonly [string, string] {
  const containers = arrayAt(template, 'spec', 'containers')
  return [containers.map(each => textAt(each, 'name')).join(','), containers.map(each => textAt(each, 'image')).join(',')]
}

/** `labels.FormatLabels`: `a=b,c=d`, or `<none>`. */
export function labelText(labels: JsonObject): string {
  return orNone(Object.keys(labels).sort().map(key => `${key}=${String(labels[key])}`).join(','))
}

/** A LabelSelector as kubectl writes it: `app=x,tier in (a,b),!gone`. */
export function selectorText(selector: Json | undefined): string {
  if (!isObject(selector)) return '<none>'
  const equal = Object.entries(objectAt(selector, 'matchLabels')).map(([key, value]) => [key, `${key}=${String(value)}`])
  const expressions = arrayAt(selector, 'matchExpressions').map(each => [textAt(each, 'key'), expressionText(each)])
  const all = [...equal, ...expressions].sort(([a = ''], [b = '']) => (a < b ? -1 : 1))
  return orNone(all.map(([, text]) => text).join(','))
}

function expressionText(expression: Json): string {
  const key = textAt(expression, 'key')
  const values = arrayAt(expression, 'values').map(String).sort().join(',')
  const words: Readonly<Record<string, string>> = { In: `${key} in (${values})`, NotIn: `${key} notin (${values})`, Exists: key, DoesNotExist: `!${key}` }
  return words[textAt(expression, 'operator')] ?? key
}
