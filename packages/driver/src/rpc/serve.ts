/** Handlers behind bytes: decode, call, encode; a StorageError becomes its gRPC status, once and here. */
import { grpcStatusOf, StorageError, type Log } from '@stowage/core'
import { rpcCode, RpcFailure, type Clock, type RpcHandler } from '@stowage/effects'
import { decode, encode, methods, withoutSecrets, type Method, type RequestOf } from '@stowage/wire/csi'
import type { CallContext, Handlers } from './handlers.ts'

export interface ServeOptions {
  readonly clock: Clock
  readonly log: Log
  /** For the log: which driver was called. */
  readonly driver: string
}

/** The full paths that these handlers answer. */
export function methodsOf(handlers: Handlers): readonly Method[] {
  return allMethods.filter((method) => handlers[method] !== undefined)
}

const allMethods = Object.keys(methods).filter(isMethod)

function isMethod(name: string): name is Method {
  return Object.hasOwn(methods, name)
}

export function rpcHandlerOf(handlers: Handlers, { clock, log, driver }: ServeOptions): RpcHandler {
  return async (name, bytes, context) => {
    if (!isMethod(name)) throw new RpcFailure(rpcCode.UNIMPLEMENTED, `${name} is no method of CSI 1.13`)
    const startedAt = clock.monotonic()
    const about = { driver, method: name }
    try {
      const answer = await dispatch(handlers, name, bytes, context, log.with(about))
      log.debug('call answered', { ...about, ms: Math.round(clock.monotonic() - startedAt) })
      return answer
    } catch (error) {
      const failure = rpcFailureOf(error)
      log.warn('call failed', { ...about, code: failure.code, error: failure.message, ms: Math.round(clock.monotonic() - startedAt) })
      if (!(error instanceof StorageError) && !(error instanceof RpcFailure)) log.error('the failure was not foreseen', { ...about, stack: error instanceof Error ? error.stack : String(error) })
      throw failure
    }
  }
}

async function dispatch<M extends Method>(handlers: Handlers, name: M, bytes: Uint8Array, context: CallContext, log: Log): Promise<Uint8Array> {
  const handler = handlers[name]
  if (handler === undefined) throw new RpcFailure(rpcCode.UNIMPLEMENTED, `this driver does not implement ${name}`)
  const { request: requestName, response: responseName } = methods[name]
  // The table pairs each method with its messages; TypeScript does not follow the pair through the index.
  const request = decode(requestName, bytes) as RequestOf<M>
  log.debug('call received', { request: withoutSecrets(requestName, request) })
  const response = await handler(request, context)
  return encode(responseName, response)
}

/** Any failure as a gRPC status. What was not foreseen is INTERNAL and keeps its words. */
export function rpcFailureOf(error: unknown): RpcFailure {
  if (error instanceof RpcFailure) return error
  if (error instanceof StorageError) return new RpcFailure(grpcStatusOf[error.kind], error.message)
  return new RpcFailure(rpcCode.INTERNAL, `the driver failed in a way that was not foreseen: ${error instanceof Error ? error.message : String(error)}`)
}
