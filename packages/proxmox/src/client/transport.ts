/** One call to one cluster: endpoints in turn, a deadline, the answer's data or one translated error. */
import { isMap } from '@stowage/core'
import type { Log } from '@stowage/core'
import { DeadlineExceeded, HttpFailure, readText, startDeadline, type Clock, type Http, type HttpRequest } from '@stowage/effects'
import { lostAnswer, refusal, unreachable, type ProxmoxError } from '../proxmox-error.ts'
import { authorizationOf, type Connection, type ConnectionSource } from './connection.ts'

export interface Call {
  readonly method: 'GET' | 'POST' | 'PUT' | 'DELETE'
  /** Below `/api2/json`, each segment already encoded: see `path`. */
  readonly path: string
  readonly params?: Readonly<Record<string, string | number | undefined>>
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface TransportOptions {
  readonly clock: Clock
  readonly http: Http
  readonly log: Log
  readonly source: ConnectionSource
}

export type Transport = (call: Call) => Promise<unknown>

/** A path of encoded segments: path`/nodes/${node}/storage/${storage}`. */
export function path(texts: TemplateStringsArray, ...segments: readonly (string | number)[]): string {
  return texts.reduce((joined, text, index) => joined + encodeURIComponent(segments[index - 1] ?? '') + text)
}

export function createTransport({ clock, http, log, source }: TransportOptions): Transport {
  let preferred = 0
  const warned = new Set<string>()

  const warnInsecure = ({ tls, endpoints }: Connection): void => {
    const key = endpoints.join(' ')
    if (tls?.insecure !== true || warned.has(key)) return
    warned.add(key)
    log.warn('the certificate of Proxmox is not checked, because the configuration says insecure: true; whoever sits between can read the token', { endpoints })
  }

  const overEndpoints = async (call: Call, connection: Connection): Promise<Answer> => {
    warnInsecure(connection)
    const { endpoints } = connection
    let last: unknown
    for (let turn = 0; turn < endpoints.length; turn++) {
      const index = (preferred + turn) % endpoints.length
      const endpoint = endpoints[index]
      if (endpoint === undefined) break
      try {
        const answer = await once(clock, http, call, connection, endpoint)
        preferred = index
        return answer
      } catch (error) {
        if (!(error instanceof HttpFailure) || error.stage === 'answer') throw translateFailure(call, error)
        last = error
        log.debug('a Proxmox endpoint cannot be reached', { endpoint, code: error.code, message: error.message })
      }
    }
    const what = last instanceof Error ? last.message : 'none is configured'
    throw unreachable(nameOf(call), endpoints, what, last)
  }

  return async (call) => {
    const connection = await source.current()
    const answer = await overEndpoints(call, connection)
    if (answer.status !== 401) return dataOf(call, answer)
    const fresh = await source.reread()
    if (authorizationOf(fresh) === authorizationOf(connection)) return dataOf(call, answer)
    log.info('Proxmox refused the token; the credentials have changed and are used now', { call: nameOf(call) })
    return dataOf(call, await overEndpoints(call, fresh))
  }
}

interface Answer {
  readonly status: number
  readonly reason: string
  readonly text: string
}

async function once(clock: Clock, http: Http, call: Call, connection: Connection, endpoint: string): Promise<Answer> {
  const deadline = startDeadline(clock, call.timeoutMs, call.signal)
  try {
    const response = await http.request(requestOf(call, connection, endpoint, deadline.signal))
    try {
      return { status: response.status, reason: response.reason, text: await readText(response.body) }
    } catch (error) {
      // The head came, the body did not: a refusal is a refusal, but of a success the data (a task's id) is missing.
      if (response.status >= 400) return { status: response.status, reason: response.reason, text: '' }
      throw error
    }
  } finally {
    deadline.done()
  }
}

function requestOf(call: Call, connection: Connection, endpoint: string, signal: AbortSignal): HttpRequest {
  const form = new URLSearchParams()
  for (const [key, value] of Object.entries(call.params ?? {})) if (value !== undefined) form.append(key, String(value))
  const inBody = call.method === 'POST' || call.method === 'PUT'
  const query = inBody || form.size === 0 ? '' : `?${form.toString()}`
  return {
    method: call.method,
    url: `${endpoint}/api2/json${call.path}${query}`,
    headers: {
      authorization: authorizationOf(connection),
      accept: 'application/json',
      ...(inBody ? { 'content-type': 'application/x-www-form-urlencoded' } : {}),
    },
    ...(inBody ? { body: form.toString() } : {}),
    signal,
    ...(connection.tls === undefined ? {} : { tls: connection.tls }),
  }
}

function dataOf(call: Call, { status, reason, text }: Answer): unknown {
  const body = parsed(text)
  if (status >= 200 && status < 300) {
    if (body === undefined) throw lostAnswer(nameOf(call), 'the answer was no JSON')
    return body['data']
  }
  const message = typeof body?.['message'] === 'string' ? body['message'].trim() : ''
  // Proxies put their own words over the reason phrase; the longer text is the one that Proxmox wrote.
  const words = message.length > reason.length ? message : reason
  const errors = fieldErrors(body?.['errors'])
  throw refusal({ call: nameOf(call), status, words, ...(errors === undefined ? {} : { errors }) })
}

function translateFailure(call: Call, error: unknown): unknown {
  if (call.signal?.aborted === true) return call.signal.reason
  const lost = error instanceof DeadlineExceeded || error instanceof HttpFailure
  return lost ? answerMissing(call, error) : error
}

function answerMissing(call: Call, error: DeadlineExceeded | HttpFailure): ProxmoxError {
  return lostAnswer(nameOf(call), error.message, error)
}

export function nameOf({ method, path: callPath }: Call): string {
  return `${method} ${decodeURIComponent(callPath)}`
}

function parsed(text: string): Record<string, unknown> | undefined {
  try {
    const value: unknown = JSON.parse(text)
    return isMap(value) ? value : undefined
  } catch {
    return undefined
  }
}

function fieldErrors(value: unknown): Readonly<Record<string, string>> | undefined {
  if (!isMap(value)) return undefined
  return Object.fromEntries(Object.entries(value).map(([key, text]) => [key, String(text)]))
}
