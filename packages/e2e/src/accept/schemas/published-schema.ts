/** Kubernetes' OpenAPI v3 as JSON Schema: references become local, objects with known fields take no others. */
import type { Schema } from './strict-schema.ts'

const published = '#/components/schemas/'

/** The schema of one kind with every definition that it reaches. Throws when the data has no such definition. */
export function documentOf(root: Schema, definitions: Readonly<Record<string, Schema>>, required: readonly string[] = []): Schema {
  const closed = close(root)
  const base = isSchema(closed) ? closed : {}
  return { ...base, ...requiredWith(base, required), definitions: reached(closed, definitions) }
}

/** `$ref` → definition, over as many steps as there are; a definition may name itself. */
function reached(from: unknown, definitions: Readonly<Record<string, Schema>>): Readonly<Record<string, unknown>> {
  const found = new Map<string, unknown>()
  const open = referencesIn(from)
  for (let name = open.pop(); name !== undefined; name = open.pop()) {
    if (found.has(name)) continue
    const definition = definitions[name]
    if (definition === undefined) throw new Error(`a schema refers to ${name}, which the data does not hold`)
    const closed = close(definition)
    found.set(name, closed)
    open.push(...referencesIn(closed))
  }
  return Object.fromEntries(found)
}

function referencesIn(value: unknown): string[] {
  if (Array.isArray(value)) return value.flatMap(referencesIn)
  if (!isSchema(value)) return []
  return Object.entries(value).flatMap(([keyword, inner]) => (keyword === '$ref' && typeof inner === 'string' ? [inner.replace('#/definitions/', '')] : referencesIn(inner)))
}

/** Leaves out what says nothing of a value. `properties` holds names, not keywords. */
function close(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(close)
  if (!isSchema(value)) return value
  const kept = Object.entries(value).filter(([keyword]) => !keyword.startsWith('x-') && keyword !== 'default')
  const inner = Object.fromEntries(kept.map(([keyword, part]) => [keyword, keyword === 'properties' ? eachClosed(part) : keyword === '$ref' ? local(part) : close(part)]))
  return 'properties' in inner && !('additionalProperties' in inner) ? { ...inner, additionalProperties: false } : inner
}

function eachClosed(properties: unknown): unknown {
  return isSchema(properties) ? Object.fromEntries(Object.entries(properties).map(([name, schema]) => [name, close(schema)])) : properties
}

function local(reference: unknown): unknown {
  return typeof reference === 'string' ? reference.replace(published, '#/definitions/') : reference
}

function requiredWith(schema: Schema, names: readonly string[]): Schema {
  const { required } = schema
  const all = [...new Set([...(Array.isArray(required) ? required : []), ...names])]
  return all.length === 0 ? {} : { required: all }
}

function isSchema(value: unknown): value is Schema {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}
