import { StorageError } from '@stowage/core'
import { HttpFailure, readText, startDeadline } from '@stowage/effects'
import type { Clock, Http, HttpRequest, HttpResponse, TlsTrust } from '@stowage/effects'
import { failureOfStatus, failureOfTransport, parseStatus } from './failures.ts'

export interface ClientConfig {
  /** `https://10.0.0.1:6443`, without a slash at the end. */
  readonly server: string
  readonly http: Http
  readonly clock: Clock
  readonly tls?: TlsTrust
  /** A bearer token, or how to get the present one: asked before each request, so a rotated token is seen. */
  readonly token?: string | (() => Promise<string>)
  /** Added to each request (impersonation, basic authentication). */
  readonly headers?: Readonly<Record<string, string>>
  /** The owner of the fields we write; default `stowage`. */
  readonly fieldManager?: string
  /** Default `stowage`. */
  readonly userAgent?: string
  /** For one call with all its repetitions, milliseconds; default 30,000. */
  readonly timeoutMs?: number
}

export interface Call {
  readonly method: HttpRequest['method']
  /** With its leading slash. */
  readonly path: string
  readonly query?: Readonly<Record<string, string | number | boolean | undefined>>
  readonly body?: unknown
  readonly contentType?: string
  readonly accept?: string
  /** For the error's sentence: `get Pod default/web`. */
  readonly what: string
  readonly timeoutMs?: number
  readonly signal?: AbortSignal
}

const maxAttempts = 4
const firstBackoffMs = 250

/** One call: deadline, repetition of what is safe, errors in our words. */
export class Transport {
  readonly config: ClientConfig

  constructor(config: ClientConfig) {
    this.config = { ...config, server: config.server.replace(/\/+$/, '') }
  }

  async json<T>(call: Call): Promise<T> {
    const text = await this.text(call)
    try {
      const value: T = JSON.parse(text)
      return value
    } catch (error) {
      throw new StorageError('internal', `cannot ${call.what}: ${this.config.server} answered with what is not JSON: ${text.slice(0, 200)}`, { cause: error })
    }
  }

  /** The whole body of a successful answer. */
  async text(call: Call): Promise<string> {
    const deadline = startDeadline(this.config.clock, call.timeoutMs ?? this.config.timeoutMs ?? 30_000, call.signal)
    try {
      return await this.#attempts(call, deadline.signal)
    } catch (error) {
      throw failureOfTransport(call.what, this.config.server, error)
    } finally {
      deadline.done()
    }
  }

  /** One attempt whose body the caller reads; for watches. The caller's signal is the only deadline. Throws StorageError for a status of 400 and above. */
  async open(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    try {
      const response = await this.#send(call, signal)
      if (response.status < 400) return response
      throw failureOfStatus(call.what, response.status, parseStatus(await readText(response.body)))
    } catch (error) {
      throw failureOfTransport(call.what, this.config.server, error)
    }
  }

  /** A body whose failures are in our words. */
  async *translated(what: string, body: AsyncIterable<Uint8Array>): AsyncGenerator<Uint8Array> {
    try {
      yield* body
    } catch (error) {
      throw failureOfTransport(what, this.config.server, error)
    }
  }

  async #attempts(call: Call, signal: AbortSignal): Promise<string> {
    for (let attempt = 1; ; attempt++) {
      const backoffMs = firstBackoffMs * 2 ** (attempt - 1)
      try {
        const response = await this.#send(call, signal)
        const text = await readText(response.body)
        if (response.status < 400) return text
        const waitMs = waitBeforeRepeating(call.method, response, backoffMs)
        if (waitMs === undefined || attempt === maxAttempts) throw failureOfStatus(call.what, response.status, parseStatus(text))
        await this.config.clock.sleep(waitMs, signal)
      } catch (error) {
        if (!(error instanceof HttpFailure) || attempt === maxAttempts || !isSafeToRepeat(call.method, error)) throw error
        await this.config.clock.sleep(backoffMs, signal)
      }
    }
  }

  async #send(call: Call, signal: AbortSignal): Promise<HttpResponse> {
    const { server, token, headers, userAgent = 'stowage', tls } = this.config
    const bearer = typeof token === 'function' ? await token() : token
    const query = new URLSearchParams()
    for (const [name, value] of Object.entries(call.query ?? {})) if (value !== undefined) query.set(name, String(value))
    return this.config.http.request({
      method: call.method,
      url: `${server}${call.path}${query.size === 0 ? '' : `?${query.toString()}`}`,
      headers: {
        accept: call.accept ?? 'application/json',
        'user-agent': userAgent,
        ...(call.body !== undefined && { 'content-type': call.contentType ?? 'application/json' }),
        ...(bearer !== undefined && { authorization: `Bearer ${bearer.trim()}` }),
        ...headers,
      },
      signal,
      ...(call.body !== undefined && { body: JSON.stringify(call.body) }),
      ...(tls !== undefined && { tls }),
    })
  }
}

/** Reading can be repeated; anything else only when nothing reached the server. */
function isSafeToRepeat(method: HttpRequest['method'], failure: HttpFailure): boolean {
  return failure.stage === 'connect' || (method === 'GET' && failure.stage === 'answer')
}

/**
 * Milliseconds to wait before asking again, or undefined when the answer is final. A server that says Retry-After has not
 * begun (API priority and fairness, a starting aggregator); without it only a read is repeated.
 */
function waitBeforeRepeating(method: HttpRequest['method'], response: HttpResponse, backoffMs: number): number | undefined {
  if (![429, 502, 503, 504].includes(response.status)) return undefined
  const after = Number(response.headers['retry-after'])
  if (Number.isFinite(after) && response.headers['retry-after'] !== undefined) return Math.max(after * 1000, backoffMs)
  return method === 'GET' ? backoffMs : undefined
}
