/** `pods/log`. */
import type { HttpRequest, HttpResponse } from '@stowage/effects'
import { ApiStatusError } from '../api/api.ts'
import { invalid } from '../api/failures.ts'
import { arrayAt, textAt } from '../api/json.ts'
import type { JsonObject } from '../api/json.ts'
import type { LogLine, PodStreams } from '../api/pod-streams.ts'
import type { Store } from '../api/store.ts'
import { badRequest } from '../api/failures.ts'
import type { Target } from './route.ts'
import { textAnswer } from './answers.ts'
import { watchStream } from './watch-stream.ts'

export function podLog(store: Store, streams: PodStreams | undefined, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const namespace = target.namespace ?? ''
  const name = target.name ?? ''
  const pod = store.requests.get(target.resource, namespace, name)
  const container = containerOf(pod, query.get('container') ?? undefined, name)
  if (streams === undefined) throw noStreams()
  const source = streams.logs(namespace, name, container, { previous: query.get('previous') === 'true' })
  const show = lineFormat(query.get('timestamps') === 'true')
  const past = kept(source.lines, query, store.clock.now()).map(show)
  if (query.get('follow') !== 'true') return textAnswer(200, past.join(''), 'text/plain')
  const body = watchStream({
    clock: store.clock,
    bookmark: undefined,
    timeoutMs: 4 * 3_600_000,
    signal: request.signal,
    start: (push, end) => {
      for (const line of past) push(line)
      return source.follow(line => (line === undefined ? end() : push(show(line))))
    },
  })
  return { status: 200, reason: '', headers: { 'content-type': 'text/plain' }, body }
}

export function noStreams(): ApiStatusError {
  return new ApiStatusError(501, 'NotImplemented', 'this lab was started without kubelets: there is nobody to ask for logs or exec')
}

/** The container that is meant; the real server's words when it cannot be known. */
export function containerOf(pod: JsonObject, asked: string | undefined, name: string): string {
  const names = (field: string): string[] => arrayAt(pod, 'spec', field).map(each => textAt(each, 'name'))
  const main = names('containers')
  const init = names('initContainers')
  if (asked !== undefined && asked !== '') {
    if ([...main, ...init].includes(asked)) return asked
    throw badRequest(`container ${asked} is not valid for pod ${name}`)
  }
  const byAnnotation = textAt(pod, 'metadata', 'annotations', 'kubectl.kubernetes.io/default-container')
  if (main.includes(byAnnotation)) return byAnnotation
  const [first] = main
  if (first === undefined) throw invalid('', 'Pod', name, [])
  if (main.length === 1) return first
  const initText = init.length === 0 ? '' : ` or one of the init containers: [${init.join(' ')}]`
  throw badRequest(`a container name must be specified for pod ${name}, choose one of: [${main.join(' ')}]${initText}`)
}

function kept(lines: readonly LogLine[], query: URLSearchParams, nowMs: number): readonly LogLine[] {
  const seconds = Number(query.get('sinceSeconds') ?? 0)
  const since = query.get('sinceTime') ?? (seconds > 0 ? new Date(nowMs - seconds * 1000).toISOString() : '')
  const recent = since === '' ? lines : lines.filter(each => Date.parse(each.time) >= Date.parse(since))
  const tail = query.get('tailLines')
  return tail === null || Number(tail) >= recent.length ? recent : recent.slice(recent.length - Number(tail))
}

function lineFormat(timestamps: boolean): (line: LogLine) => string {
  return line => (timestamps ? `${line.time} ${line.text}\n` : `${line.text}\n`)
}
