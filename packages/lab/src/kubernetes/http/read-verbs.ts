/** get, list and watch, as objects or as tables. */
import type { HttpRequest, HttpResponse } from '@stowage/effects'
import { badRequest } from '../api/failures.ts'
import type { Json, JsonObject } from '../api/json.ts'
import { isObject, textAt, without } from '../api/json.ts'
import type { Selection } from '../api/memory.ts'
import { groupVersion } from '../api/resources.ts'
import type { Resource } from '../api/resources.ts'
import type { Store } from '../api/store.ts'
import { jsonAnswer, statusOf } from './answers.ts'
import { ApiStatusError } from '../api/api.ts'
import type { Target } from './route.ts'
import { includeObjectOf, tableOf, wantsTable } from './table.ts'
import { watchStream } from './watch-stream.ts'

export function selectionOf(query: URLSearchParams, name?: string): Selection {
  const label = query.get('labelSelector')
  const field = [query.get('fieldSelector'), name === undefined ? null : `metadata.name=${name}`].filter(each => each !== null && each !== '').join(',')
  return { ...(label === null ? {} : { labelSelector: label }), ...(field === '' ? {} : { fieldSelector: field }) }
}

export function isWatch(query: URLSearchParams): boolean {
  return ['true', '1'].includes(query.get('watch') ?? '')
}

export function answerObject(store: Store, request: HttpRequest, query: URLSearchParams, resource: Resource, status: number, object: JsonObject, warnings: readonly string[] = []): HttpResponse {
  if (!wantsTable(request)) return jsonAnswer(status, object, [...deprecations(resource), ...warnings])
  const table = tableOf(resource, [object], store.clock.now(), includeObjectOf(query), { resourceVersion: textAt(object, 'metadata', 'resourceVersion') })
  return jsonAnswer(status, table, [...deprecations(resource), ...warnings])
}

/** What a deprecated version of a custom resource says with every answer. */
export function deprecations({ custom }: Resource): readonly string[] {
  return custom?.deprecation === undefined ? [] : [custom.deprecation]
}

export function answerList(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource } = target
  const page = pageOf(store, query, target)
  if (wantsTable(request)) return jsonAnswer(200, tableOf(resource, page.items, store.clock.now(), includeObjectOf(query), page.metadata))
  const { custom } = resource
  if (custom !== undefined) {
    const metadata = { continue: '', ...page.metadata }
    return jsonAnswer(200, { kind: custom.listKind, apiVersion: groupVersion(resource), metadata, items: page.items }, deprecations(resource))
  }
  // Items of a typed list do not repeat their kind.
  const items = page.items.map(each => without(each, 'apiVersion', 'kind'))
  return jsonAnswer(200, { kind: `${resource.kind}List`, apiVersion: groupVersion(resource), metadata: page.metadata, items })
}

interface Page {
  readonly items: readonly JsonObject[]
  readonly metadata: JsonObject
}

function pageOf(store: Store, query: URLSearchParams, { resource, namespace }: Target): Page {
  const all = store.requests.list(resource, namespace, selectionOf(query))
  const limit = Number(query.get('limit') ?? 0)
  const token = continueToken(query.get('continue'))
  const from = token === undefined ? 0 : firstAfter(all, token.start)
  const revision = token?.rv ?? store.requests.revision
  if (!(limit > 0) || all.length - from <= limit) return { items: all.slice(from), metadata: { resourceVersion: String(revision) } }
  const items = all.slice(from, from + limit)
  const last = items.at(-1)
  const remaining = all.length - from - limit
  const next = Buffer.from(JSON.stringify({ v: 'meta.k8s.io/v1', rv: revision, start: keyOf(last) })).toString('base64url')
  const selective = query.get('labelSelector') !== null || query.get('fieldSelector') !== null
  return { items, metadata: { resourceVersion: String(revision), continue: next, ...(selective ? {} : { remainingItemCount: remaining }) } }
}

function keyOf(object: JsonObject | undefined): string {
  const metadata = object?.['metadata']
  if (!isObject(metadata)) return ''
  return `${typeof metadata['namespace'] === 'string' ? metadata['namespace'] : ''}/${String(metadata['name'])}\u0000`
}

function firstAfter(all: readonly JsonObject[], start: string): number {
  const index = all.findIndex(each => keyOf(each) > start)
  return index === -1 ? all.length : index
}

function continueToken(text: string | null): { readonly rv: number; readonly start: string } | undefined {
  if (text === null || text === '') return undefined
  const decoded = Buffer.from(text, 'base64url').toString()
  try {
    const token: unknown = JSON.parse(decoded)
    if (isObject(token) && typeof token['rv'] === 'number' && typeof token['start'] === 'string') return { rv: token['rv'], start: token['start'] }
  } catch {
    throw badRequest(`invalid continue token: continue key is not valid: invalid character '${decoded[0] ?? ''}' looking for beginning of value`)
  }
  throw badRequest('invalid continue token: continue key is not valid: incorrect encoded start resourceVersion (version meta.k8s.io/v1)')
}

const defaultWatchMs = 1_800_000
const initialEventsEnd = 'k8s.io/initial-events-end'

export function answerWatch(store: Store, request: HttpRequest, query: URLSearchParams, target: Target): HttpResponse {
  const { resource, namespace } = target
  const selection = selectionOf(query, target.name)
  const encode = encoderOf(store, request, query, resource)
  const asked = query.get('resourceVersion') ?? ''
  const wantsInitial = query.get('sendInitialEvents') === 'true' || asked === '' || asked === '0'
  const bookmark = (annotations?: JsonObject): string => encode('BOOKMARK', bookmarkOf(resource, store.requests.revision, annotations))
  const start = (push: (line: string) => void): (() => void) => {
    const from = wantsInitial ? store.requests.revision : revisionOf(asked)
    if (wantsInitial && query.get('sendInitialEvents') !== 'false') {
      for (const object of store.requests.list(resource, namespace, selection)) push(encode('ADDED', object))
      if (query.get('sendInitialEvents') === 'true') push(bookmark({ [initialEventsEnd]: 'true' }))
    }
    return store.requests.watch(resource, namespace, selection, from, change => push(encode(change.type, change.object)))
  }
  const timeoutMs = Number(query.get('timeoutSeconds') ?? 0) * 1000 || defaultWatchMs
  const body = started(store, request, query, start, bookmark, timeoutMs)
  return { status: 200, reason: '', headers: { 'content-type': 'application/json' }, body }
}

/** A version that is too old is told in the stream, as the real server does, not as the answer's status. */
function started(
  store: Store,
  request: HttpRequest,
  query: URLSearchParams,
  start: (push: (line: string) => void) => () => void,
  bookmark: () => string,
  timeoutMs: number,
): AsyncIterable<Uint8Array> {
  const bookmarks = query.get('allowWatchBookmarks') === 'true' ? bookmark : undefined
  try {
    return watchStream({ clock: store.clock, start, bookmark: bookmarks, timeoutMs, signal: request.signal })
  } catch (error) {
    if (!(error instanceof ApiStatusError) || error.code !== 410) throw error
    return onlyLine(`${JSON.stringify({ type: 'ERROR', object: statusOf(error) })}\n`)
  }
}

async function* onlyLine(line: string): AsyncGenerator<Uint8Array> {
  yield new TextEncoder().encode(line)
}

function revisionOf(text: string): number {
  const revision = Number(text)
  if (!/^\d+$/.test(text)) throw new ApiStatusError(500, '', `resourceVersion: Invalid value: "${text}": strconv.ParseUint: parsing "${text}": invalid syntax`)
  return revision
}

function bookmarkOf(resource: Resource, revision: number, annotations?: JsonObject): JsonObject {
  const metadata = { resourceVersion: String(revision), ...(annotations === undefined ? {} : { annotations }) }
  return { kind: resource.kind, apiVersion: groupVersion(resource), metadata }
}

type Encode = (type: string, object: JsonObject) => string

function encoderOf(store: Store, request: HttpRequest, query: URLSearchParams, resource: Resource): Encode {
  if (!wantsTable(request)) return (type, object) => `{"type":"${type}","object":${store.json(object)}}\n`
  let isFirst = true
  return (type, object) => {
    const metadata = { resourceVersion: textAt(object, 'metadata', 'resourceVersion') }
    const table = tableOf(resource, type === 'BOOKMARK' ? [] : [object], store.clock.now(), includeObjectOf(query), metadata)
    const body: Json = isFirst ? table : { ...table, columnDefinitions: null }
    isFirst = false
    return `${JSON.stringify({ type, object: body })}\n`
  }
}
