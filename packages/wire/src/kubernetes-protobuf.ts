/**
 * Reading application/vnd.kubernetes.protobuf: Go clients send it by preference, and some have no other way.
 * Field ids and types are those of the published generated.proto files. Writing it is not needed: clients take JSON answers.
 */
import { isMap } from '@stowage/core'
import { Reader } from 'protobufjs/minimal.js'
import messages from './data/kubernetes/protobuf.json' with { type: 'json' }

interface ProtobufField {
  readonly id: number
  readonly type: string
  readonly rule?: string
  readonly keyType?: string
  readonly inline?: boolean
}

const fieldsByMessage: Readonly<Record<string, Readonly<Record<string, ProtobufField>>>> = messages

const unknown = 'k8s.io.apimachinery.pkg.runtime.Unknown'
const magic = [0x6b, 0x38, 0x73, 0x00]

/** The object in the JSON form of its kind. Throws an Error that says what could not be read. */
export function decodeKubernetesProtobuf(bytes: Uint8Array): Record<string, unknown> {
  if (!magic.every((each, index) => bytes[index] === each)) throw new Error('provided data does not appear to be a protobuf message, expected prefix [107 56 115 0]')
  const envelope = decodeMessage(unknown, new Reader(bytes.subarray(magic.length)))
  const { apiVersion, kind } = isMap(envelope['typeMeta']) ? envelope['typeMeta'] : {}
  const raw = envelope['raw']
  if (typeof apiVersion !== 'string' || typeof kind !== 'string') throw new Error('the protobuf envelope names no kind')
  const name = messageOf(apiVersion, kind)
  if (name === undefined) throw new Error(`no kind "${kind}" is registered for version "${apiVersion}"`)
  const content = typeof raw === 'string' ? Buffer.from(raw, 'base64') : new Uint8Array()
  return { apiVersion, kind, ...decodeMessage(name, new Reader(content)) }
}

function messageOf(apiVersion: string, kind: string): string | undefined {
  const [version = '', group = ''] = apiVersion.split('/').toReversed()
  const candidates = [
    `k8s.io.api.${group === '' ? 'core' : group.split('.')[0]}.${version}.${kind}`,
    `k8s.io.apiextensions_apiserver.pkg.apis.apiextensions.${version}.${kind}`,
    `k8s.io.apimachinery.pkg.apis.meta.v1.${kind}`,
  ]
  return candidates.find(each => Object.hasOwn(fieldsByMessage, each))
}

function decodeMessage(name: string, reader: Reader): Record<string, unknown> {
  const fields = new Map(Object.entries(fieldsByMessage[name] ?? {}).map(([key, field]) => [field.id, { key, field }]))
  const out: Record<string, unknown> = {}
  while (reader.pos < reader.len) {
    const tag = reader.uint32()
    const known = fields.get(tag >>> 3)
    if (known === undefined) reader.skipType(tag & 7)
    else place(out, known.key, known.field, reader)
  }
  return out
}

function place(out: Record<string, unknown>, key: string, field: ProtobufField, reader: Reader): void {
  if (field.keyType !== undefined) {
    const [entryKey, value] = mapEntry(field, reader)
    const map = out[key]
    out[key] = { ...(isMap(map) ? map : {}), [entryKey]: value }
    return
  }
  const value = valueOf(field.type, reader)
  const list = out[key]
  if (field.rule === 'repeated') out[key] = [...(Array.isArray(list) ? list : []), value]
  else if (field.inline === true && isMap(value)) Object.assign(out, value)
  else out[key] = value
}

function mapEntry(field: ProtobufField, reader: Reader): readonly [string, unknown] {
  const end = reader.uint32() + reader.pos
  let key = ''
  let value: unknown = ''
  while (reader.pos < end) {
    const tag = reader.uint32()
    if (tag >>> 3 === 1) key = reader.string()
    else value = valueOf(field.type, reader)
  }
  return [key, value]
}

function valueOf(type: string, reader: Reader): unknown {
  switch (type) {
    case 'string':
      return reader.string()
    case 'bool':
      return reader.bool()
    case 'bytes':
      return Buffer.from(reader.bytes()).toString('base64')
    case 'int32':
      return reader.int32()
    case 'uint32':
      return reader.uint32()
    case 'int64':
      return Number(reader.int64())
    case 'double':
      return reader.double()
    default:
      return messageValue(type, reader)
  }
}

function messageValue(type: string, reader: Reader): unknown {
  const message = decodeMessage(type, new Reader(reader.bytes()))
  const special = specialForms[type.split('.').at(-1) ?? '']
  return special === undefined ? message : special(message)
}

type SpecialForm = (message: Record<string, unknown>) => unknown

const rawJson: SpecialForm = ({ raw, Raw }) => {
  const text = Buffer.from(String(raw ?? Raw ?? ''), 'base64').toString()
  return text === '' ? null : (JSON.parse(text) as unknown)
}

const time: SpecialForm = ({ seconds }) => (seconds === undefined ? null : `${new Date(Number(seconds) * 1000).toISOString().slice(0, 19)}Z`)

const microTime: SpecialForm = ({ seconds, nanos }) => {
  if (seconds === undefined) return null
  const whole = new Date(Number(seconds) * 1000).toISOString().slice(0, 19)
  return `${whole}.${String(Math.floor(Number(nanos ?? 0) / 1000)).padStart(6, '0')}Z`
}

/** Messages whose JSON is not an object of their fields. */
const specialForms: Readonly<Record<string, SpecialForm>> = {
  Quantity: ({ string }) => string ?? '0',
  IntOrString: ({ type, intVal, strVal }) => (type === 1 ? (strVal ?? '') : (intVal ?? 0)),
  Time: time,
  MicroTime: microTime,
  FieldsV1: rawJson,
  RawExtension: rawJson,
  JSON: rawJson,
  JSONSchemaPropsOrBool: ({ allows, schema }) => schema ?? allows ?? false,
  JSONSchemaPropsOrArray: ({ schema, jSONSchemas }) => schema ?? jSONSchemas ?? [],
}
