/** Label and field selectors, with the grammar of apimachinery's `labels` and `fields`. */
import { badRequest } from './failures.ts'
import { isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'

export type Matches = (object: JsonObject) => boolean
type LabelRequirement = (labels: Readonly<Record<string, Json>>) => boolean

const setBased = /^([^\s,!=()]+)\s+(in|notin)\s*\(([^()]*)\)$/
const equality = /^([^\s,!=()]+)\s*(==|=|!=)\s*([^\s,=()]*)$/
const comparison = /^([^\s,!=()<>]+)\s*([<>])\s*(-?\d+)$/

/** `undefined` or `''` match everything. Throws 400 with the server's words when it cannot be parsed. */
export function labelMatcher(selector: string | undefined): Matches | undefined {
  if (selector === undefined || selector.trim() === '') return undefined
  const requirements = splitTop(selector).map(part => labelRequirement(part.trim(), selector))
  return object => {
    const labels = labelsOf(object)
    return requirements.every(each => each(labels))
  }
}

export function labelsOf(object: JsonObject): Readonly<Record<string, Json>> {
  const metadata = object['metadata']
  const labels = isObject(metadata) ? metadata['labels'] : undefined
  return isObject(labels) ? labels : {}
}

function labelRequirement(part: string, whole: string): LabelRequirement {
  const set = setBased.exec(part)
  if (set !== null) {
    const [, key = '', operator, list = ''] = set
    const values = new Set(list.split(',').map(each => each.trim()))
    return operator === 'in' ? labels => has(labels, key) && values.has(String(labels[key])) : labels => !has(labels, key) || !values.has(String(labels[key]))
  }
  const equal = equality.exec(part)
  if (equal !== null) {
    const [, key = '', operator, value = ''] = equal
    return operator === '!=' ? labels => labels[key] !== value : labels => labels[key] === value
  }
  const compared = comparison.exec(part)
  if (compared !== null) {
    const [, key = '', operator, value] = compared
    return labels => has(labels, key) && (operator === '>' ? Number(labels[key]) > Number(value) : Number(labels[key]) < Number(value))
  }
  const exists = /^(!?)\s*([^\s,!=()<>]+)$/.exec(part)
  if (exists === null) throw badRequest(`unable to parse requirement: found '${part}' in "${whole}"`)
  const [, not, key = ''] = exists
  return not === '!' ? labels => !has(labels, key) : labels => has(labels, key)
}

function has(labels: Readonly<Record<string, Json>>, key: string): boolean {
  return Object.hasOwn(labels, key)
}

/** Splits at commas outside of parentheses. */
function splitTop(selector: string): readonly string[] {
  const parts: string[] = []
  let depth = 0
  let start = 0
  for (let index = 0; index < selector.length; index += 1) {
    if (selector[index] === '(') depth += 1
    if (selector[index] === ')') depth -= 1
    if (selector[index] === ',' && depth === 0) {
      parts.push(selector.slice(start, index))
      start = index + 1
    }
  }
  return [...parts, selector.slice(start)]
}

export interface FieldTerm {
  readonly field: string
  readonly value: string
  readonly equal: boolean
}

/** `metadata.name=x,spec.nodeName!=y`; backslash escapes as in `fields.EscapeValue`. */
export function parseFieldSelector(selector: string | undefined): readonly FieldTerm[] {
  if (selector === undefined || selector === '') return []
  const parts = selector.split(/(?<!\\),/).filter(each => each !== '')
  return parts.map(part => {
    const term = /^([^=!]+)(!=|==|=)(.*)$/.exec(part)
    if (term === null) throw badRequest(`invalid selector: '${selector}'; can't understand '${part}'`)
    const [, field = '', operator, value = ''] = term
    return { field, equal: operator !== '!=', value: value.replace(/\\([\\,=])/g, '$1') }
  })
}
