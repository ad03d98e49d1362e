/** Effects that can be killed: afterwards no timer fires, no promise settles, sockets and connections are gone. */
import type { Cancel, Clock } from './clock.ts'
import type { Effects } from './effects.ts'
import type { Files } from './files.ts'
import type { Http, HttpResponse } from './http.ts'
import type { Programs } from './programs.ts'
import type { Rpc, RpcClient, RpcServer } from './rpc.ts'
import { sleepBy } from './sleep-by.ts'

export interface MortalEffects {
  readonly effects: Effects
  readonly alive: boolean
  kill(): void
}

/** `effects` for one process that can die alone: a container of the lab, or one of several processes in a real one. */
export function mortalEffects(effects: Effects, name: string): MortalEffects {
  const life = new Life()
  const mortal: Effects = {
    clock: mortalClock(life, effects.clock),
    random: effects.random.fork(name),
    http: mortalHttp(life, effects.http),
    programs: mortalPrograms(life, effects.programs),
    files: mortalFiles(life, effects.files),
    rpc: mortalRpc(life, effects.rpc),
  }
  return {
    effects: mortal,
    get alive() {
      return life.alive
    },
    kill: () => life.end(),
  }
}

class Life {
  alive = true
  readonly #ends = new Set<() => void>()

  end(): void {
    if (!this.alive) return
    this.alive = false
    for (const end of [...this.#ends]) end()
    this.#ends.clear()
  }

  onEnd(end: () => void): Cancel {
    this.#ends.add(end)
    return () => this.#ends.delete(end)
  }

  /** Settles as `work` does, as long as the process lives. */
  hold<T>(work: () => Promise<T>): Promise<T> {
    if (!this.alive) return new Promise(() => {})
    return new Promise((resolve, reject) => {
      work().then(
        (value) => this.alive && resolve(value),
        (error: unknown) => this.alive && reject(error as Error),
      )
    })
  }

  /** A signal that aborts at the end, and with the caller's own. Call `done` when the work is over. */
  signal(own: AbortSignal | undefined): { readonly signal: AbortSignal; done(): void } {
    const controller = new AbortController()
    const abort = (): void => controller.abort(own?.reason)
    const forget = this.onEnd(abort)
    if (own?.aborted === true) abort()
    own?.addEventListener('abort', abort, { once: true })
    return {
      signal: controller.signal,
      done: () => {
        forget()
        own?.removeEventListener('abort', abort)
      },
    }
  }
}

function mortalClock(life: Life, clock: Clock): Clock {
  const after: Clock['after'] = (ms, callback) => {
    if (!life.alive) return () => {}
    const cancel = clock.after(ms, () => {
      forget()
      if (life.alive) callback()
    })
    // A timer of the dead must not keep the living process waiting for it.
    const forget = life.onEnd(cancel)
    return () => {
      forget()
      cancel()
    }
  }
  return { now: () => clock.now(), monotonic: () => clock.monotonic(), after, sleep: (ms, signal) => life.hold(() => sleepBy(after, ms, signal)) }
}

function mortalHttp(life: Life, http: Http): Http {
  return {
    request: (request) => {
      const { signal, done } = life.signal(request.signal)
      return life.hold(async (): Promise<HttpResponse> => {
        const response = await http.request({ ...request, signal }).catch((error: unknown) => {
          done()
          throw error
        })
        return { ...response, body: mortalBody(life, response.body, done) }
      })
    },
  }
}

/** Not a generator: one that never began would not close the connection when it is left. */
function mortalBody(life: Life, body: AsyncIterable<Uint8Array>, done: () => void): AsyncIterable<Uint8Array> {
  const chunks = body[Symbol.asyncIterator]()
  const next = (): Promise<IteratorResult<Uint8Array>> =>
    life.hold(async () => {
      try {
        const result = await chunks.next()
        if (result.done === true) done()
        return result
      } catch (error) {
        done()
        throw error
      }
    })
  const leave = async (): Promise<IteratorResult<Uint8Array>> => {
    done()
    await chunks.return?.()
    return { done: true, value: undefined }
  }
  return { [Symbol.asyncIterator]: () => ({ next, return: leave }) }
}

function mortalPrograms(life: Life, programs: Programs): Programs {
  return {
    run: (run) => {
      const { signal, done } = life.signal(run.signal)
      return life.hold(() => programs.run({ ...run, signal }).finally(done))
    },
  }
}

/** A proxy and no list of methods: a machine's files can do more than `Files`. */
function mortalFiles(life: Life, files: Files): Files {
  return new Proxy(files, {
    get: (target, key) => {
      const member: unknown = Reflect.get(target, key)
      if (typeof member !== 'function') return member
      return (...args: unknown[]) => life.hold(() => Promise.resolve(Reflect.apply(member, target, args)))
    },
  })
}

function mortalRpc(life: Life, rpc: Rpc): Rpc {
  return {
    connect: (address) => {
      const client = rpc.connect(address)
      const forget = life.onEnd(() => client.close())
      const mortal: RpcClient = {
        call: (method, request, options) => life.hold(() => client.call(method, request, options)),
        close: () => {
          forget()
          client.close()
        },
      }
      return mortal
    },
    serve: (address, methods, handler) =>
      life.hold(async () => {
        const server = await rpc.serve(address, methods, (method, request, context) => life.hold(() => handler(method, request, context)))
        if (!life.alive) await server.close(0)
        const forget = life.onEnd(() => void server.close(0))
        const mortal: RpcServer = {
          close: (graceMs) => {
            forget()
            return life.hold(() => server.close(graceMs))
          },
        }
        return mortal
      }),
    list: (directory) => life.hold(() => rpc.list(directory)),
  }
}
