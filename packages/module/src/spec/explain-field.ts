/** What may be written at a place of the declaration. */
import { descriptionOf, entryOf, fieldsOf, schemaAt, typeOf, unwrap, type Field } from './fields.ts'

export interface ExplainedField {
  /** As it was asked for; empty for the top. */
  readonly field: string
  readonly type: string
  readonly required: boolean
  readonly description?: string
  /** What may stand below it; below a map of names, what may stand under each name. */
  readonly fields: readonly Omit<Field, 'schema'>[]
}

/** `spec.classes.cache` and `spec.classes.fast.cache` are the same; undefined when there is no such field. */
export function explainField(field: string): ExplainedField | undefined {
  const path = field.split(/[.[\]]+/).filter((part) => part !== '')
  const full = fullPath(path)
  const schema = full && schemaAt(full)
  if (full === undefined || schema === undefined) return undefined
  const parent = schemaAt(full.slice(0, -1))
  const own = parent === undefined ? undefined : fieldsOf(parent).find(({ name }) => name === full.at(-1))
  const description = descriptionOf(schema)
  return {
    field,
    type: typeOf(schema),
    required: own?.required ?? false,
    ...(description === undefined ? {} : { description }),
    fields: fieldsOf(leafOf(schema)).map(({ name, type, required, description: text }) => ({ name, type, required, ...(text === undefined ? {} : { description: text }) })),
  }
}

/** Puts a name where a map of names was passed over, so that the schema can be walked. */
function fullPath(parts: readonly string[]): readonly string[] | undefined {
  const full: string[] = []
  for (const part of parts) {
    const here = schemaAt(full)
    if (here === undefined) return undefined
    const entry = entryOf(here)
    if (entry !== undefined && fieldsOf(entry).some(({ name }) => name === part)) full.push('<name>')
    full.push(part)
  }
  return full
}

function leafOf(schema: Parameters<typeof fieldsOf>[0]): Parameters<typeof fieldsOf>[0] {
  const entry = entryOf(schema)
  return entry === undefined ? unwrap(schema) : leafOf(entry)
}
