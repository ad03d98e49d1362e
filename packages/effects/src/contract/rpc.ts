import { describe, expect, test } from 'vitest'
import type { Effects } from '../effects.ts'
import { RpcFailure, rpcCode } from '../rpc.ts'
import type { RpcClient, RpcHandler, RpcServer } from '../rpc.ts'

type RpcRig = (body: (effects: Pick<Effects, 'rpc' | 'clock'>, directory: string) => Promise<void>) => Promise<void>

const method = '/test.v1.Echo/Say'
const bytes = (text: string): Uint8Array => new TextEncoder().encode(text)
const text = (value: Uint8Array): string => new TextDecoder().decode(value)

/** `directory`: existing and empty. */
export function rpcContract(name: string, rig: RpcRig): void {
  describe(`rpc: ${name}`, () => {
    callsAndAnswers(rig)
    deadlinesAndEnds(rig)
  })
}

function callsAndAnswers(rig: RpcRig): void {
  test('bytes go there and back', () =>
    rig(async ({ rpc }, directory) => {
      const server = await rpc.serve(`${directory}/a.sock`, [method], async (called, request) => bytes(`${called} ${text(request)}`))
      const client = rpc.connect(`${directory}/a.sock`)
      expect(text(await client.call(method, bytes('hello'), { timeoutMs: 5_000 }))).toBe(`${method} hello`)
      expect(await client.call(method, new Uint8Array(), { timeoutMs: 5_000 })).toHaveLength(method.length + 1)
      client.close()
      await server.close()
    }))

  test('a status with its message reaches the caller; anything else thrown is INTERNAL', () =>
    rig(async ({ rpc }, directory) => {
      const server = await rpc.serve(`${directory}/a.sock`, [method], async (_, request) => {
        throw text(request) === 'status' ? new RpcFailure(rpcCode.RESOURCE_EXHAUSTED, 'storage "fast" is full') : new Error('bug')
      })
      const client = rpc.connect(`${directory}/a.sock`)
      await expect(client.call(method, bytes('status'), { timeoutMs: 5_000 })).rejects.toMatchObject({ code: rpcCode.RESOURCE_EXHAUSTED, message: 'storage "fast" is full' })
      await expect(client.call(method, bytes('bug'), { timeoutMs: 5_000 })).rejects.toMatchObject({ code: rpcCode.INTERNAL, message: 'bug' })
      client.close()
      await server.close()
    }))

  test('an unknown method is UNIMPLEMENTED', () =>
    rig(async ({ rpc }, directory) => {
      const server = await rpc.serve(`${directory}/a.sock`, [method], async () => new Uint8Array())
      const client = rpc.connect(`${directory}/a.sock`)
      await expect(client.call('/test.v1.Echo/Sing', new Uint8Array(), { timeoutMs: 5_000 })).rejects.toMatchObject({ code: rpcCode.UNIMPLEMENTED })
      client.close()
      await server.close()
    }))

  test('nobody listening is UNAVAILABLE, and the same client reaches a server that comes later', () =>
    rig(async ({ rpc, clock }, directory) => {
      const client = rpc.connect(`${directory}/a.sock`)
      await expect(client.call(method, new Uint8Array(), { timeoutMs: 5_000 })).rejects.toMatchObject({ code: rpcCode.UNAVAILABLE })
      const server = await rpc.serve(`${directory}/a.sock`, [method], async () => bytes('here'))
      await clock.sleep(1_500)
      expect(text(await client.call(method, new Uint8Array(), { timeoutMs: 5_000 }))).toBe('here')
      client.close()
      await server.close()
    }))

  test('sockets of a directory are listed, and gone after close', () =>
    rig(async ({ rpc }, directory) => {
      const servers = [await rpc.serve(`${directory}/b.sock`, [], async () => bytes('')), await rpc.serve(`${directory}/a.sock`, [], async () => bytes(''))]
      expect(await rpc.list(directory)).toEqual([`${directory}/a.sock`, `${directory}/b.sock`])
      for (const server of servers) await server.close()
      expect(await rpc.list(directory)).toEqual([])
    }))

  test('a socket can be served again after its server closed', () =>
    rig(async ({ rpc }, directory) => {
      const first = await rpc.serve(`${directory}/a.sock`, [method], async () => bytes('first'))
      await first.close()
      const second = await rpc.serve(`${directory}/a.sock`, [method], async () => bytes('second'))
      const client = rpc.connect(`${directory}/a.sock`)
      expect(text(await client.call(method, new Uint8Array(), { timeoutMs: 5_000 }))).toBe('second')
      client.close()
      await second.close()
    }))
}

/** A client whose connection stands, so that the times of a test are those of the call alone. */
async function connected(rpc: Effects['rpc'], address: string): Promise<RpcClient> {
  const client = rpc.connect(address)
  await client.call(method, bytes('ping'), { timeoutMs: 20_000 })
  return client
}

/** `handler`, after an immediate answer to `ping`; `entered` resolves when the handler runs. */
function serving(rpc: Effects['rpc'], address: string, handler: RpcHandler): { server: Promise<RpcServer>; entered: Promise<void> } {
  let enter: () => void = () => {}
  const entered = new Promise<void>((resolve) => (enter = resolve))
  const server = rpc.serve(address, [method], async (called, request, context) => {
    if (text(request) === 'ping') return bytes('pong')
    enter()
    return handler(called, request, context)
  })
  return { server, entered }
}

function deadlinesAndEnds(rig: RpcRig): void {
  test('a deadline ends the call at the caller, aborts the handler\'s signal, and the handler goes on', () =>
    rig(async ({ rpc, clock }, directory) => {
      let noticed = false
      let finished = false
      const { server } = serving(rpc, `${directory}/a.sock`, async (_, __, { signal }) => {
        signal.addEventListener('abort', () => (noticed = true))
        await clock.sleep(1_000)
        finished = true
        return bytes('late')
      })
      await server
      const client = await connected(rpc, `${directory}/a.sock`)
      await expect(client.call(method, new Uint8Array(), { timeoutMs: 300 })).rejects.toMatchObject({ code: rpcCode.DEADLINE_EXCEEDED })
      expect(finished).toBe(false)
      await clock.sleep(1_500)
      expect([noticed, finished]).toEqual([true, true])
      client.close()
      await (await server).close()
    }))

  test('an abort is CANCELLED at the caller and aborts the handler\'s signal', () =>
    rig(async ({ rpc }, directory) => {
      let notice: () => void = () => {}
      const noticed = new Promise<void>((resolve) => (notice = resolve))
      const { server, entered } = serving(rpc, `${directory}/a.sock`, (_, __, { signal }) => new Promise((_, reject) => signal.addEventListener('abort', () => (notice(), reject(new Error('stopped'))))))
      await server
      const client = await connected(rpc, `${directory}/a.sock`)
      const abort = new AbortController()
      const answer = client.call(method, new Uint8Array(), { timeoutMs: 20_000, signal: abort.signal }).catch((error: unknown) => error)
      await entered
      abort.abort()
      expect(await answer).toMatchObject({ code: rpcCode.CANCELLED })
      await noticed
      client.close()
      await (await server).close()
    }))

  test('closing a server lets calls under way finish', () =>
    rig(async ({ rpc, clock }, directory) => {
      const { server, entered } = serving(rpc, `${directory}/a.sock`, async () => (await clock.sleep(200), bytes('finished')))
      await server
      const client = await connected(rpc, `${directory}/a.sock`)
      const answer = client.call(method, new Uint8Array(), { timeoutMs: 20_000 })
      await entered
      await (await server).close(10_000)
      expect(text(await answer)).toBe('finished')
      client.close()
    }))

  test('closing a server breaks a call that outlives the grace', () =>
    rig(async ({ rpc, clock }, directory) => {
      const { server, entered } = serving(rpc, `${directory}/a.sock`, () => new Promise(() => {}))
      await server
      const client = await connected(rpc, `${directory}/a.sock`)
      const answer = client.call(method, new Uint8Array(), { timeoutMs: 20_000 }).catch((error: unknown) => error)
      await entered
      const start = clock.monotonic()
      await (await server).close(100)
      expect(await answer).toBeInstanceOf(RpcFailure)
      expect(clock.monotonic() - start).toBeLessThan(10_000)
      client.close()
    }))
}
