/**
 * gRPC unary calls over unix sockets, as bytes: who calls encodes, who serves decodes.
 * It stands beside the five ways out because grpc-js uses the ambient clock inside and so cannot enter virtual time.
 */
export interface RpcCallOptions {
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface RpcClient {
  /** `method` is the full path, `/csi.v1.Controller/CreateVolume`. Rejects with `RpcFailure`. */
  call(method: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array>
  close(): void
}

export interface RpcContext {
  /** Aborts when the caller's deadline passes or the caller goes away. */
  readonly signal: AbortSignal
}

/** Throws `RpcFailure` for a status; anything else thrown is INTERNAL. Unknown methods throw UNIMPLEMENTED (12). */
export type RpcHandler = (method: string, request: Uint8Array, context: RpcContext) => Promise<Uint8Array>

export interface RpcServer {
  /** Stops listening, waits for calls under way (at most `graceMs`), removes the socket. */
  close(graceMs?: number): Promise<void>
}

export interface Rpc {
  /** Does not connect yet. `address` is an absolute socket path. */
  connect(address: string): RpcClient
  /** A stale socket file at `address` is replaced. `methods` are the full paths that the handler knows. */
  serve(address: string, methods: readonly string[], handler: RpcHandler): Promise<RpcServer>
  /** Absolute addresses of the sockets directly under a directory. */
  list(directory: string): Promise<readonly string[]>
}

/** google.rpc.Code. */
export const rpcCode = {
  OK: 0,
  CANCELLED: 1,
  UNKNOWN: 2,
  INVALID_ARGUMENT: 3,
  DEADLINE_EXCEEDED: 4,
  NOT_FOUND: 5,
  ALREADY_EXISTS: 6,
  PERMISSION_DENIED: 7,
  RESOURCE_EXHAUSTED: 8,
  FAILED_PRECONDITION: 9,
  ABORTED: 10,
  OUT_OF_RANGE: 11,
  UNIMPLEMENTED: 12,
  INTERNAL: 13,
  UNAVAILABLE: 14,
  DATA_LOSS: 15,
  UNAUTHENTICATED: 16,
} as const

export class RpcFailure extends Error {
  override readonly name = 'RpcFailure'
  readonly code: number
  constructor(code: number, message: string) {
    super(message)
    this.code = code
  }
}
