/** managedFields entries on the wire and in the hand. */
import { at, isObject, objectAt, textAt } from '../json.ts'
import type { Json, JsonArray, JsonObject } from '../json.ts'
import { union } from './field-set.ts'
import type { FieldSet } from './field-set.ts'

export interface Entry {
  readonly manager: string
  readonly operation: 'Apply' | 'Update'
  readonly apiVersion: string
  readonly time: string
  readonly subresource?: string
  readonly fields: FieldSet
}

export function entriesOf(list: JsonArray): readonly Entry[] {
  return list.filter(each => isObject(each)).map(each => {
    const subresource = textAt(each, 'subresource')
    return {
      manager: textAt(each, 'manager'),
      operation: at(each, 'operation') === 'Apply' ? 'Apply' : 'Update',
      apiVersion: textAt(each, 'apiVersion'),
      time: textAt(each, 'time'),
      ...(subresource === '' ? {} : { subresource }),
      fields: objectAt(each, 'fieldsV1'),
    }
  })
}

export function sameManager(a: Entry, b: Entry): boolean {
  return a.manager === b.manager && a.operation === b.operation && a.apiVersion === b.apiVersion && a.subresource === b.subresource
}

/** In the server's order: Apply before Update, then by time, then by name. */
export function listOf(entries: readonly Entry[]): Json {
  return entries.toSorted(inOrder).map((each): JsonObject => ({
    manager: each.manager,
    operation: each.operation,
    apiVersion: each.apiVersion,
    ...(each.time === '' ? {} : { time: each.time }),
    fieldsType: 'FieldsV1',
    fieldsV1: each.fields,
    ...(each.subresource === undefined ? {} : { subresource: each.subresource }),
  }))
}

function inOrder(a: Entry, b: Entry): number {
  const parts: readonly (readonly [string, string])[] = [
    [a.operation, b.operation],
    [a.time, b.time],
    [a.manager, b.manager],
    [a.apiVersion, b.apiVersion],
    [a.subresource ?? '', b.subresource ?? ''],
  ]
  for (const [left, right] of parts) if (left !== right) return left < right ? -1 : 1
  return 0
}

const mostUpdaters = 10

/** More than ten updaters: the oldest become `ancient-changes`. */
export function capped(entries: readonly Entry[]): readonly Entry[] {
  const updaters = entries.filter(each => each.operation === 'Update').toSorted(inOrder)
  const surplus = updaters.length - mostUpdaters
  if (surplus <= 0) return entries
  const old = updaters.slice(0, surplus + 1)
  const last = old.at(-1)
  if (last === undefined) return entries
  const fields = old.reduce((sum: FieldSet, each) => union(sum, each.fields), {})
  const bucket: Entry = { manager: 'ancient-changes', operation: 'Update', apiVersion: last.apiVersion, time: last.time, fields }
  return [...entries.filter(each => !old.includes(each)), bucket]
}
