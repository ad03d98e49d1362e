/** Effects that can be killed: afterwards no timer fires, no promise settles, sockets and connections are gone. */
import type { Cancel, Clock, Effects, Files, Http, HttpResponse, Programs, Rpc, RpcClient, RpcServer } from '@stowage/effects'

export interface MortalEffects {
  readonly effects: Effects
  readonly alive: boolean
  kill(): void
}

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
  return {
    now: () => clock.now(),
    monotonic: () => clock.monotonic(),
    after: (ms, callback) => {
      if (!life.alive) return () => {}
      const cancel = clock.after(ms, () => {
        forget()
        if (life.alive) callback()
      })
      const forget = life.onEnd(cancel)
      return () => {
        forget()
        cancel()
      }
    },
    sleep: (ms, signal) => {
      const { signal: both, done } = life.signal(signal)
      return life.hold(() => clock.sleep(ms, both).finally(done))
    },
  }
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

async function* mortalBody(life: Life, body: AsyncIterable<Uint8Array>, done: () => void): AsyncGenerator<Uint8Array> {
  const iterator = body[Symbol.asyncIterator]()
  try {
    for (;;) {
      const next = await life.hold(() => iterator.next())
      if (next.done === true) return
      yield next.value
    }
  } finally {
    done()
    await iterator.return?.()
  }
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
