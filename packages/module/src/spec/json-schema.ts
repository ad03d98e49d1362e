/** The published JSON Schema (draft 2020-12) of the declaration, made from the same source as the types. */
import * as z from 'zod'
import { declarationSchema } from './schema/declaration.ts'

export const schemaId = 'https://stowage.dev/schema/v1alpha1/storage.schema.json'

export function jsonSchema(): Readonly<Record<string, unknown>> {
  const { $schema, ...schema } = z.toJSONSchema(declarationSchema, { io: 'input', unrepresentable: 'throw' })
  return { $schema, $id: schemaId, title: 'Stowage storage declaration', ...schema }
}

/** As it is published: two spaces, one newline at the end. */
export function jsonSchemaText(): string {
  return `${JSON.stringify(jsonSchema(), undefined, 2)}\n`
}
