import type { HttpRequest } from '@stowage/effects'
import { PveFailure, parameterFailure } from '../schema/failure.ts'
import type { Parameters } from '../schema/verify.ts'

/** Everything that a request gives beside its path: the query, then the body as form or JSON. */
export function parametersOf(request: HttpRequest, url: URL): Record<string, string> {
  const given: Record<string, string> = Object.fromEntries(url.searchParams)
  const body = typeof request.body === 'string' ? request.body : new TextDecoder().decode(request.body ?? new Uint8Array())
  if (body === '') return given
  const type = (request.headers?.['content-type'] ?? 'application/x-www-form-urlencoded').split(';')[0]?.trim()
  if (type === 'application/json') return { ...given, ...fromJson(body) }
  if (type === 'application/x-www-form-urlencoded') return { ...given, ...Object.fromEntries(new URLSearchParams(body)) }
  throw new PveFailure(501, 'data too large or unsupported content type\n')
}

function fromJson(body: string): Record<string, string> {
  let value: unknown
  try {
    value = JSON.parse(body)
  } catch {
    throw new PveFailure(400, 'unable to parse JSON body\n')
  }
  if (typeof value !== 'object' || value === null || Array.isArray(value)) throw new PveFailure(400, 'JSON body must be an object\n')
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, typeof inner === 'boolean' ? (inner ? '1' : '0') : String(inner)]))
}

/** The path's parameters may not be given twice. */
export function joinParameters(fromPath: Parameters, given: Parameters): Parameters {
  const twice = Object.keys(given).find((name) => fromPath[name] !== undefined)
  if (twice !== undefined) throw parameterFailure({ [twice]: 'duplicate parameter (already defined in URI)' })
  return { ...fromPath, ...given }
}
