/** How the real server shows what changed in a spec: the unified difference of its internal Go structs as JSON. */
import { structuredPatch } from 'diff'
import { kubernetesGoTypes } from '@stowage/wire/kubernetes'
import { isArray, isObject } from '../json.ts'
import type { Json, JsonObject } from '../json.ts'

/** Lines of a unified difference with three lines of context, without file names. */
export function goDiff(type: string, before: JsonObject, after: JsonObject): string {
  const text = (value: JsonObject): string => JSON.stringify(goJson(type, value), undefined, 1)
  const { hunks } = structuredPatch('a', 'b', text(before), text(after), '', '', { context: 3 })
  return hunks.map(hunk => `@@ -${range(hunk.oldStart, hunk.oldLines)} +${range(hunk.newStart, hunk.newLines)} @@\n${hunk.lines.filter(each => !each.startsWith('\\')).map(each => `${each}\n`).join('')}`).join('')
}

function range(start: number, length: number): string {
  return length === 1 ? String(start) : `${start},${length}`
}

/** The JSON of an internal Go value: every field is written, by its Go name. */
export function goJson(type: string, value: Json | undefined): Json {
  if (type.startsWith('*')) return value === undefined || value === null ? null : goJson(type.slice(1), value)
  if (type.startsWith('[]')) return isArray(value) ? value.map(each => goJson(type.slice(2), each)) : null
  const map = /^map\[\w+\](.+)$/.exec(type)
  if (map !== null) return isObject(value ?? null) && isObject(value) ? mapJson(map[1] ?? '', value) : null
  const alias = kubernetesGoTypes.aliases[type]
  if (alias !== undefined) return goJson(alias, value)
  if (kubernetesGoTypes.structs[type] !== undefined) return structJson(type, isObject(value ?? null) && isObject(value) ? value : {})
  return value ?? zeroOf(type)
}

function mapJson(type: string, value: JsonObject): Json {
  return Object.fromEntries(Object.keys(value).sort().map(key => [key, goJson(type, value[key])]))
}

function structJson(type: string, value: JsonObject): JsonObject {
  const out: Record<string, Json> = {}
  for (const [goName = '', jsonName = '', fieldType = ''] of kubernetesGoTypes.structs[type] ?? []) {
    if (goName === '') Object.assign(out, structJson(fieldType, value))
    else out[goName] = goJson(fieldType, value[jsonName])
  }
  return out
}

function zeroOf(type: string): Json {
  if (type === 'bool') return false
  if (/^u?int\d*$|^float/.test(type)) return 0
  if (type === 'resource.Quantity') return '0'
  return type === 'intstr.IntOrString' ? 0 : ''
}
