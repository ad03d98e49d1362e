/** What is left of a declared value when its faults are cut out: every field may be missing, every item of a list be a hole. */
import { isMap } from '@stowage/core'
import * as z from 'zod'

export type Loosened<T> = T extends readonly (infer Item)[]
  ? readonly (Loosened<Item> | undefined)[]
  : T extends object
    ? { readonly [Key in keyof T]?: Loosened<T[Key]> | undefined }
    : T

/** A schema that takes whatever of a value is right, and drops the rest; it never fails. Slow: for declarations that have faults. */
export function loosened<S extends z.ZodType>(schema: S) {
  return z.preprocess((value) => rightPart(schema, value), z.custom<Loosened<z.output<S>>>(() => true))
}

function rightPart(outer: z.core.$ZodType, value: unknown): unknown {
  const schema = outer instanceof z.ZodOptional || outer instanceof z.ZodNonOptional ? outer.unwrap() : outer
  if (schema !== outer) return rightPart(schema, value)
  if (schema instanceof z.ZodArray) return Array.isArray(value) ? value.map((item) => rightPart(schema.element, item)) : undefined
  if (schema instanceof z.ZodObject) return isMap(value) ? rightFields(value, (key) => schema.shape[key]) : {}
  if (schema instanceof z.ZodRecord) return isMap(value) ? rightFields(value, () => schema.valueType) : undefined
  return z.safeParse(schema, value).success ? value : undefined
}

function rightFields(value: object, schemaOf: (key: string) => z.core.$ZodType | undefined): object {
  return Object.fromEntries(
    Object.entries(value).flatMap(([key, inner]: [string, unknown]) => {
      const schema = schemaOf(key)
      const kept = schema === undefined ? undefined : rightPart(schema, inner)
      return kept === undefined ? [] : [[key, kept]]
    }),
  )
}
