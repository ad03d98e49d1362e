/** How the server's certificate is trusted. Without any of these: the system's CAs. */
export interface TlsTrust {
  /** PEM of the CA certificates to trust instead of the system's. */
  readonly ca?: string
  /** SHA-256 of the server's certificate, hex, colons allowed; replaces CA verification. */
  readonly fingerprint?: string
  /** Client certificate and key, PEM. */
  readonly certificate?: string
  readonly key?: string
  /** Verifies nothing. Only where the user named it. */
  readonly insecure?: boolean
}

export interface HttpRequest {
  readonly method: 'GET' | 'POST' | 'PUT' | 'PATCH' | 'DELETE' | 'HEAD' | 'OPTIONS'
  /** Absolute, e.g. `https://pve.example:8006/api2/json/version?x=1`. */
  readonly url: string
  /** Lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly body?: string | Uint8Array
  readonly signal?: AbortSignal
  readonly tls?: TlsTrust
}

export interface HttpResponse {
  readonly status: number
  /** The reason phrase. Proxmox puts its errors there. */
  readonly reason: string
  /** Lower-case names. */
  readonly headers: Readonly<Record<string, string>>
  /** Read once, or leave by `break`/`return()` to close the connection. */
  readonly body: AsyncIterable<Uint8Array>
}

export interface Http {
  /** Resolves when the head of the answer is there. Rejects with `HttpFailure`, or with the signal's reason. */
  request(request: HttpRequest): Promise<HttpResponse>
}

/** A server's side of the same seam: the lab's worlds are handlers. */
export type HttpHandler = (request: HttpRequest) => Promise<HttpResponse>

/**
 * Where a request failed. `connect` and `tls`: nothing reached the server, so nothing was executed.
 * `answer`: the request may have been executed.
 */
export type HttpFailureStage = 'connect' | 'tls' | 'answer'

export class HttpFailure extends Error {
  override readonly name = 'HttpFailure'
  readonly stage: HttpFailureStage
  /** `ECONNREFUSED`, `ECONNRESET`, `CERT_HAS_EXPIRED`, … */
  readonly code: string
  constructor(stage: HttpFailureStage, code: string, message: string, cause?: unknown) {
    super(message, { cause })
    this.stage = stage
    this.code = code
  }
}

export async function readBytes(body: AsyncIterable<Uint8Array>): Promise<Uint8Array> {
  const chunks: Uint8Array[] = []
  for await (const chunk of body) chunks.push(chunk)
  return chunks.length === 1 && chunks[0] !== undefined ? chunks[0] : Buffer.concat(chunks)
}

export async function readText(body: AsyncIterable<Uint8Array>): Promise<string> {
  return new TextDecoder().decode(await readBytes(body))
}

/** A whole answer from text, for handlers. */
export function textResponse(
  status: number,
  text: string,
  headers: Readonly<Record<string, string>> = { 'content-type': 'text/plain' },
  reason = '',
): HttpResponse {
  return { status, reason, headers, body: once(new TextEncoder().encode(text)) }
}

async function* once(bytes: Uint8Array): AsyncGenerator<Uint8Array> {
  if (bytes.length > 0) yield bytes
}
