/** The simple JSON paths of printer columns: `.spec.mon.count`, `.status.conditions[?(@.type=="Ready")].status`, `.spec.names[0]`, `.metadata.labels['a.b/c']`. */
import { arrayAt, at, isArray } from '../api/json.ts'
import type { Json, JsonObject } from '../api/json.ts'

type Step =
  | { readonly kind: 'key'; readonly key: string }
  | { readonly kind: 'index'; readonly index: number }
  | { readonly kind: 'where'; readonly path: readonly string[]; readonly value: string }

const step = /\.([A-Za-z_][\w-]*(?:\\\.[\w-]+)*)|\[(\d+)\]|\['([^']+)'\]|\[\?\(@\.([\w.]+)\s*==\s*['"]([^'"]*)['"]\)\]|\[\*\]/gy

/** The first value that the path leads to; undefined when it leads nowhere. Throws a SyntaxError for what is no such path. */
export function jsonPathValue(path: string, object: JsonObject): Json | undefined {
  let found: readonly Json[] = [object]
  for (const each of stepsOf(path)) found = found.flatMap(value => taken(each, value))
  return found[0]
}

function stepsOf(path: string): readonly Step[] {
  const steps: Step[] = []
  let end = 0
  for (const match of path.matchAll(step)) {
    end = match.index + match[0].length
    const [, key, index, quoted, where, value] = match
    if (index !== undefined) steps.push({ kind: 'index', index: Number(index) })
    else if (where !== undefined) steps.push({ kind: 'where', path: where.split('.'), value: value ?? '' })
    else if (key !== undefined || quoted !== undefined) steps.push({ kind: 'key', key: (quoted ?? key ?? '').replaceAll('\\.', '.') })
    else steps.push({ kind: 'where', path: [], value: '' })
  }
  if (end !== path.length) throw new SyntaxError(`${path} is no path of a printer column that is understood here`)
  return steps
}

function taken(each: Step, value: Json): readonly Json[] {
  if (each.kind === 'key') return orNone(at(value, each.key))
  if (each.kind === 'index') return orNone(at(value, each.index))
  const items = isArray(value) ? value : arrayAt({ value }, 'value')
  return each.path.length === 0 ? items : items.filter(item => at(item, ...each.path) === each.value)
}

function orNone(value: Json | undefined): readonly Json[] {
  return value === undefined ? [] : [value]
}
