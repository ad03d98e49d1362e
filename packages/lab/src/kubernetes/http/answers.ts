/** Bodies and heads of answers. */
import type { HttpResponse } from '@stowage/effects'
import { ApiStatusError } from '../api/api.ts'
import type { Json, JsonObject } from '../api/json.ts'

export function jsonAnswer(status: number, body: Json, warnings: readonly string[] = [], contentType = 'application/json'): HttpResponse {
  return textAnswer(status, `${JSON.stringify(body)}\n`, contentType, warnings)
}

export function textAnswer(status: number, text: string, contentType = 'text/plain; charset=utf-8', warnings: readonly string[] = []): HttpResponse {
  const head = { 'content-type': contentType, 'cache-control': 'no-cache, private' }
  return {
    status,
    reason: '',
    headers: warnings.length === 0 ? head : { ...head, warning: warnings.map(warningHeader).join(', ') },
    body: onceOf(text),
  }
}

/** RFC 7234's warn-code 299, as the API server writes it. */
function warningHeader(text: string): string {
  return `299 - "${text.replaceAll('\\', '\\\\').replaceAll('"', '\\"')}"`
}

async function* onceOf(text: string): AsyncGenerator<Uint8Array> {
  if (text !== '') yield new TextEncoder().encode(text)
}

export function statusOf(error: ApiStatusError): JsonObject {
  return {
    kind: 'Status',
    apiVersion: 'v1',
    metadata: {},
    status: 'Failure',
    message: error.message,
    ...(error.reason === '' ? {} : { reason: error.reason }),
    ...(error.details === undefined ? {} : { details: jsonOf(error.details) }),
    code: error.code,
  }
}

export function errorAnswer(error: unknown): HttpResponse {
  if (error instanceof ApiStatusError) return jsonAnswer(error.code, statusOf(error))
  const message = error instanceof Error ? error.message : String(error)
  return jsonAnswer(500, statusOf(new ApiStatusError(500, 'InternalError', `Internal error occurred: ${message}`, { causes: [{ message }] })))
}

function jsonOf(value: unknown): Json {
  const parsed: Json = JSON.parse(JSON.stringify(value))
  return parsed
}
