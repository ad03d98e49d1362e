/** CSI calls as functions on decoded messages: what is served over sockets, and what tests and simulations call directly. */
import type { Encodable, Method, RequestOf, ResponseOf } from '@stowage/wire/csi'

export interface CallContext {
  /** Aborts when the caller's deadline passes or the caller goes away. It ends the answer, never a mutation in flight. */
  readonly signal: AbortSignal
}

export type Handler<M extends Method> = (request: RequestOf<M>, context: CallContext) => Promise<Encodable<ResponseOf<M>>>

/** A method that is not there is UNIMPLEMENTED. */
export type Handlers = { readonly [M in Method]?: Handler<M> }
