/** docs/reference/declaration.md, made from the schema. */
import { declarationSchema } from '@stowage/module/spec/schema/declaration'
import { descriptionOf, entryOf, fieldsOf, typeOf, unwrap, type Field } from '@stowage/module/spec/fields'
import { cell, generatedNote } from './markdown.ts'

type Schema = Field['schema']

export function declarationPage(): string {
  const sections = [...sectionsOf(declarationSchema, '', new Map())]
  return `# The declaration

${generatedNote('the schema in packages/module/src/spec/schema')}

One file, or several documents and files with the same \`metadata.name\`, in YAML or JSON, declare the storage of one cluster. An unknown key is a fault. In TypeScript the same value is \`defineStorage({...})\` of \`@stowage/module\`; for editors there is a JSON Schema (\`stowage schema\`, or packages/module/schema/storage.schema.json). Fields in **bold** are required.

${sections.join('\n')}`
}

/** What stands in several places is described at the first, and the others name it. */
function* sectionsOf(schema: Schema, path: string, seen: Map<object, string>): Generator<string> {
  const fields = fieldsOf(schema)
  const shape = shapeOf(schema)
  const first = shape && seen.get(shape)
  if (first !== undefined) {
    yield `## \`${path}\`\n\n${descriptionOf(schema) ?? ''}\n\nThe fields are those of \`${first}\`.\n`
    return
  }
  if (shape !== undefined) seen.set(shape, path)
  yield section(path, schema, fields)
  for (const field of fields) {
    const inner = path === '' ? field.name : `${path}.${field.name}`
    const [below, at] = leaf(field.schema, inner)
    if (fieldsOf(below).length > 0) yield* sectionsOf(below, at, seen)
  }
}

/** The same object for a schema and for the copies of it that carry another description. */
function shapeOf(outer: Schema): object | undefined {
  const schema = unwrap(outer)
  return 'shape' in schema && typeof schema.shape === 'object' && schema.shape !== null ? schema.shape : undefined
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
