/** A planned object as it stands in the cluster when what the plan waits for is true. */
import type { PlannedObject } from '@stowage/module'
import { isFields } from '../documents.ts'

type Fields = Readonly<Record<string, unknown>>

export function whenReady({ object, ready = {} }: PlannedObject): Fields {
  const conditions = (ready.conditions ?? []).map((type) => ({ type, status: 'True' }))
  const fields = Object.entries(ready.fields ?? {}).reduce<Fields>((value, [path, wanted]) => placed(value, path.split('.'), wanted), object)
  return conditions.length === 0 ? fields : placed(fields, ['status', 'conditions'], conditions)
}

/** A copy with the value at the path. */
function placed(value: Fields, [key, ...rest]: readonly string[], wanted: unknown): Fields {
  if (key === undefined) return value
  const inner = value[key]
  return { ...value, [key]: rest.length === 0 ? wanted : placed(isFields(inner) ? inner : {}, rest, wanted) }
}
