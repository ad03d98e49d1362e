import { RpcFailure, rpcCode } from '../rpc.ts'
import type { Rpc, RpcCallOptions, RpcClient, RpcHandler, RpcServer } from '../rpc.ts'
import type { Fate, Faults, RpcFault } from './faults.ts'
import type { Hops } from './hops.ts'
import type { Life } from './life.ts'

/** A listening socket of one machine. */
interface Socket {
  readonly life: Life
  readonly methods: ReadonlySet<string>
  readonly handler: RpcHandler
  /** Ends each call under way, when the socket goes. */
  readonly calls: Set<() => void>
  closed: boolean
}

/** All sockets of the world, by machine and path. */
export type Sockets = Map<string, Socket>

export class VirtualRpc implements Rpc {
  readonly #hops: Hops
  readonly #sockets: Sockets
  readonly #faults: Faults
  readonly #life: Life

  constructor(hops: Hops, sockets: Sockets, faults: Faults, life: Life) {
    this.#hops = hops
    this.#sockets = sockets
    this.#faults = faults
    this.#life = life
  }

  connect(address: string): RpcClient {
    let closed = false
    const hangUps = new Set<() => void>()
    return {
      call: (method, request, options) => {
        if (!this.#life.alive) return new Promise(() => {})
        if (closed) return Promise.reject(new RpcFailure(rpcCode.CANCELLED, `${method}: the client is closed`))
        if (options.signal?.aborted) return Promise.reject(new RpcFailure(rpcCode.CANCELLED, `${method}: cancelled before it began`))
        return this.#call(address, method, request, options, hangUps)
      },
      close: () => {
        closed = true
        for (const hangUp of hangUps) hangUp()
      },
    }
  }

  #call(address: string, method: string, request: Uint8Array, options: RpcCallOptions, hangUps: Set<() => void>): Promise<Uint8Array> {
    const fate = this.#faults.rpc?.({ address, method, request }, this.#life.name) ?? 'deliver'
    return new Promise((resolve, reject) => {
      const call = new Call(this.#hops, this.#life, method, address, { resolve, reject }, (hangUp) => hangUps.delete(hangUp))
      hangUps.add(call.hangUp)
      call.begin(() => this.#sockets.get(keyOf(this.#life, address)), request.slice(), options, fate)
    })
  }

  serve(address: string, methods: readonly string[], handler: RpcHandler): Promise<RpcServer> {
    if (!this.#life.alive) return new Promise(() => {})
    const key = keyOf(this.#life, address)
    const socket: Socket = { life: this.#life, methods: new Set(methods), handler, calls: new Set(), closed: false }
    const gone = (): void => {
      socket.closed = true
      if (this.#sockets.get(key) === socket) this.#sockets.delete(key)
    }
    this.#life.onEnd(() => {
      gone()
      for (const breakCall of socket.calls) breakCall()
    })
    return new Promise((resolve) => {
      this.#hops.hop('rpc', () => {
        if (!this.#life.alive) return
        this.#sockets.set(key, socket)
        this.#hops.record(this.#life.name, 'rpc-serve', address)
        resolve({ close: (graceMs = 5_000) => this.#close(socket, gone, graceMs) })
      })
    })
  }

  #close(socket: Socket, gone: () => void, graceMs: number): Promise<void> {
    gone()
    return new Promise((resolve) => {
      const deadline = this.#hops.scheduler.now + graceMs * 1000
      const look = (): void => {
        if (!this.#life.alive) return
        if (socket.calls.size > 0 && this.#hops.scheduler.now < deadline) return void this.#hops.scheduler.schedule(1_000, look)
        for (const breakCall of socket.calls) breakCall()
        resolve()
      }
      this.#hops.hop('rpc', look)
    })
  }

  list(directory: string): Promise<readonly string[]> {
    const prefix = `${this.#life.machine}:${directory.replace(/\/+$/, '')}/`
    return new Promise((resolve) => {
      this.#hops.hop('rpc', () => {
        if (!this.#life.alive) return
        const found = [...this.#sockets.keys()].filter((key) => key.startsWith(prefix) && !key.slice(prefix.length).includes('/'))
        resolve(found.map((key) => key.slice(this.#life.machine.length + 1)).sort())
      })
    })
  }
}

function keyOf(life: Life, address: string): string {
  return `${life.machine}:${address}`
}

interface Caller {
  resolve(answer: Uint8Array): void
  reject(error: unknown): void
}

/** One call, from the caller's side and the server's. When one side ends, the other goes on until it notices. */
class Call {
  readonly #hops: Hops
  readonly #life: Life
  readonly #method: string
  readonly #address: string
  readonly #caller: Caller
  readonly #onOver: (hangUp: () => void) => void
  readonly #server = new AbortController()
  readonly #forget: (() => void)[] = []
  #over = false
  readonly hangUp = (): void => this.#fail(rpcCode.CANCELLED, 'cancelled by the caller')

  constructor(hops: Hops, life: Life, method: string, address: string, caller: Caller, onOver: (hangUp: () => void) => void) {
    this.#hops = hops
    this.#life = life
    this.#method = method
    this.#address = address
    this.#caller = caller
    this.#onOver = onOver
  }

  begin(find: () => Socket | undefined, request: Uint8Array, options: RpcCallOptions, fate: Fate | RpcFault): void {
    this.#hops.record(this.#life.name, 'rpc', `${this.#method} ${this.#address}${fate === 'deliver' ? '' : ` (${typeof fate === 'string' ? fate : fate.code})`}`)
    const cancelTimer = this.#hops.scheduler.schedule(options.timeoutMs * 1000, () => this.#fail(rpcCode.DEADLINE_EXCEEDED, `no answer within ${options.timeoutMs} ms`))
    options.signal?.addEventListener('abort', this.hangUp, { once: true })
    this.#forget.push(
      cancelTimer,
      () => options.signal?.removeEventListener('abort', this.hangUp),
      this.#hops.inFlight(() => `${this.#life.name}: ${this.#method} at ${this.#address}`),
      this.#life.onEnd(this.hangUp),
    )
    this.#hops.hop('rpc', () => this.#reachServer(find(), request, fate))
  }

  #reachServer(socket: Socket | undefined, request: Uint8Array, fate: Fate | RpcFault): void {
    if (this.#over) return
    if (socket === undefined || socket.closed || fate === 'refuse') return this.#fail(rpcCode.UNAVAILABLE, `No connection established: connect ENOENT ${this.#address}`)
    if (fate === 'silence') return
    if (fate === 'lose-request') return this.#fail(rpcCode.UNAVAILABLE, 'Connection dropped')
    if (typeof fate === 'object') return this.#back(() => this.#fail(fate.code, fate.message))
    if (!socket.methods.has(this.#method)) return this.#back(() => this.#fail(rpcCode.UNIMPLEMENTED, `The server does not implement the method ${this.#method}`))
    this.#handle(socket, request, fate)
  }

  #handle(socket: Socket, request: Uint8Array, fate: Fate): void {
    const breakCall = (): void => {
      socket.calls.delete(breakCall)
      this.#back(() => this.#fail(rpcCode.UNAVAILABLE, 'Connection dropped'))
    }
    socket.calls.add(breakCall)
    const answered = (answer: () => void): void => {
      if (!socket.calls.delete(breakCall) || fate === 'silence-answer') return
      this.#back(fate === 'lose-answer' ? () => this.#fail(rpcCode.UNAVAILABLE, 'Connection dropped') : answer)
    }
    Promise.resolve()
      .then(() => socket.handler(this.#method, request, { signal: this.#server.signal }))
      .then(
        (bytes) => answered(() => this.#succeed(bytes.slice())),
        (error: unknown) => answered(() => this.#fail(...statusOf(error))),
      )
  }

  #back(run: () => void): void {
    this.#hops.hop('rpc', run)
  }

  #succeed(bytes: Uint8Array): void {
    if (!this.#end(0)) return
    if (this.#life.alive) this.#caller.resolve(bytes)
  }

  #fail(code: number, message: string): void {
    if (!this.#end(code)) return
    this.#hops.hop('rpc', () => this.#server.abort(new RpcFailure(code, message)))
    if (this.#life.alive) this.#caller.reject(new RpcFailure(code, message))
  }

  #end(code: number): boolean {
    if (this.#over) return false
    this.#over = true
    for (const forget of this.#forget) forget()
    this.#onOver(this.hangUp)
    this.#hops.record(this.#life.name, 'rpc-answer', `${code} ${this.#method}`)
    return true
  }
}

function statusOf(error: unknown): [number, string] {
  if (error instanceof RpcFailure) return [error.code, error.message]
  return [rpcCode.INTERNAL, error instanceof Error ? error.message : String(error)]
}
