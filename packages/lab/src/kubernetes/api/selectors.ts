/** Label and field selectors as functions of objects. */
import { badRequest } from './failures.ts'
import { isObject } from './json.ts'
import type { Json, JsonObject } from './json.ts'
import { parseLabelSelector } from './label-parser.ts'
import type { LabelTerm } from './label-parser.ts'

export type Matches = (object: JsonObject) => boolean

/** `undefined` or `''` match everything. Throws 400 with the server's words when it cannot be parsed. */
export function labelMatcher(selector: string | undefined): Matches | undefined {
  if (selector === undefined || selector.trim() === '') return undefined
  const terms = parseLabelSelector(selector)
  return object => {
    const labels = labelsOf(object)
    return terms.every(each => holds(each, labels))
  }
}

export function labelsOf(object: JsonObject): Readonly<Record<string, Json>> {
  const metadata = object['metadata']
  const labels = isObject(metadata) ? metadata['labels'] : undefined
  return isObject(labels) ? labels : {}
}

function holds(term: LabelTerm, labels: Readonly<Record<string, Json>>): boolean {
  const value = Object.hasOwn(labels, term.key) ? String(labels[term.key]) : undefined
  const [only = ''] = term.values
  switch (term.operator) {
    case 'exists':
      return value !== undefined
    case '!':
      return value === undefined
    case '=':
      return value === only
    case '!=':
      return value !== only
    case 'in':
      return value !== undefined && term.values.includes(value)
    case 'notin':
      return value === undefined || !term.values.includes(value)
    case '>':
      return value !== undefined && Number(value) > Number(only)
    case '<':
      return value !== undefined && Number(value) < Number(only)
  }
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
