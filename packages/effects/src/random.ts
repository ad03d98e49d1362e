export interface Random {
  /** Uniform in [0, 1). */
  next(): number
  /** Uniform integer in [0, bound). */
  integer(bound: number): number
  bytes(length: number): Uint8Array
  /** An RFC 4122 version 4 UUID. */
  uuid(): string
  /** `length` characters of Kubernetes' name-suffix alphabet `bcdfghjklmnpqrstvwxz2456789`. */
  suffix(length: number): string
  pick<T>(items: readonly T[]): T
  /** An independent source named for its consumer, so that a new consumer does not shift the others. */
  fork(name: string): Random
}
