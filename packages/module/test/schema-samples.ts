/** Two different values for every field of a schema, each with the least around it that the schema demands. */
import * as z from 'zod'

type Schema = z.core.$ZodType

export interface FieldSample {
  /** `storage.nodes[].devices[].config.deviceClass`; `<name>` stands for the key of a record. */
  readonly field: string
  /** Whole values, which differ in that field and in nothing else. */
  readonly values: readonly [unknown, unknown]
}

const texts = [
  'one', 'two', '/one', '/two', '1', '2', '"', 'true', 'false', '10Gi', '20Gi', '10.0.0.0/24', '10.0.1.0/24', '10.0.0.1:6789', '10.0.0.2:6789', 'v1.20.6', 'v1.20.7', 'osd', 'mgr', '500m', '1',
  '7f3b2a10-52f4-4c2e-9d7e-0123456789ab', '7f3b2a10-52f4-4c2e-9d7e-0123456789ac', '100h', '200h', '-----BEGIN CERTIFICATE-----one', '-----BEGIN CERTIFICATE-----two',
]
const numbers = [1, 2, 3, 0, 0.5, 0.25, 100]

export function fieldSamples(schema: Schema, field = ''): readonly FieldSample[] {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) return Object.entries(inner.shape).flatMap(([name, child]: [string, Schema]) => wrapped(fieldSamples(child, joined(field, name)), (value) => ({ ...required(inner, name), [name]: value })))
  if (inner instanceof z.ZodRecord) {
    const key = String(leaves(inner.keyType)[0])
    return wrapped(fieldSamples(inner.valueType, joined(field, '<name>')), (value) => ({ [key]: value }))
  }
  if (inner instanceof z.ZodArray) return wrapped(fieldSamples(inner.element, `${field}[]`), (value) => [value])
  const [one, two] = leaves(inner)
  if (one === undefined || two === undefined) throw new Error(`no two values are known for ${field}: add some to the samples`)
  return [{ field, values: [one, two] }]
}

function wrapped(samples: readonly FieldSample[], wrap: (value: unknown) => unknown): readonly FieldSample[] {
  return samples.map(({ field, values: [one, two] }) => ({ field, values: [wrap(one), wrap(two)] }))
}

/** The least that an object must hold beside the field. */
function required(schema: z.ZodObject, beside?: string): object {
  return Object.fromEntries(
    Object.entries(schema.shape).flatMap(([name, child]: [string, Schema]) => (name === beside || child instanceof z.ZodOptional ? [] : [[name, least(child)]])),
  )
}

function least(schema: Schema): unknown {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodObject) return required(inner)
  if (inner instanceof z.ZodRecord) return {}
  if (inner instanceof z.ZodArray) return z.safeParse(inner, []).success ? [] : [least(inner.element)]
  return leaves(inner)[0]
}

/** Values that a leaf may have. */
function leaves(schema: Schema): readonly unknown[] {
  const inner = unwrapped(schema)
  if (inner instanceof z.ZodBoolean) return [true, false]
  if (inner instanceof z.ZodEnum) return inner.options
  return [...texts, ...numbers].filter((value) => z.safeParse(inner, value).success)
}

/** Of a choice between a word and fields, the fields. */
function unwrapped(schema: Schema): Schema {
  if (schema instanceof z.ZodUnion) return unwrapped(schema.options.find((option) => !(option instanceof z.ZodLiteral)) ?? z.unknown())
  return schema instanceof z.ZodOptional || schema instanceof z.ZodNonOptional ? unwrapped(schema.unwrap()) : schema
}

function joined(field: string, name: string): string {
  return field === '' ? name : `${field}.${name}`
}
