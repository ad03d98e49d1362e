/** Reading what a client sent: JSON, YAML or protobuf. */
import { decodeKubernetesProtobuf } from '@stowage/wire/kubernetes-protobuf'
import { parse as parseYaml } from 'yaml'
import { ApiStatusError } from '../api/api.ts'
import { badRequest } from '../api/failures.ts'
import { frozenJson } from '../api/json.ts'
import type { Json } from '../api/json.ts'

const decodable = ['application/json', 'application/yaml', 'application/vnd.kubernetes.protobuf']

export function bodyText(body: string | Uint8Array | undefined): string {
  if (body === undefined) return ''
  return typeof body === 'string' ? body : new TextDecoder().decode(body)
}

export function mediaType(header: string | undefined): string {
  return (header ?? '').split(';')[0]?.trim().toLowerCase() ?? ''
}

function unsupportedMediaType(): ApiStatusError {
  const message = `the body of the request was in an unknown format - accepted media types include: ${decodable.join(', ')}`
  return new ApiStatusError(415, 'UnsupportedMediaType', message)
}

export function unsupportedPatch(): ApiStatusError {
  return new ApiStatusError(415, 'UnsupportedMediaType', '415: Unsupported Media Type', {})
}

/** The body of a create, update or delete; `kind` is what the path is about, for the error. */
export function parseBody(body: string | Uint8Array | undefined, contentType: string | undefined, kind: string): Json {
  const type = mediaType(contentType)
  if (type === 'application/vnd.kubernetes.protobuf') return parsedProtobuf(body)
  const text = bodyText(body)
  if (type === 'application/yaml') return parsedYaml(text)
  if (type !== '' && type !== 'application/json') throw unsupportedMediaType()
  try {
    return frozenJson(JSON.parse(text))
  } catch (error) {
    throw badRequest(`the object provided is unrecognized (must be of type ${kind}): couldn't get version/kind; json parse error: ${goJsonError(text, error)} (${shown(text)})`)
  }
}

function parsedProtobuf(body: string | Uint8Array | undefined): Json {
  try {
    return frozenJson(decodeKubernetesProtobuf(typeof body === 'string' ? new TextEncoder().encode(body) : (body ?? new Uint8Array())))
  } catch (error) {
    throw badRequest(error instanceof Error ? error.message : String(error))
  }
}

export function parsedYaml(text: string): Json {
  try {
    return frozenJson(parseYaml(text, { version: '1.1', schema: 'yaml-1.1' }))
  } catch (error) {
    throw badRequest(`error decoding YAML: ${error instanceof Error ? error.message : String(error)}`)
  }
}

/** Go's words for the faults that JSON.parse finds. */
export function goJsonError(text: string, error: unknown): string {
  const message = error instanceof Error ? error.message : String(error)
  if (/end of JSON input|Unterminated/.test(message) || text.trim() === '') return 'unexpected end of JSON input'
  const position = /position (\d+)/.exec(message)?.[1]
  const character = position === undefined ? text.trim()[0] : text[Number(position)]
  return `invalid character '${character ?? ''}' looking for beginning of value`
}

function shown(text: string): string {
  return text.length > 1_024 ? `${text.slice(0, 1_024)}...` : text
}
