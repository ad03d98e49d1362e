import { StorageError } from '@stowage/core'
import type { ErrorKind } from '@stowage/core'
import { DeadlineExceeded, HttpFailure } from '@stowage/effects'

/** The server's answer to a call that failed (Status of meta/v1), as far as we use it. */
export interface ApiStatus {
  readonly reason?: string
  readonly message?: string
  readonly code?: number
  readonly details?: { readonly causes?: readonly StatusCause[]; readonly retryAfterSeconds?: number }
}

export interface StatusCause {
  readonly reason?: string
  readonly message?: string
  readonly field?: string
}

/** `FieldManagerConflict`: another manager owns a field that a server-side apply wants. */
export const conflictCause = 'FieldManagerConflict'

/** By reason first, because 409 and 403 each stand for several things; then by HTTP status. */
const kindOfReason: Readonly<Record<string, ErrorKind>> = {
  NotFound: 'not-found',
  AlreadyExists: 'exists',
  Conflict: 'busy',
  Forbidden: 'denied',
  Unauthorized: 'denied',
  Invalid: 'invalid',
  BadRequest: 'invalid',
  MethodNotAllowed: 'invalid',
  UnsupportedMediaType: 'invalid',
  RequestEntityTooLarge: 'invalid',
  Gone: 'precondition',
  Expired: 'precondition',
  TooManyRequests: 'unavailable',
  ServerTimeout: 'unavailable',
  Timeout: 'unavailable',
  ServiceUnavailable: 'unavailable',
}

function kindOf(httpStatus: number, { reason = '', message = '', details }: ApiStatus): ErrorKind {
  if (details?.causes?.some((cause) => cause.reason === conflictCause) === true) return 'precondition'
  if (reason === 'Forbidden' && message.includes('exceeded quota')) return 'exhausted'
  if (reason === 'Forbidden' && message.includes('because it is being terminated')) return 'precondition'
  const known = kindOfReason[reason]
  if (known !== undefined) return known
  if (httpStatus === 401 || httpStatus === 403) return 'denied'
  if (httpStatus === 404) return 'not-found'
  if (httpStatus === 409) return 'busy'
  if (httpStatus === 410) return 'precondition'
  if (httpStatus === 429 || httpStatus === 502 || httpStatus === 503 || httpStatus === 504) return 'unavailable'
  return httpStatus >= 500 ? 'internal' : 'invalid'
}

/** Reads a Status out of a body; a body that is none (a proxy's page) becomes the message. */
export function parseStatus(text: string): ApiStatus {
  try {
    const parsed: (ApiStatus & { readonly kind?: string }) | null = JSON.parse(text)
    if (parsed?.kind === 'Status') return parsed
  } catch {
    // Not JSON: the text itself is what was said.
  }
  return { message: text.trim().slice(0, 500) }
}

/** The failure of `what` (`get Pod default/web`) in the server's own words. `details`: status, reason, causes, retryAfterSeconds. */
export function failureOfStatus(what: string, httpStatus: number, status: ApiStatus): StorageError {
  const said = status.message === undefined || status.message === '' ? `HTTP ${httpStatus}` : status.message
  const hint = httpStatus === 401 ? '; the token or certificate is not accepted: check the kubeconfig or the service account' : ''
  return new StorageError(kindOf(httpStatus, status), `cannot ${what}: ${said}${hint}`, {
    details: { status: httpStatus, reason: status.reason, causes: status.details?.causes ?? [], retryAfterSeconds: status.details?.retryAfterSeconds },
  })
}

/** The failure of a call that got no answer. An abort by the caller stays the caller's own reason. */
export function failureOfTransport(what: string, server: string, error: unknown): unknown {
  if (error instanceof DeadlineExceeded) {
    return new StorageError('unavailable', `cannot ${what}: the Kubernetes API at ${server} gave no answer within ${error.afterMs} ms`, { cause: error, details: { stage: 'answer' } })
  }
  if (!(error instanceof HttpFailure)) return error
  const remedy = error.stage === 'tls' ? '; check the certificate authority in the kubeconfig' : ''
  return new StorageError('unavailable', `cannot ${what}: the Kubernetes API at ${server} cannot be reached: ${error.message}${remedy}`, {
    cause: error,
    details: { stage: error.stage, code: error.code },
  })
}
