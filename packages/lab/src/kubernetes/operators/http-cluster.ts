/** Any Kubernetes API over HTTP as operators see it. */
import { readText, startDeadline } from '@stowage/effects'
import type { Clock, Http, HttpResponse, TlsTrust } from '@stowage/effects'
import { arrayAt, isObject, textAt } from '../api/json.ts'
import type { Json, JsonObject } from '../api/json.ts'
import type { ClusterApi, Kind } from './cluster-api.ts'

export interface HttpClusterOptions {
  readonly http: Http
  readonly clock: Clock
  /** `https://127.0.0.1:6443` */
  readonly origin: string
  /** `authorization` and the like, lower-case names. */
  readonly headers?: Readonly<Record<string, string>>
  readonly tls?: TlsTrust
  /** Of one call. Default 30 000. */
  readonly timeoutMs?: number
}

interface Answer {
  readonly status: number
  readonly body: Json
}

/** A call that is refused otherwise than by 404 throws an Error with the server's message. */
export function httpCluster(options: HttpClusterOptions): ClusterApi {
  const call = (method: Method, path: string, body?: JsonObject, type?: string): Promise<Answer> => ask(options, method, path, body, type)
  return {
    get: async (kind, name, namespace) => found(await call('GET', pathOf(kind, namespace, name))),
    list: async (kind, namespace) => arrayAt(found(await call('GET', pathOf(kind, namespace))), 'items').filter(isObject),
    create: async (kind, object) => {
      const answer = await call('POST', pathOf(kind, textAt(object, 'metadata', 'namespace') || undefined), { apiVersion: versionOf(kind), kind: kind.kind, ...object })
      return answer.status === 409 ? undefined : mustBe(answer)
    },
    patch: async (kind, name, namespace, change, subresource) => found(await call('PATCH', pathOf(kind, namespace, name) + (subresource === undefined ? '' : `/${subresource}`), change)),
    apply: async (kind, object, manager) => {
      const path = pathOf(kind, textAt(object, 'metadata', 'namespace') || undefined, textAt(object, 'metadata', 'name'))
      return mustBe(await call('PATCH', `${path}?fieldManager=${encodeURIComponent(manager)}`, { ...object, apiVersion: versionOf(kind), kind: kind.kind }, 'application/apply-patch+yaml'))
    },
    delete: async (kind, name, namespace) => {
      found(await call('DELETE', pathOf(kind, namespace, name)))
    },
  }
}

function versionOf({ group, version }: Kind): string {
  return group === '' ? version : `${group}/${version}`
}

function pathOf(kind: Kind, namespace?: string, name?: string): string {
  const root = kind.group === '' ? '/api' : '/apis'
  const scope = kind.namespaced && namespace !== undefined ? `/namespaces/${encodeURIComponent(namespace)}` : ''
  return `${root}/${versionOf(kind)}${scope}/${kind.plural}${name === undefined ? '' : `/${encodeURIComponent(name)}`}`
}

function found(answer: Answer): JsonObject | undefined {
  return answer.status === 404 ? undefined : mustBe(answer)
}

function mustBe({ status, body }: Answer): JsonObject {
  if (status < 300 && isObject(body)) return body
  throw new Error(`the API server answered ${status}: ${textAt(body, 'message') || JSON.stringify(body).slice(0, 200)}`)
}

type Method = 'GET' | 'POST' | 'PATCH' | 'DELETE'

async function ask(options: HttpClusterOptions, method: Method, path: string, body?: JsonObject, type?: string): Promise<Answer> {
  const deadline = startDeadline(options.clock, options.timeoutMs ?? 30_000)
  try {
    const contentType = type ?? (method === 'PATCH' ? 'application/merge-patch+json' : 'application/json')
    const response = await options.http.request({
      method,
      url: options.origin + path,
      headers: { accept: 'application/json', 'user-agent': 'stowage-lab-operators', ...(body === undefined ? {} : { 'content-type': contentType }), ...options.headers },
      ...(body === undefined ? {} : { body: JSON.stringify(body) }),
      ...(options.tls === undefined ? {} : { tls: options.tls }),
      signal: deadline.signal,
    })
    return { status: response.status, body: await bodyOf(response) }
  } finally {
    deadline.done()
  }
}

async function bodyOf(response: HttpResponse): Promise<Json> {
  const text = await readText(response.body)
  try {
    const parsed: Json = JSON.parse(text)
    return parsed
  } catch {
    return { message: text }
  }
}
