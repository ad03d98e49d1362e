import type { HttpHandler, HttpRequest } from '@stowage/effects'
import { readText } from '@stowage/effects'
import { VirtualWorld } from '@stowage/effects/virtual'
import { expect, test } from 'vitest'
import type { Api } from '../api/api.ts'
import { arrayAt, at, objectAt, textAt } from '../api/json.ts'
import type { Json } from '../api/json.ts'
import type { PodStreams } from '../api/pod-streams.ts'
import { createStore } from '../api/store.ts'
import type { Store } from '../api/store.ts'
import { createApiHandler } from './api-handler.ts'

interface Lab {
  readonly api: Api
  readonly store: Store
  readonly handler: HttpHandler
  readonly sleep: (ms: number) => Promise<void>
  /** Status, content type and parsed body of a request. */
  readonly ask: (method: HttpRequest['method'], path: string, options?: { body?: unknown; headers?: Record<string, string> }) => Promise<{ status: number; warning: string | undefined; body: Json }>
}

const streams: PodStreams = {
  exec: async () => ({ exitCode: 0, stdout: new Uint8Array(), stderr: new Uint8Array() }),
  logs: () => ({
    lines: ['one', 'two', 'three'].map((text, index) => ({ time: `2026-01-01T00:00:0${index}.000000000Z`, text })),
    follow: listener => {
      listener({ time: '2026-01-01T00:00:09.000000000Z', text: 'later' })
      listener(undefined)
      return () => {}
    },
  }),
}

async function inLab(work: (lab: Lab) => Promise<void>): Promise<void> {
  const world = new VirtualWorld({ seed: 11 })
  const { effects } = world.process('lab')
  const store = createStore(effects)
  const handler = createApiHandler(store, { podStreams: streams })
  const ask: Lab['ask'] = async (method, path, { body, headers = {} } = {}) => {
    const text = typeof body === 'string' ? body : JSON.stringify(body)
    const answer = await handler({ method, url: `http://lab${path}`, headers: { 'content-type': 'application/json', ...headers }, ...(body === undefined ? {} : { body: text }) })
    const read = await readText(answer.body)
    return { status: answer.status, warning: answer.headers['warning'], body: (answer.headers['content-type'] ?? '').startsWith('application/json') ? jsonOf(read) : read }
  }
  await world.run(() => work({ api: store.client('test'), store, handler, sleep: ms => effects.clock.sleep(ms), ask }))
}

const namesOf = (list: Json): string[] => arrayAt(list, 'items').map(each => textAt(each, 'metadata', 'name'))

const configMaps = '/api/v1/namespaces/default/configmaps'
const config = (name: string) => ({ apiVersion: 'v1', kind: 'ConfigMap', metadata: { name } })
const asTable = { accept: 'application/json;as=Table;v=v1;g=meta.k8s.io,application/json;as=Table;v=v1beta1;g=meta.k8s.io,application/json' }

test('a list comes in chunks that together are the whole', () =>
  inLab(async ({ ask }) => {
    for (const name of ['c', 'a', 'b']) await ask('POST', configMaps, { body: config(name) })
    const first = await ask('GET', `${configMaps}?limit=2`)
    expect(namesOf(first.body)).toEqual(['a', 'b'])
    expect(at(first.body, 'metadata', 'remainingItemCount')).toBe(1)
    const second = await ask('GET', `${configMaps}?limit=2&continue=${textAt(first.body, 'metadata', 'continue')}`)
    expect(namesOf(second.body)).toEqual(['c'])
    expect(at(second.body, 'metadata', 'continue')).toBeUndefined()
  }))

function jsonOf(text: string): Json {
  const parsed: Json = JSON.parse(text)
  return parsed
}

async function linesOf(handler: HttpHandler, path: string, headers: Record<string, string>, during: () => Promise<void> | void): Promise<Json[]> {
  const answer = await handler({ method: 'GET', url: `http://lab${path}`, headers })
  await during()
  return (await readText(answer.body)).trim().split('\n').map(each => jsonOf(each))
}

test('a watch replays what came after a version, then follows', () =>
  inLab(async ({ api, ask, handler }) => {
    const { body } = await ask('POST', configMaps, { body: config('a') })
    await ask('POST', configMaps, { body: config('b') })
    const events = await linesOf(handler, `${configMaps}?watch=1&timeoutSeconds=2&resourceVersion=${textAt(body, 'metadata', 'resourceVersion')}`, {}, () => api.delete('configmaps', 'a', 'default'))
    expect(events.map(each => `${textAt(each, 'type')} ${textAt(each, 'object', 'metadata', 'name')}`)).toEqual(['ADDED b', 'DELETED a'])
  }))

test('a watch as tables tells the columns once', () =>
  inLab(async ({ api, handler }) => {
    const add = (name: string) => void api.create('configmaps', { apiVersion: 'v1', kind: 'ConfigMap', metadata: { name, namespace: 'default' } })
    const events = await linesOf(handler, `${configMaps}?watch=1&timeoutSeconds=2`, asTable, () => [add('a'), add('b')].forEach(() => {}))
    expect(events.map(each => at(each, 'object', 'rows', 0, 'cells', 0))).toEqual(['a', 'b'])
    expect(arrayAt(events[0], 'object', 'columnDefinitions').map(each => textAt(each, 'name'))).toEqual(['Name', 'Data', 'Age'])
    expect(at(events[1], 'object', 'columnDefinitions')).toBeNull()
  }))

test('a version that is no longer kept is told as 410 Expired in the stream', () =>
  inLab(async ({ ask, handler, store }) => {
    await ask('POST', configMaps, { body: config('a') })
    store.requests.shelf(store.requests.resource('configmaps')).compact()
    const [event] = await linesOf(handler, `${configMaps}?watch=1&resourceVersion=1`, {}, () => {})
    expect(event).toMatchObject({ type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: expect.stringMatching(/^too old resource version: 1 \(\d+\)$/) } })
  }))

test('a streaming list ends with the bookmark that says so, and bookmarks follow each minute', () =>
  inLab(async ({ ask, handler }) => {
    await ask('POST', configMaps, { body: config('a') })
    const events = await linesOf(handler, `${configMaps}?watch=1&sendInitialEvents=true&allowWatchBookmarks=true&resourceVersionMatch=NotOlderThan&timeoutSeconds=70`, {}, () => {})
    expect(events.map(each => textAt(each, 'type'))).toEqual(['ADDED', 'BOOKMARK', 'BOOKMARK'])
    expect(objectAt(events[1], 'object', 'metadata', 'annotations')).toEqual({ 'k8s.io/initial-events-end': 'true' })
  }))

test('an unknown field is a warning by default, a refusal when strict, nothing when ignored', () =>
  inLab(async ({ ask }) => {
    const body = { ...config('a'), dta: {} }
    expect((await ask('POST', `${configMaps}?dryRun=All`, { body })).warning).toBe('299 - "unknown field \\"dta\\""')
    expect((await ask('POST', `${configMaps}?dryRun=All&fieldValidation=Ignore`, { body })).warning).toBeUndefined()
    expect((await ask('POST', `${configMaps}?fieldValidation=Strict`, { body })).body).toMatchObject({
      code: 400, message: 'ConfigMap in version "v1" cannot be handled as a ConfigMap: strict decoding error: unknown field "dta"',
    })
  }))

test('a body may be YAML', () =>
  inLab(async ({ ask }) => {
    const headers = { 'content-type': 'application/yaml' }
    expect(await ask('POST', configMaps, { body: 'apiVersion: v1\nkind: ConfigMap\nmetadata: {name: a}\ndata: {x: "1"}\n', headers })).toMatchObject({ status: 201, body: { data: { x: '1' } } })
  }))

test('log answers the tail, with times, and follows to the end', () =>
  inLab(async ({ ask }) => {
    const containers = [{ name: 'main', image: 'x' }]
    await ask('POST', '/api/v1/namespaces/default/pods', { body: { apiVersion: 'v1', kind: 'Pod', metadata: { name: 'p' }, spec: { containers } } })
    const log = '/api/v1/namespaces/default/pods/p/log'
    expect((await ask('GET', `${log}?tailLines=1`)).body).toBe('three\n')
    expect((await ask('GET', `${log}?sinceTime=2026-01-01T00:00:01Z&timestamps=true`)).body).toBe('2026-01-01T00:00:01.000000000Z two\n2026-01-01T00:00:02.000000000Z three\n')
    expect((await ask('GET', `${log}?follow=true&tailLines=0`)).body).toBe('later\n')
    expect((await ask('GET', `${log}?container=other`)).body).toMatchObject({ code: 400, message: 'container other is not valid for pod p' })
  }))

test('discovery says the same in both of its forms', () =>
  inLab(async ({ ask }) => {
    const aggregated = await ask('GET', '/apis', { headers: { accept: 'application/json;g=apidiscovery.k8s.io;v=v2;as=APIGroupDiscoveryList,application/json' } })
    const inOne = arrayAt(aggregated.body, 'items').flatMap(group =>
      arrayAt(group, 'versions').flatMap(version => arrayAt(version, 'resources').map(each => `${textAt(each, 'resource')}.${textAt(group, 'metadata', 'name')}`)),
    )
    const groups = arrayAt((await ask('GET', '/apis')).body, 'groups')
    const lists = await Promise.all(groups.map(group => ask('GET', `/apis/${textAt(group, 'preferredVersion', 'groupVersion')}`)))
    const inMany = lists.flatMap((list, index) =>
      arrayAt(list.body, 'resources').map(each => textAt(each, 'name')).filter(each => !each.includes('/')).map(each => `${each}.${textAt(groups[index], 'name')}`),
    )
    expect(inOne).toEqual(inMany)
    expect(inOne).toContain('volumeattachments.storage.k8s.io')
  }))

test('an OpenAPI document is kept by its tag', () =>
  inLab(async ({ ask, handler }) => {
    const index = await ask('GET', '/openapi/v3')
    const url = `http://lab${textAt(index.body, 'paths', 'apis/storage.k8s.io/v1', 'serverRelativeURL')}`
    const { headers, body } = await handler({ method: 'GET', url })
    const document = jsonOf(await readText(body))
    expect(Object.keys(objectAt(document, 'components', 'schemas'))).toContain('io.k8s.api.storage.v1.StorageClass')
    expect(JSON.stringify(document)).not.toContain('x-go')
    expect((await handler({ method: 'GET', url, headers: { 'if-none-match': headers['etag'] ?? '' } })).status).toBe(304)
  }))

test('what is not there is told as the real server tells it', () =>
  inLab(async ({ ask }) => {
    expect(await ask('GET', '/apis/none.example.com/v1/things')).toMatchObject({ status: 404, body: '404 page not found\n' })
    expect((await ask('GET', '/api/v1/unknownthings')).body).toMatchObject({ code: 404, message: 'the server could not find the requested resource' })
    expect((await ask('PUT', configMaps, { body: {} })).body).toMatchObject({ code: 405, reason: 'MethodNotAllowed' })
    expect((await ask('GET', '/version')).body).toMatchObject({ gitVersion: 'v1.36.3' })
  }))
