/** Puts the list to a server (real or lab) and writes its answers down, normalised. */
import { readText, startDeadline } from '@stowage/effects'
import type { Clock, Http, TlsTrust } from '@stowage/effects'
import type { OracleAnswer, OracleRequest, OracleWatch, Recording } from './exchange.ts'
import { normalise } from './normalise.ts'

export interface OracleTarget {
  readonly server: string
  readonly origin: string
  readonly http: Http
  readonly clock: Clock
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsTrust
  /** How long watches stay open after the last request, milliseconds. */
  readonly settleMs: number
}

export async function runList(
  target: OracleTarget,
  requests: readonly OracleRequest[],
  watches: readonly OracleWatch[],
): Promise<Recording> {
  const stop = new AbortController()
  const opened = watches.map((watch) => ({ watch, events: collect(target, watch, stop.signal) }))
  await target.clock.sleep(target.settleMs)
  const raw = new Map<string, unknown>()
  const answers: Record<string, OracleAnswer> = {}
  for (const request of requests) answers[request.name] = await ask(target, request, raw)
  await target.clock.sleep(target.settleMs)
  stop.abort(new Error('the list is done'))
  const events: Record<string, readonly unknown[]> = {}
  for (const { watch, events: pending } of opened) events[watch.name] = await pending
  return { server: target.server, answers, watches: events }
}

async function ask(target: OracleTarget, request: OracleRequest, raw: Map<string, unknown>): Promise<OracleAnswer> {
  if (request.afterMs !== undefined) await target.clock.sleep(request.afterMs)
  const deadline = startDeadline(target.clock, 30_000)
  try {
    const response = await target.http.request({
      method: request.method,
      url: target.origin + fill(request.path, raw),
      headers: {
        accept: request.accept ?? 'application/json',
        'user-agent': 'oracle',
        ...(request.body === undefined ? {} : { 'content-type': request.contentType ?? 'application/json' }),
        ...target.headers,
      },
      ...(request.body === undefined ? {} : { body: text(fillDeep(request.body, raw)) }),
      ...(target.tls ? { tls: target.tls } : {}),
      signal: deadline.signal,
    })
    const body = parse(await readText(response.body))
    raw.set(request.name, body)
    const warning = response.headers['warning']
    return { status: response.status, warnings: warning === undefined ? [] : [String(normalise(warning))], body: normalise(body) }
  } finally {
    deadline.done()
  }
}

async function collect(target: OracleTarget, watch: OracleWatch, signal: AbortSignal): Promise<readonly unknown[]> {
  const events: unknown[] = []
  try {
    const response = await target.http.request({
      method: 'GET',
      url: target.origin + watch.path,
      headers: { accept: 'application/json', 'user-agent': 'oracle', ...target.headers },
      ...(target.tls ? { tls: target.tls } : {}),
      signal,
    })
    let rest = ''
    const decoder = new TextDecoder()
    for await (const chunk of response.body) {
      rest += decoder.decode(chunk, { stream: true })
      const lines = rest.split('\n')
      rest = lines.pop() ?? ''
      for (const line of lines) if (line !== '') events.push(normalise(JSON.parse(line)))
    }
  } catch (error) {
    if (!signal.aborted) throw error
  }
  return events
}

function text(body: unknown): string {
  return typeof body === 'string' ? body : JSON.stringify(body)
}

function parse(body: string): unknown {
  try {
    return JSON.parse(body) as unknown
  } catch {
    return body
  }
}

/** Replaces `${request name:metadata.uid}` by that value of an earlier answer. */
function fill(template: string, raw: ReadonlyMap<string, unknown>): string {
  return template.replaceAll(/\$\{([^:}]+):([^}]+)\}/g, (_, name: string, path: string) => {
    let value = raw.get(name)
    for (const part of path.split('.')) value = (value as Record<string, unknown> | undefined)?.[part]
    return String(value)
  })
}

function fillDeep(value: unknown, raw: ReadonlyMap<string, unknown>): unknown {
  if (typeof value === 'string') return fill(value, raw)
  if (Array.isArray(value)) return value.map((item) => fillDeep(item, raw))
  if (typeof value !== 'object' || value === null) return value
  return Object.fromEntries(Object.entries(value).map(([key, inner]) => [key, fillDeep(inner, raw)]))
}
