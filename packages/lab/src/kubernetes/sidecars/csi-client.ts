/** CSI calls over a socket, as a gRPC client of Go sees them. The kubelet uses it too. */
import { RpcFailure, rpcCode } from '@stowage/effects'
import type { Clock, Rpc, RpcClient } from '@stowage/effects'
import { decode, encode, methods } from '@stowage/wire/csi'
import type { Encodable, Method, RequestOf, ResponseOf } from '@stowage/wire/csi'

const goNames: Readonly<Record<number, string>> = {
  0: 'OK', 1: 'Canceled', 2: 'Unknown', 3: 'InvalidArgument', 4: 'DeadlineExceeded', 5: 'NotFound', 6: 'AlreadyExists', 7: 'PermissionDenied', 8: 'ResourceExhausted',
  9: 'FailedPrecondition', 10: 'Aborted', 11: 'OutOfRange', 12: 'Unimplemented', 13: 'Internal', 14: 'Unavailable', 15: 'DataLoss', 16: 'Unauthenticated',
}

/** A failed call; the message is grpc-go's, which is what ends up in events. */
export class CsiFailure extends Error {
  override readonly name = 'CsiFailure'
  readonly code: number
  constructor(code: number, description: string, cause?: unknown) {
    super(`rpc error: code = ${goNames[code] ?? `Code(${code})`} desc = ${description}`, { cause })
    this.code = code
  }
}

/** The operation may still be going on: the caller has to ask again before it decides anything else. */
export function mayBeGoingOn(error: unknown): boolean {
  if (!(error instanceof CsiFailure)) return true
  return [rpcCode.CANCELLED, rpcCode.DEADLINE_EXCEEDED, rpcCode.UNAVAILABLE, rpcCode.ABORTED].some((code) => code === error.code)
}

/** Nothing that is tried again unchanged will do better. */
export function isInfeasible(error: unknown): boolean {
  return error instanceof CsiFailure && [rpcCode.INVALID_ARGUMENT, rpcCode.OUT_OF_RANGE, rpcCode.NOT_FOUND].some((code) => code === error.code)
}

export class CsiClient {
  readonly #client: RpcClient

  constructor(rpc: Rpc, address: string) {
    this.#client = rpc.connect(address)
  }

  /** Rejects with `CsiFailure`. */
  async call<M extends Method>(method: M, request: Encodable<RequestOf<M>>, timeoutMs: number): Promise<ResponseOf<M>> {
    const names = methods[method]
    try {
      const answer = await this.#client.call(method, encode(member(names, 'request'), request), { timeoutMs })
      return decode(member(names, 'response'), answer)
    } catch (error) {
      if (!(error instanceof RpcFailure)) throw error
      const timedOut = error.code === rpcCode.DEADLINE_EXCEEDED && error.message.startsWith('no answer within')
      throw new CsiFailure(error.code, timedOut ? 'context deadline exceeded' : error.message, error)
    }
  }

  close(): void {
    this.#client.close()
  }
}

/** Keeps the key's type for a generic object, which a plain access widens. */
function member<T, K extends keyof T>(object: T, key: K): T[K] {
  return object[key]
}

export interface DriverCapabilities {
  readonly driver: string
  readonly plugin: ReadonlySet<string>
  readonly controller: ReadonlySet<string>
}

/** Waits for the driver to be there and ready, as csi-lib-utils does, and asks what it can. */
export async function greetDriver(client: CsiClient, clock: Clock, timeoutMs: number): Promise<DriverCapabilities> {
  for (;;) {
    try {
      const { ready } = await client.call('/csi.v1.Identity/Probe', {}, timeoutMs)
      if (ready !== false) break
    } catch (error) {
      if (!(error instanceof CsiFailure) || (error.code !== rpcCode.UNAVAILABLE && error.code !== rpcCode.DEADLINE_EXCEEDED)) throw error
    }
    await clock.sleep(1_000)
  }
  const { name } = await client.call('/csi.v1.Identity/GetPluginInfo', {}, timeoutMs)
  const plugin = await client.call('/csi.v1.Identity/GetPluginCapabilities', {}, timeoutMs)
  const kinds = plugin.capabilities.flatMap(({ service }) => (service === undefined ? [] : [service.type]))
  if (!kinds.includes('CONTROLLER_SERVICE')) return { driver: name, plugin: new Set(kinds), controller: new Set() }
  const controller = await client.call('/csi.v1.Controller/ControllerGetCapabilities', {}, timeoutMs)
  return { driver: name, plugin: new Set(kinds), controller: new Set(controller.capabilities.flatMap(({ rpc }) => (rpc === undefined ? [] : [rpc.type]))) }
}
