import { lstat, readdir, unlink } from 'node:fs/promises'
import type * as grpcModule from '@grpc/grpc-js'
import type { Client, Server, ServerUnaryCall, ServiceError, sendUnaryData } from '@grpc/grpc-js'
import { RpcFailure, rpcCode } from '../rpc.ts'
import type { Rpc, RpcCallOptions, RpcClient, RpcHandler, RpcServer } from '../rpc.ts'
import { codeOf } from './failure-code.ts'

type Grpc = typeof grpcModule

/** grpc-js costs 41 ms and 63 MB to load, so only the first call loads it. */
const load = async (): Promise<Grpc> => {
  const module: Grpc & { readonly default?: Grpc } = await import('@grpc/grpc-js')
  // In a bundle, CommonJS arrives as its default export alone.
  return module.default ?? module
}

const channelOptions = {
  'grpc.max_receive_message_length': 64 * 1024 * 1024,
  'grpc.max_send_message_length': 64 * 1024 * 1024,
  // A driver's container that restarts is back within a second; the default waits up to two minutes.
  'grpc.initial_reconnect_backoff_ms': 100,
  'grpc.min_reconnect_backoff_ms': 100,
  'grpc.max_reconnect_backoff_ms': 1_000,
  'grpc.use_local_subchannel_pool': 1,
  // Who repeats a call is decided by the caller, who knows what is safe.
  'grpc.enable_retries': 0,
}

/** Linux's sockaddr_un holds 108 bytes with the closing zero (unix(7)). */
const longestSocketPath = 107

const same = (bytes: Uint8Array): Buffer => Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength)
const bytesOf = (buffer: Buffer): Uint8Array => new Uint8Array(buffer)

export function realRpc(): Rpc {
  return { connect, serve, list }
}

function connect(address: string): RpcClient {
  checkAddress(address)
  let client: Promise<Client> | undefined
  let closed = false
  const opened = (): Promise<Client> =>
    (client ??= load().then((grpc) => new grpc.Client(`unix:${address}`, grpc.credentials.createInsecure(), channelOptions)))
  return {
    call: async (method, request, options) => {
      if (closed) throw new RpcFailure(rpcCode.CANCELLED, `${method}: the client is closed`)
      return unary(await load(), await opened(), method, request, options)
    },
    close: () => {
      closed = true
      void client?.then((open) => open.close())
    },
  }
}

function unary(grpc: Grpc, client: Client, method: string, request: Uint8Array, options: RpcCallOptions): Promise<Uint8Array> {
  return new Promise((resolve, reject) => {
    const { signal, timeoutMs } = options
    if (signal?.aborted) return reject(new RpcFailure(rpcCode.CANCELLED, `${method}: cancelled before it began`))
    const onAbort = (): void => call.cancel()
    const done = (error: ServiceError | null, answer?: Uint8Array): void => {
      signal?.removeEventListener('abort', onAbort)
      if (error !== null) return reject(new RpcFailure(error.code, error.details))
      resolve(answer ?? new Uint8Array())
    }
    const call = client.makeUnaryRequest(method, same, bytesOf, request, new grpc.Metadata(), { deadline: Date.now() + timeoutMs }, done)
    signal?.addEventListener('abort', onAbort, { once: true })
  })
}

async function serve(address: string, methods: readonly string[], handler: RpcHandler): Promise<RpcServer> {
  checkAddress(address)
  const grpc = await load()
  await removeStale(address)
  const server = new grpc.Server(channelOptions)
  const stopped = new AbortController()
  for (const method of methods) server.register(method, (call: ServerUnaryCall<Uint8Array, Uint8Array>, answer: sendUnaryData<Uint8Array>) => void handle(method, call, answer, handler, stopped.signal), same, bytesOf, 'unary')
  await new Promise<void>((resolve, reject) => {
    server.bindAsync(`unix:${address}`, grpc.ServerCredentials.createInsecure(), (error) => (error === null ? resolve() : reject(error)))
  })
  return { close: (graceMs = 5_000) => shutdown(server, address, stopped, graceMs) }
}

async function handle(method: string, call: ServerUnaryCall<Uint8Array, Uint8Array>, answer: sendUnaryData<Uint8Array>, handler: RpcHandler, stopped: AbortSignal): Promise<void> {
  const gone = new AbortController()
  const onStop = (): void => gone.abort(stopped.reason)
  const deadline = call.getDeadline()
  const left = (deadline instanceof Date ? deadline.getTime() : deadline) - Date.now()
  // grpc-js tells a handler of its caller's deadline only when the caller's reset arrives; a caller that died sends none.
  const timer = left > 0 && left < 2_147_483_647 ? setTimeout(() => gone.abort(new RpcFailure(rpcCode.DEADLINE_EXCEEDED, 'the deadline of the caller passed')), left) : undefined
  call.once('cancelled', () => gone.abort(new RpcFailure(rpcCode.CANCELLED, 'the caller went away')))
  stopped.addEventListener('abort', onStop, { once: true })
  try {
    answer(null, await handler(method, call.request, { signal: gone.signal }))
  } catch (error) {
    const said = error instanceof Error ? error.message : String(error)
    answer({ code: error instanceof RpcFailure ? error.code : rpcCode.INTERNAL, details: said })
  } finally {
    clearTimeout(timer)
    stopped.removeEventListener('abort', onStop)
  }
}

async function shutdown(server: Server, address: string, stopped: AbortController, graceMs: number): Promise<void> {
  await new Promise<void>((resolve) => {
    const timer = setTimeout(() => {
      stopped.abort(new RpcFailure(rpcCode.UNAVAILABLE, 'the server stops'))
      server.forceShutdown()
      resolve()
    }, graceMs)
    server.tryShutdown(() => {
      clearTimeout(timer)
      resolve()
    })
  })
  await unlink(address).catch(() => {})
}

async function removeStale(address: string): Promise<void> {
  const there = await lstat(address).catch(() => undefined)
  if (there === undefined) return
  if (!there.isSocket()) throw new Error(`cannot listen on ${address}: something that is not a socket is there; remove it if it is yours`)
  await unlink(address)
}

async function list(directory: string): Promise<readonly string[]> {
  const entries = await readdir(directory, { withFileTypes: true }).catch((error: unknown) => {
    if (codeOf(error) === 'ENOENT') return []
    throw error
  })
  return entries.filter((entry) => entry.isSocket()).map((entry) => `${directory.replace(/\/+$/, '')}/${entry.name}`).sort()
}

function checkAddress(address: string): void {
  if (!address.startsWith('/')) throw new Error(`${address} is not an absolute socket path`)
  if (Buffer.byteLength(address) > longestSocketPath) throw new Error(`the socket path ${address} is longer than the ${longestSocketPath} bytes that Linux allows; choose a shorter directory`)
}
