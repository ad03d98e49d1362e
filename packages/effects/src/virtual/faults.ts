import type { HttpRequest } from '../http.ts'

/**
 * What happens to a call on its way. `refuse`: no connection. `lose-request`: nobody sees it, and the caller's connection
 * breaks. `lose-answer`: it is carried out, and the caller's connection breaks. `silence`: nobody sees it, and the caller
 * hears nothing. `silence-answer`: it is carried out, and the caller hears nothing.
 */
export type Fate = 'deliver' | 'refuse' | 'lose-request' | 'lose-answer' | 'silence' | 'silence-answer'

export interface HttpFault {
  readonly status: number
  readonly reason: string
  readonly body: string
}

export interface RpcFault {
  readonly code: number
  readonly message: string
}

export interface RpcCallSeen {
  readonly address: string
  readonly method: string
  readonly request: Uint8Array
}

/** Asked for each call as it leaves the caller. */
export interface Faults {
  http?: ((request: HttpRequest, process: string) => Fate | HttpFault) | undefined
  rpc?: ((call: RpcCallSeen, process: string) => Fate | RpcFault) | undefined
}
