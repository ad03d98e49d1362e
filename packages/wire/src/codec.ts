/** Encodes and decodes the messages of a wire table. The bytes are protobufjs' business, the rules of proto3 are here. */
import { StorageError } from '@stowage/core'
import protobuf from 'protobufjs/minimal.js'
import { camelCase, type FieldSchema, type WireSchema } from './message-schema.ts'

/** Every field may be left out: it is then the default of its type. */
export type Encodable<T> = T extends readonly (infer Item)[]
  ? readonly Encodable<Item>[]
  : T extends object
    ? { readonly [Key in keyof T]?: Encodable<T[Key]> | undefined }
    : T

export interface Codec<Messages> {
  /** Throws `invalid` for an unknown field, a wrong type, two members of a oneof, or an int64 that is not a safe integer. */
  encode<Name extends keyof Messages & string>(name: Name, message: Encodable<Messages[Name]>): Uint8Array
  /**
   * Missing scalars are their defaults, missing lists `[]`, missing maps `{}`, missing messages and wrappers undefined; unknown fields are
   * skipped; an unknown enum value is the enum's zero. Throws `invalid` for bytes that are no such message.
   */
  decode<Name extends keyof Messages & string>(name: Name, bytes: Uint8Array): Messages[Name]
  /** A copy for logs: every field that the spec marks as secret is `«redacted»`, at any depth. */
  withoutSecrets(name: keyof Messages & string, message: unknown): unknown
}

type Plain = Record<string, unknown>
type Writer = ReturnType<typeof protobuf.Writer.create>
type Reader = ReturnType<typeof protobuf.Reader.create>

interface Field extends FieldSchema {
  readonly property: string
  readonly path: string
}

interface Scalar {
  readonly wireType: 0 | 2
  readonly zero: unknown
  readonly write: (writer: Writer, value: unknown, path: string) => void
  readonly read: (reader: Reader, path: string) => unknown
}

const scalars: Readonly<Record<string, Scalar>> = {
  string: {
    wireType: 2,
    zero: '',
    write: (writer, value, path) => writer.string(typeof value === 'string' ? value : refuse(path, value, 'a text')),
    read: (reader) => reader.string(),
  },
  bytes: {
    wireType: 2,
    zero: new Uint8Array(),
    write: (writer, value, path) => writer.bytes(value instanceof Uint8Array ? value : refuse(path, value, 'bytes')),
    read: (reader) => Uint8Array.from(reader.bytes()),
  },
  bool: {
    wireType: 0,
    zero: false,
    write: (writer, value, path) => writer.bool(typeof value === 'boolean' ? value : refuse(path, value, 'true or false')),
    read: (reader) => reader.bool(),
  },
  int32: {
    wireType: 0,
    zero: 0,
    write: (writer, value, path) => writer.int32(typeof value === 'number' && (value | 0) === value ? value : refuse(path, value, 'a 32-bit integer')),
    read: (reader) => reader.int32(),
  },
  int64: {
    wireType: 0,
    zero: 0,
    write: (writer, value, path) => writer.int64(typeof value === 'number' && Number.isSafeInteger(value) ? value : refuse(path, value, 'a safe integer')),
    read: (reader, path) => {
      const value = Number(reader.int64())
      return Number.isSafeInteger(value) ? value : refuse(path, value, 'an integer below 2^53')
    },
  },
}

/** google.protobuf's messages that are used, as fields of their own. */
const wellKnown: Readonly<Record<string, { readonly fields: Readonly<Record<string, FieldSchema>>; readonly wrapper: boolean }>> = {
  'google.protobuf.BoolValue': { wrapper: true, fields: { value: { number: 1, type: 'bool' } } },
  'google.protobuf.Int64Value': { wrapper: true, fields: { value: { number: 1, type: 'int64' } } },
  'google.protobuf.Timestamp': { wrapper: false, fields: { seconds: { number: 1, type: 'int64' }, nanos: { number: 2, type: 'int32' } } },
}

export function createCodec<Messages>(schema: WireSchema): Codec<Messages> {
  const messages = new Map(Object.entries({ ...wellKnown, ...schema.messages }).map(([name, { fields }]) => [name, readFields(name, fields)]))
  const enums = new Map(Object.entries(schema.enums).map(([name, values]) => [name, enumScalar(name, values)]))

  const fieldsOf = (name: string): readonly Field[] => messages.get(name) ?? refuse(name, name, `a message of ${schema.package}`)
  const scalarOf = (type: string | undefined): Scalar | undefined => scalars[type ?? ''] ?? enums.get(type ?? '')

  function write(writer: Writer, name: string, message: unknown, path: string): Writer {
    const plain = isPlain(message) ? message : refuse(path, message, 'an object')
    const fields = fieldsOf(name)
    const used = new Map<string, string>()
    for (const [property, value] of Object.entries(plain)) {
      const field = fields.find((candidate) => candidate.property === property) ?? refuse(`${path}.${property}`, value, `a field of ${name}`)
      if (value === undefined) continue
      if (field.oneof !== undefined) noteMember(used, field.oneof, field, path)
      writeField(writer, field, value, `${path}.${property}`)
    }
    return writer
  }

  function writeField(writer: Writer, field: Field, value: unknown, path: string): void {
    if (field.map !== undefined) return writeMap(writer, field, value, path)
    if (field.repeated !== true) return writeOne(writer, field, value, path, field.oneof !== undefined)
    const items: readonly unknown[] = Array.isArray(value) ? value : refuse(path, value, 'a list')
    items.forEach((item, index) => writeOne(writer, field, item, `${path}[${index}]`, true))
  }

  function writeOne(writer: Writer, field: Field, value: unknown, path: string, evenDefault: boolean): void {
    const scalar = scalarOf(field.type)
    if (scalar !== undefined) {
      const isDefault = value === scalar.zero || (value instanceof Uint8Array && value.length === 0)
      if (evenDefault || !isDefault) scalar.write(writer.uint32((field.number << 3) | scalar.wireType), value, path)
      return
    }
    const type = field.type ?? ''
    const inner = wellKnown[type]?.wrapper === true ? { value } : value
    write(writer.uint32((field.number << 3) | 2).fork(), type, inner, path).ldelim()
  }

  function writeMap(writer: Writer, field: Field, value: unknown, path: string): void {
    const entries = Object.entries(isPlain(value) ? value : refuse(path, value, 'a map of texts'))
    for (const [key, text] of entries) {
      if (text === undefined) continue
      const inner = typeof text === 'string' ? text : refuse(`${path}.${key}`, text, 'a text')
      writer.uint32((field.number << 3) | 2).fork().uint32(10).string(key).uint32(18).string(inner).ldelim()
    }
  }

  function read(reader: Reader, end: number, name: string): Plain {
    const fields = fieldsOf(name)
    const message = emptyMessage(fields, scalarOf)
    while (reader.pos < end) {
      const tag = reader.uint32()
      const field = fields.find(({ number }) => number === tag >>> 3)
      if (field === undefined) reader.skipType(tag & 7)
      else readField(reader, field, message, fields, tag & 7)
    }
    return message
  }

  function readField(reader: Reader, field: Field, message: Plain, fields: readonly Field[], wireType: number): void {
    const scalar = scalarOf(field.type)
    const existing = message[field.property]
    if (field.map !== undefined) return readMapEntry(reader, existing)
    if (field.repeated === true && Array.isArray(existing)) {
      if (scalar?.wireType === 0 && wireType === 2) return readPacked(reader, scalar, field, existing)
      existing.push(readOne(reader, field, scalar))
      return
    }
    for (const other of fields) if (other.oneof !== undefined && other.oneof === field.oneof) delete message[other.property]
    message[field.property] = readOne(reader, field, scalar)
  }

  function readOne(reader: Reader, field: Field, scalar: Scalar | undefined): unknown {
    if (scalar !== undefined) return scalar.read(reader, field.path)
    const length = reader.uint32()
    const inner = read(reader, reader.pos + length, field.type ?? '')
    return wellKnown[field.type ?? '']?.wrapper === true ? inner['value'] : inner
  }

  return {
    encode: (name, message) => write(protobuf.Writer.create(), name, message, name).finish(),
    decode: (name, bytes) => {
      try {
        // The table decides the shape, and the generated types are made from the same table.
        return read(protobuf.Reader.create(bytes), bytes.length, name) as Messages[typeof name]
      } catch (cause) {
        if (cause instanceof StorageError) throw cause
        throw new StorageError('invalid', `cannot decode ${name} from ${bytes.length} bytes: ${cause instanceof Error ? cause.message : String(cause)}`, { cause })
      }
    },
    withoutSecrets: (name, message) => stripSecrets(name, message, fieldsOf, (type) => messages.has(type)),
  }
}

function readFields(name: string, fields: Readonly<Record<string, FieldSchema>>): readonly Field[] {
  return Object.entries(fields).map(([key, field]) => ({ ...field, property: camelCase(key), path: `${name}.${camelCase(key)}` }))
}

function enumScalar(name: string, values: Readonly<Record<string, number>>): Scalar {
  const names = new Map(Object.entries(values).map(([key, number]) => [number, key]))
  const zero = names.get(0)
  return {
    wireType: 0,
    zero,
    write: (writer, value, path) => writer.int32((typeof value === 'string' && Object.hasOwn(values, value) ? values[value] : undefined) ?? refuse(path, value, `a value of ${name}`)),
    read: (reader) => names.get(reader.int32()) ?? zero,
  }
}

function emptyMessage(fields: readonly Field[], scalarOf: (type: string | undefined) => Scalar | undefined): Plain {
  const message: Plain = {}
  for (const { property, map, repeated, oneof, type } of fields) {
    if (map !== undefined) message[property] = {}
    else if (repeated === true) message[property] = []
    else if (oneof === undefined && scalarOf(type) !== undefined) message[property] = scalarOf(type)?.zero
  }
  return message
}

function readMapEntry(reader: Reader, map: unknown): void {
  const end = reader.uint32() + reader.pos
  let [key, value] = ['', '']
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag === 10) key = reader.string()
    else if (tag === 18) value = reader.string()
    else reader.skipType(tag & 7)
  }
  // defineProperty: a key such as `__proto__` is data like any other.
  Object.defineProperty(map, key, { value, enumerable: true, writable: true, configurable: true })
}

function readPacked(reader: Reader, scalar: Scalar, field: Field, items: unknown[]): void {
  const end = reader.uint32() + reader.pos
  while (reader.pos < end) items.push(scalar.read(reader, field.path))
}

function noteMember(used: Map<string, string>, oneof: string, field: Field, path: string): void {
  const other = used.get(oneof)
  if (other !== undefined) refuse(path, { [other]: '…', [field.property]: '…' }, `one of ${other} and ${field.property}`)
  used.set(oneof, field.property)
}

function stripSecrets(name: string, message: unknown, fieldsOf: (name: string) => readonly Field[], isMessage: (type: string) => boolean): unknown {
  if (!isPlain(message)) return message
  const fields = fieldsOf(name)
  return Object.fromEntries(
    Object.entries(message).map(([property, value]) => {
      const field = fields.find((candidate) => candidate.property === property)
      if (field?.secret === true) return [property, isEmpty(value) ? value : '«redacted»']
      const type = field?.type
      if (type === undefined || !isMessage(type)) return [property, value]
      if (Array.isArray(value)) return [property, value.map((item) => stripSecrets(type, item, fieldsOf, isMessage))]
      return [property, stripSecrets(type, value, fieldsOf, isMessage)]
    }),
  )
}

function isEmpty(value: unknown): boolean {
  return value === undefined || value === '' || (isPlain(value) && Object.keys(value).length === 0)
}

function isPlain(value: unknown): value is Plain {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
}

/** Says the type only: the value may be a secret. */
function refuse(path: string, value: unknown, wanted: string): never {
  const seen = typeof value === 'number' ? String(value) : Array.isArray(value) ? 'a list' : `a ${typeof value}`
  throw new StorageError('invalid', `cannot put ${seen} on the wire: ${path} must be ${wanted}`)
}
