import { request as requestHttp } from 'node:http'
import type { ClientRequest, IncomingMessage } from 'node:http'
import { request as requestHttps } from 'node:https'
import { HttpFailure } from '../http.ts'
import type { Http, HttpRequest, HttpResponse } from '../http.ts'
import { codeOf } from './failure-code.ts'
import { createAgents } from './tls-agents.ts'

/** Connections that nothing uses do not keep the process alive; `close` ends them at once. */
export interface RealHttp extends Http {
  close(): void
}

export function realHttp(): RealHttp {
  const agents = createAgents()
  return {
    request: (request) => send(request, agents.agentFor(new URL(request.url).protocol, request.tls), true),
    close: () => agents.close(),
  }
}

/** GET and HEAD can be sent again when a kept connection turns out to be dead; anything else may have been carried out. */
function isRepeatable(request: HttpRequest, sent: ClientRequest, error: unknown): boolean {
  return sent.reusedSocket && (request.method === 'GET' || request.method === 'HEAD') && ['ECONNRESET', 'EPIPE'].includes(codeOf(error))
}

function send(request: HttpRequest, agent: ReturnType<ReturnType<typeof createAgents>['agentFor']>, mayRepeat: boolean): Promise<HttpResponse> {
  return new Promise((resolve, reject) => {
    const { signal } = request
    if (signal?.aborted) return reject(signal.reason as Error)
    const url = new URL(request.url)
    const sent = (url.protocol === 'http:' ? requestHttp : requestHttps)(url, { method: request.method, headers: headersOf(request), agent })
    const onAbort = (): void => {
      sent.destroy()
      reject(signal?.reason as Error)
    }
    const forget = (): void => signal?.removeEventListener('abort', onAbort)
    signal?.addEventListener('abort', onAbort, { once: true })
    sent.on('error', (error) => {
      forget()
      if (signal?.aborted) return
      if (mayRepeat && isRepeatable(request, sent, error)) return resolve(send(request, agent, false))
      reject(asFailure(error, request))
    })
    sent.on('response', (message) => {
      forget()
      resolve({ status: message.statusCode ?? 0, reason: message.statusMessage ?? '', headers: flatHeaders(message), body: bodyOf(message, request) })
    })
    sent.end(request.body)
  })
}

/** node:http sends the body of a DELETE without a length, and the server takes it for the next request. */
function headersOf({ headers, body }: HttpRequest): Record<string, string> {
  return { ...headers, ...(body === undefined ? {} : { 'content-length': String(Buffer.byteLength(body)) }) }
}

function asFailure(error: unknown, request: HttpRequest): HttpFailure {
  if (error instanceof HttpFailure) return error
  const said = error instanceof Error ? error.message : String(error)
  return new HttpFailure('answer', codeOf(error), `${request.method} ${request.url}: ${said}`, error)
}

function flatHeaders(message: IncomingMessage): Record<string, string> {
  const flat: Record<string, string> = {}
  for (const [name, value] of Object.entries(message.headers)) if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
  return flat
}

/** The message as a body that can be left before its first chunk: a generator that never began would not close the connection. */
function bodyOf(message: IncomingMessage, request: HttpRequest): AsyncIterable<Uint8Array> {
  const { signal } = request
  const onAbort = (): void => void message.destroy(signal?.reason instanceof Error ? signal.reason : new Error('aborted'))
  signal?.addEventListener('abort', onAbort, { once: true })
  message.once('close', () => signal?.removeEventListener('abort', onAbort))
  message.on('error', () => {})
  const chunks: AsyncIterator<Uint8Array> = message[Symbol.asyncIterator]()
  return {
    [Symbol.asyncIterator]: () => ({
      next: async () => {
        try {
          return await chunks.next()
        } catch (error) {
          if (signal?.aborted) throw signal.reason
          throw asFailure(error, request)
        }
      },
      return: async () => {
        message.destroy()
        return { done: true, value: undefined }
      },
    }),
  }
}
