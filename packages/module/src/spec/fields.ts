/** The fields of the declaration as data, read from the schema: for "did you mean", `explain`, and the reference. */
import * as z from 'zod'
import { declarationSchema } from './schema/declaration.ts'

export interface Field {
  readonly name: string
  readonly required: boolean
  readonly type: string
  readonly description?: string
  readonly schema: z.core.$ZodType
}

/** The fields that may stand under a path of the declaration, `[]` for its top; for `spec.classes` there are none, because names stand there. */
export function fieldsAt(path: readonly (string | number)[], root: z.core.$ZodType = declarationSchema): readonly Field[] {
  const schema = schemaAt(path, root)
  return schema === undefined ? [] : fieldsOf(schema)
}

/** The schema of what stands at a path; a name under a record (spec.classes.<name>) may be anything, or left out: `spec.classes.cache`. */
export function schemaAt(path: readonly (string | number)[], root: z.core.$ZodType = declarationSchema): z.core.$ZodType | undefined {
  let schema: z.core.$ZodType | undefined = root
  for (const part of path) schema = schema && stepInto(schema, part)
  return schema
}

function stepInto(outer: z.core.$ZodType, part: string | number): z.core.$ZodType | undefined {
  const schema = unwrap(outer)
  if (schema instanceof z.ZodObject) return Object.hasOwn(schema.shape, part) ? schema.shape[part] : undefined
  if (schema instanceof z.ZodRecord) return schema.valueType
  if (schema instanceof z.ZodArray) return schema.element
  return undefined
}

export function fieldsOf(outer: z.core.$ZodType): readonly Field[] {
  const schema = unwrap(outer)
  if (!(schema instanceof z.ZodObject)) return []
  return Object.entries(schema.shape).map(([name, field]: [string, z.core.$ZodType]) => {
    const description = descriptionOf(field)
    return { name, required: !(field instanceof z.ZodOptional), type: typeOf(field), schema: field, ...(description === undefined ? {} : { description }) }
  })
}

/** What stands under any name or index of this schema: the entries of a record, the items of a list. */
export function entryOf(outer: z.core.$ZodType): z.core.$ZodType | undefined {
  const schema = unwrap(outer)
  if (schema instanceof z.ZodRecord) return schema.valueType
  return schema instanceof z.ZodArray ? schema.element : undefined
}

/** What fields stand in: of a choice between a word and fields (`gfs` or schedules by name), the fields. */
export function unwrap(schema: z.core.$ZodType): z.core.$ZodType {
  if (schema instanceof z.ZodUnion) {
    const fields = schema.options.find((option) => !(option instanceof z.ZodLiteral))
    return fields === undefined ? schema : unwrap(fields)
  }
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNonOptional ? unwrap(schema.unwrap()) : schema
}

export function descriptionOf(schema: z.core.$ZodType): string | undefined {
  const own = schema instanceof z.ZodType ? schema.description : undefined
  return own ?? (schema instanceof z.ZodOptional || schema instanceof z.ZodNonOptional ? descriptionOf(schema.unwrap()) : undefined)
}

export function typeOf(outer: z.core.$ZodType): string {
  const given = outer instanceof z.ZodOptional ? outer.unwrap() : outer
  if (given instanceof z.ZodUnion) return given.options.map(typeOf).join(' | ')
  const schema = unwrap(outer)
  if (schema instanceof z.ZodEnum) return schema.options.join(' | ')
  if (schema instanceof z.ZodLiteral) return [...schema.values].map(String).join(' | ')
  if (schema instanceof z.ZodArray) return `list of ${typeOf(schema.element)}`
  if (schema instanceof z.ZodRecord) return `map of ${typeOf(schema.valueType)}`
  if (schema instanceof z.ZodObject) return 'object'
  if (schema instanceof z.ZodBoolean) return 'true | false'
  if (schema instanceof z.ZodNumber) return 'number'
  return 'text'
}
