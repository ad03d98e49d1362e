/** JSON as CEL sees it through a schema: whole numbers are integers, and names that are words of CEL are escaped. */
import type { StructuralSchema } from '../crds/definition.ts'
import { isJsonArray, isJsonObject } from './json.ts'
import type { Json } from './json.ts'
import { memberSchema } from './value-faults.ts'

/** apiserver's pkg/cel/escaping: a property of such a name is `__name__` in a rule. */
const reserved = new Set([
  'true', 'false', 'null', 'in', 'as', 'break', 'const', 'continue', 'else', 'for', 'function', 'if', 'import', 'let', 'loop', 'package', 'namespace',
  'return', 'var', 'void', 'while',
])

export function inCel(schema: StructuralSchema | undefined, value: Json): unknown {
  if (typeof value === 'number') return Number.isInteger(value) && schema?.type !== 'number' ? BigInt(value) : value
  if (isJsonArray(value)) return value.map((each) => inCel(schema?.items, each))
  if (!isJsonObject(value)) return value
  return Object.fromEntries(Object.entries(value).map(([key, child]) => [named(schema, key), inCel(schema === undefined ? undefined : memberSchema(schema, key), child)]))
}

/** Keys of maps are data and stay as they are. */
function named(schema: StructuralSchema | undefined, key: string): string {
  const isProperty = schema?.properties !== undefined && Object.hasOwn(schema.properties, key)
  if (!isProperty) return key
  if (reserved.has(key)) return `__${key}__`
  return key.replaceAll('__', '__underscores__').replaceAll('.', '__dot__').replaceAll('-', '__dash__').replaceAll('/', '__slash__')
}
