/**
 * The one failure of the house. A check returns findings; a failure throws this.
 * `message` is a sentence for the person on call: what was tried, on what, what was seen, what to do.
 */
export const errorKinds = [
  'invalid',
  'not-found',
  'exists',
  'exhausted',
  'busy',
  'precondition',
  'denied',
  'unavailable',
  'internal',
] as const

export type ErrorKind = (typeof errorKinds)[number]

export interface StorageErrorOptions {
  /** Data beside the sentence: ids, counts, what was seen. Never a secret. */
  readonly details?: Readonly<Record<string, unknown>>
  readonly cause?: unknown
}

export class StorageError extends Error {
  override readonly name = 'StorageError'
  readonly kind: ErrorKind
  readonly details: Readonly<Record<string, unknown>>

  constructor(kind: ErrorKind, message: string, options: StorageErrorOptions = {}) {
    super(message, options.cause === undefined ? undefined : { cause: options.cause })
    this.kind = kind
    this.details = options.details ?? {}
  }
}

/**
 * gRPC status codes by kind. Source: the error tables of the CSI spec 1.13 ("CreateVolume Errors" and its
 * siblings) and google.rpc.Code. `unavailable` is retried by the sidecars without a final answer being assumed;
 * `busy` is ABORTED, which the spec reserves for "operation pending for volume".
 */
export const grpcStatusOf = {
  invalid: 3,
  'not-found': 5,
  exists: 6,
  denied: 7,
  exhausted: 8,
  precondition: 9,
  busy: 10,
  internal: 13,
  unavailable: 14,
} as const satisfies Record<ErrorKind, number>

/** Process exit codes by kind: 1 findings or refusal, 2 usage, 3 unparsable input, 4 unreachable (see docs/reference/cli.md). */
export const exitCodeOf = {
  invalid: 1,
  'not-found': 1,
  exists: 1,
  exhausted: 1,
  busy: 1,
  precondition: 1,
  denied: 4,
  unavailable: 4,
  internal: 70,
} as const satisfies Record<ErrorKind, number>

export function isStorageError(error: unknown, ...kinds: readonly ErrorKind[]): error is StorageError {
  return error instanceof StorageError && (kinds.length === 0 || kinds.includes(error.kind))
}
