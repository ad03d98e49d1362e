/** CSI calls as sidecars and kubelets make them: over the socket, with a deadline, and with an end whatever the driver does. */
import { RpcFailure, rpcCode } from '@stowage/effects'
import type { VirtualProcess } from '@stowage/effects/virtual'
import { decode, encode, methods, type Encodable, type Method, type RequestOf, type ResponseOf } from '@stowage/wire/csi'

export interface Outcome<T> {
  readonly code: number
  readonly message: string
  /** Only when `code` is 0. */
  readonly value: T | undefined
}

export async function callDriver<M extends Method>(from: VirtualProcess, socket: string, method: M, request: Encodable<RequestOf<M>>, timeoutMs: number): Promise<Outcome<ResponseOf<M>>> {
  const { request: requestName, response: responseName } = methods[method]
  const client = from.effects.rpc.connect(socket)
  try {
    const answer = await client.call(method, encode(requestName, request as never), { timeoutMs })
    return { code: rpcCode.OK, message: '', value: decode(responseName, answer) as ResponseOf<M> }
  } catch (error) {
    if (error instanceof RpcFailure) return { code: error.code, message: error.message, value: undefined }
    throw error
  } finally {
    client.close()
  }
}
