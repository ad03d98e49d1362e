import { createServer as createHttp } from 'node:http'
import type { IncomingMessage, Server, ServerResponse } from 'node:http'
import { createServer as createHttps } from 'node:https'
import type { AddressInfo, Socket } from 'node:net'
import type { Duplex } from 'node:stream'
import { HttpFailure } from '../http.ts'
import type { HttpHandler, HttpRequest, HttpResponse } from '../http.ts'

export interface ListenOptions {
  /** Default 127.0.0.1. */
  readonly host?: string
  /** Default 0: any free port. */
  readonly port?: number
  /** PEM. `ca` asks clients for a certificate of that CA, without requiring one. */
  readonly tls?: { readonly cert: string; readonly key: string; readonly ca?: string }
  /** Takes over a connection that asks for another protocol; without it such requests are answered as ordinary ones. */
  readonly upgrade?: (request: IncomingMessage, socket: Duplex, head: Buffer) => void
  /** Largest request body in bytes, answered 413 beyond; default 64 MiB. */
  readonly maxBodyBytes?: number
}

export interface Listening {
  /** `http://127.0.0.1:34567`, without a slash at the end. */
  readonly url: string
  readonly port: number
  /** Ends every connection at once. */
  close(): Promise<void>
}

/** Serves `handler` on a real port. `request.signal` aborts when the client goes away or the server closes; bodies flow at the client's pace. */
export async function listenHttp(handler: HttpHandler, options: ListenOptions = {}): Promise<Listening> {
  const { host = '127.0.0.1', port = 0, tls, upgrade, maxBodyBytes = 64 * 1024 * 1024 } = options
  const serve = (request: IncomingMessage, response: ServerResponse): void => {
    void new Serving(request, response, tls === undefined ? 'http' : 'https').run(handler, maxBodyBytes)
  }
  const server: Server =
    tls === undefined ? createHttp(serve) : createHttps({ cert: tls.cert, key: tls.key, ...(tls.ca !== undefined && { ca: tls.ca, requestCert: true, rejectUnauthorized: false }) }, serve)
  server.keepAliveTimeout = 75_000
  const sockets = new Set<Socket>()
  server.on('connection', (socket: Socket) => {
    sockets.add(socket)
    socket.once('close', () => sockets.delete(socket))
  })
  if (upgrade !== undefined) server.on('upgrade', upgrade)
  await new Promise<void>((resolve, reject) => {
    server.once('error', reject)
    server.listen(port, host, () => {
      server.removeListener('error', reject)
      resolve()
    })
  })
  const bound = portOf(server.address())
  return {
    url: `${tls === undefined ? 'http' : 'https'}://${host.includes(':') ? `[${host}]` : host}:${bound}`,
    port: bound,
    close: () =>
      new Promise((resolve) => {
        server.close(() => resolve())
        for (const socket of sockets) socket.destroy()
      }),
  }
}

function portOf(address: AddressInfo | string | null): number {
  if (address === null || typeof address === 'string') throw new Error(`the server listens on ${String(address)}, which is no port`)
  return address.port
}

const bodyTooLarge = Symbol('body too large')

class Serving {
  readonly #request: IncomingMessage
  readonly #response: ServerResponse
  readonly #scheme: string
  readonly #gone = new AbortController()
  #wake: () => void = () => {}

  constructor(request: IncomingMessage, response: ServerResponse, scheme: string) {
    this.#request = request
    this.#response = response
    this.#scheme = scheme
    response.on('error', () => {})
    response.once('close', () => {
      if (response.writableFinished) return
      this.#gone.abort(new Error('the client went away'))
      this.#wake()
    })
  }

  async run(handler: HttpHandler, maxBodyBytes: number): Promise<void> {
    try {
      const body = await this.#body(maxBodyBytes)
      if (body === bodyTooLarge) return this.#refuse(413, 'Payload Too Large')
      await this.#send(await handler(this.#seen(body)))
    } catch (error) {
      // A handler that throws an HttpFailure is a server whose connection breaks.
      if (error instanceof HttpFailure) return void this.#response.destroy()
      this.#refuse(500, error instanceof Error ? error.message : String(error))
    }
  }

  async #body(limit: number): Promise<Uint8Array | typeof bodyTooLarge> {
    const chunks: Uint8Array[] = []
    let length = 0
    for await (const chunk of this.#request as AsyncIterable<Uint8Array>) {
      length += chunk.length
      if (length > limit) return bodyTooLarge
      chunks.push(chunk)
    }
    return Buffer.concat(chunks)
  }

  #seen(body: Uint8Array): HttpRequest {
    const { method = 'GET', headers, url = '/' } = this.#request
    const flat: Record<string, string> = {}
    for (const [name, value] of Object.entries(headers)) if (value !== undefined) flat[name] = Array.isArray(value) ? value.join(', ') : value
    return {
      method: method as HttpRequest['method'],
      url: new URL(url, `${this.#scheme}://${headers.host ?? 'localhost'}`).href,
      headers: flat,
      signal: this.#gone.signal,
      ...(body.length > 0 && { body }),
    }
  }

  async #send({ status, reason, headers, body }: HttpResponse): Promise<void> {
    const response = this.#response
    const chunks = body[Symbol.asyncIterator]()
    if (this.#gone.signal.aborted) return void chunks.return?.()
    if (reason === '') response.writeHead(status, { ...headers })
    else response.writeHead(status, reason, { ...headers })
    if (this.#request.method === 'HEAD') {
      void chunks.return?.()
      return void response.end()
    }
    response.flushHeaders()
    for (;;) {
      const next = await this.#unlessGone(chunks.next())
      if (next === undefined) return void chunks.return?.()
      if (next.done === true) return void response.end()
      if (!response.write(next.value)) await this.#unlessGone(new Promise<void>((resolve) => response.once('drain', resolve)))
    }
  }

  /** undefined when the client goes away first. Not a race against one long promise: that keeps every loser of a day's watch. */
  #unlessGone<T>(work: Promise<T>): Promise<T | undefined> {
    return new Promise((resolve, reject) => {
      this.#wake = () => resolve(undefined)
      if (this.#gone.signal.aborted) this.#wake()
      work.then(resolve, reject)
    })
  }

  /** After the head is out, only breaking the connection tells the client that the body is not whole. */
  #refuse(status: number, message: string): void {
    if (this.#response.headersSent) return void this.#response.destroy()
    this.#response.writeHead(status, { 'content-type': 'text/plain', connection: 'close' })
    this.#response.end(message)
  }
}
