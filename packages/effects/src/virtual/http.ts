import { HttpFailure } from '../http.ts'
import type { Http, HttpHandler, HttpRequest, HttpResponse } from '../http.ts'
import type { Fate, Faults, HttpFault } from './faults.ts'
import type { Hops } from './hops.ts'
import { carryBody } from './http-body.ts'
import type { Life } from './life.ts'

/** A server at an origin. With a `life`, it goes away when that process dies. */
export interface Route {
  readonly handler: HttpHandler
  readonly life: Life | undefined
}

export class VirtualHttp implements Http {
  readonly #hops: Hops
  readonly #routes: ReadonlyMap<string, Route>
  readonly #faults: Faults
  readonly #life: Life

  constructor(hops: Hops, routes: ReadonlyMap<string, Route>, faults: Faults, life: Life) {
    this.#hops = hops
    this.#routes = routes
    this.#faults = faults
    this.#life = life
  }

  request(request: HttpRequest): Promise<HttpResponse> {
    if (!this.#life.alive) return new Promise(() => {})
    if (request.signal?.aborted) return Promise.reject(request.signal.reason as Error)
    return new Promise((resolve, reject) => {
      new Exchange(this.#hops, this.#life, request, { resolve, reject }).begin(this.#routes, this.#faults.http?.(request, this.#life.name) ?? 'deliver')
    })
  }
}

interface Caller {
  resolve(response: HttpResponse): void
  reject(error: unknown): void
}

/** One request and its answer, from the caller's first byte to the reader's last. */
class Exchange {
  readonly #hops: Hops
  readonly #life: Life
  readonly #request: HttpRequest
  readonly #caller: Caller
  readonly #server = new AbortController()
  readonly #label: string
  readonly #settled: () => void
  readonly #forget: (() => void)[] = []
  #failBody: ((error: unknown) => void) | undefined
  #over = false

  constructor(hops: Hops, life: Life, request: HttpRequest, caller: Caller) {
    this.#hops = hops
    this.#life = life
    this.#request = request
    this.#caller = caller
    this.#label = `${request.method} ${request.url}`
    this.#settled = hops.inFlight(() => `${life.name}: ${this.#label}`)
  }

  begin(routes: ReadonlyMap<string, Route>, fate: Fate | HttpFault): void {
    this.#hops.record(this.#life.name, 'http', `${this.#label}${fate === 'deliver' ? '' : ` (${typeof fate === 'string' ? fate : fate.status})`}`)
    const onAbort = (): void => this.#break(this.#request.signal?.reason)
    this.#request.signal?.addEventListener('abort', onAbort, { once: true })
    this.#forget.push(
      () => this.#request.signal?.removeEventListener('abort', onAbort),
      this.#life.onEnd(() => this.#break(new Error('the caller died'))),
    )
    this.#hops.hop('http', () => this.#reachServer(routes, fate))
  }

  #reachServer(routes: ReadonlyMap<string, Route>, fate: Fate | HttpFault): void {
    if (this.#over) return
    const { origin, host } = new URL(this.#request.url)
    const route = routes.get(origin)
    if (fate === 'refuse' || route === undefined || route.life?.alive === false) {
      return this.#break(new HttpFailure('connect', 'ECONNREFUSED', `connect ECONNREFUSED ${host}`))
    }
    if (fate === 'silence') return
    if (fate === 'lose-request') return this.#reset()
    if (typeof fate === 'object') return this.#answer(faultResponse(fate))
    if (route.life !== undefined) this.#forget.push(route.life.onEnd(() => this.#hops.hop('http', () => this.#reset())))
    const seen: HttpRequest = { ...this.#request, signal: this.#server.signal }
    Promise.resolve()
      .then(() => route.handler(seen))
      .then(
        (response) => this.#carry(response, fate, route),
        (error: unknown) => {
          // A handler that throws an HttpFailure is a server whose connection breaks.
          if (error instanceof HttpFailure) return this.#hops.hop('http', () => this.#break(error))
          this.#hops.record(this.#life.name, 'http-handler-failed', `${this.#label}: ${error instanceof Error ? error.message : String(error)}`)
          this.#carry(faultResponse({ status: 500, reason: 'Internal Server Error', body: String(error) }), fate, route)
        },
      )
  }

  #carry(response: HttpResponse, fate: Fate, route: Route): void {
    if (route.life?.alive === false) return
    if (fate === 'silence-answer') return
    this.#hops.hop('http', () => {
      if (this.#over) return leave(response)
      if (fate !== 'lose-answer') return this.#answer(response)
      leave(response)
      this.#reset()
    })
  }

  #answer(response: HttpResponse): void {
    this.#settled()
    this.#hops.record(this.#life.name, 'http-answer', `${response.status} ${this.#label}`)
    if (!this.#life.alive) return leave(response)
    const { body, fail } = carryBody(this.#hops, response.body, (complete) => this.#end(complete ? undefined : new Error('the reader left')))
    this.#failBody = fail
    this.#caller.resolve({ ...response, body })
  }

  #reset(): void {
    this.#break(new HttpFailure('answer', 'ECONNRESET', `${this.#label}: the connection broke before the whole answer was there`))
  }

  /** Ends the exchange at once, for the caller and for the server. */
  #break(error: unknown): void {
    if (this.#over) return
    const failBody = this.#failBody
    this.#end(error)
    if (failBody !== undefined) return failBody(error)
    if (this.#life.alive) this.#caller.reject(error)
  }

  #end(reason: unknown): void {
    if (this.#over) return
    this.#over = true
    this.#settled()
    for (const forget of this.#forget) forget()
    if (reason !== undefined) this.#hops.hop('http', () => this.#server.abort(reason))
  }
}

function leave(response: HttpResponse): void {
  void response.body[Symbol.asyncIterator]().return?.()
}

function faultResponse({ status, reason, body }: HttpFault): HttpResponse {
  const bytes = new TextEncoder().encode(body)
  return {
    status,
    reason,
    headers: { 'content-type': 'text/plain' },
    body: (async function* () {
      if (bytes.length > 0) yield bytes
    })(),
  }
}
