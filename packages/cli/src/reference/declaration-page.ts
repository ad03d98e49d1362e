/** docs/reference/declaration.md, made from the schema. */
import { declarationSchema } from '@stowage/module/spec/schema/declaration'
import { descriptionOf, entryOf, fieldsOf, typeOf, type Field } from '@stowage/module/spec/fields'
import { cell, generatedNote } from './markdown.ts'

type Schema = Field['schema']

export function declarationPage(): string {
  const sections = [...sectionsOf(declarationSchema, '')]
  return `# The declaration

${generatedNote('the schema in packages/module/src/spec/schema')}

One file, or several documents and files with the same \`metadata.name\`, in YAML or JSON, declare the storage of one cluster. An unknown key is a fault. In TypeScript the same value is \`defineStorage({...})\` of \`@stowage/module\`; for editors there is a JSON Schema (\`stowage schema\`, or packages/module/schema/storage.schema.json). Fields in **bold** are required.

${sections.join('\n')}`
}

function* sectionsOf(schema: Schema, path: string): Generator<string> {
  const fields = fieldsOf(schema)
  yield section(path, schema, fields)
  for (const field of fields) {
    const inner = path === '' ? field.name : `${path}.${field.name}`
    const [below, at] = leaf(field.schema, inner)
    if (fieldsOf(below).length > 0) yield* sectionsOf(below, at)
  }
}

/** A map of names is written \`<name>\`, a list \`[]\`. */
function leaf(schema: Schema, path: string): readonly [Schema, string] {
  const entry = entryOf(schema)
  if (entry === undefined) return [schema, path]
  return leaf(entry, typeOf(schema).startsWith('list') ? `${path}[]` : `${path}.<name>`)
}

function section(path: string, schema: Schema, fields: readonly Field[]): string {
  const rows = fields.map(({ name, required, type, description = '' }) => `| ${required ? `**${name}**` : name} | ${cell(type)} | ${cell(description)} |`)
  return `## ${path === '' ? 'The top' : `\`${path}\``}

${descriptionOf(schema) ?? ''}

| field | type | meaning |
|---|---|---|
${rows.join('\n')}
`
}
