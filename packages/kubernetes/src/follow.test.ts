import type { HttpRequest, HttpResponse } from '@stowage/effects'
import { expect, test } from 'vitest'
import { json, stage } from './client.test-stage.ts'
import type { KubernetesClientFixture } from './client.test-stage.ts'
import { follow, waitFor } from './follow.ts'
import type { KubernetesObject } from './objects.ts'

const claims = { apiVersion: 'v1', kind: 'PersistentVolumeClaim' }
const path = 'GET /api/v1/persistentvolumeclaims'

const object = (name: string, resourceVersion: string): KubernetesObject => ({ metadata: { name, resourceVersion } })

/** A watch answer with these lines; `stays` leaves the connection open. */
function lines(events: readonly object[], stays?: AbortSignal): HttpResponse {
  return {
    status: 200,
    reason: 'OK',
    headers: {},
    body: (async function* () {
      for (const event of events) yield new TextEncoder().encode(`${JSON.stringify(event)}\n`)
      if (stays !== undefined) await new Promise((resolve) => stays.addEventListener('abort', resolve, { once: true }))
    })(),
  }
}

/** Answers lists and watches from two queues. */
function serve({ answer }: KubernetesClientFixture, lists: HttpResponse[], watches: ((request: HttpRequest) => HttpResponse)[]): string[] {
  const from: string[] = []
  answer(path, (request) => {
    const { searchParams } = new URL(request.url)
    if (searchParams.get('watch') === null) return lists.shift() ?? json(500, {})
    from.push(searchParams.get('resourceVersion') ?? '')
    return watches.shift()?.(request) ?? lines([], request.signal)
  })
  return from
}

async function take(fixture: KubernetesClientFixture, count: number): Promise<string[]> {
  const seen: string[] = []
  for await (const change of follow(fixture.client, claims)) {
    seen.push(change.type === 'snapshot' ? `snapshot ${change.items.map((item) => item.metadata?.name).join('+')}` : `${change.type} ${change.object.metadata?.name}`)
    if (seen.length === count) break
  }
  return seen
}

test('a list is followed by its changes, across connections, from the last version seen', () =>
  stage(async (fixture) => {
    const from = serve(
      fixture,
      [json(200, { metadata: { resourceVersion: '10' }, items: [object('a', '4')] })],
      [
        () => lines([{ type: 'ADDED', object: object('b', '11') }, { type: 'BOOKMARK', object: { metadata: { resourceVersion: '20' } } }]),
        () => lines([{ type: 'MODIFIED', object: object('b', '21') }, { type: 'DELETED', object: object('a', '22') }]),
      ],
    )
    expect(await take(fixture, 4)).toEqual(['snapshot a', 'added b', 'modified b', 'deleted a'])
    expect(from).toEqual(['10', '20'])
  }))

test('a lost thread is taken up by a new list', () =>
  stage(async (fixture) => {
    const gone = { type: 'ERROR', object: { kind: 'Status', code: 410, reason: 'Expired', message: 'too old resource version: 10 (99)' } }
    const lists = [json(200, { metadata: { resourceVersion: '10' }, items: [object('a', '4')] }), json(200, { metadata: { resourceVersion: '99' }, items: [] })]
    const from = serve(fixture, lists, [() => lines([gone]), () => lines([{ type: 'ADDED', object: object('c', '100') }])])
    expect(await take(fixture, 3)).toEqual(['snapshot a', 'snapshot ', 'added c'])
    expect(from).toEqual(['10', '99'])
  }))

test('a server that falls silent in a watch does not hang it', () =>
  stage(async (fixture) => {
    const lists = [json(200, { metadata: { resourceVersion: '10' }, items: [] })]
    serve(fixture, lists, [({ signal }) => lines([], signal), () => lines([{ type: 'ADDED', object: object('late', '11') }])])
    expect(await take(fixture, 2)).toEqual(['snapshot ', 'added late'])
    expect(fixture.world.elapsed()).toBeGreaterThan(135_000)
    expect(fixture.world.elapsed()).toBeLessThan(140_000)
  }))

test('a server that is away is asked again with growing pauses; one that refuses ends it', () =>
  stage(async (fixture) => {
    const { world, answer, client } = fixture
    await client.resource(claims)
    let refused = 0
    world.faults.http = () => (++refused < 10 ? 'refuse' : 'deliver')
    serve(fixture, [json(200, { metadata: { resourceVersion: '1' }, items: [] })], [])
    expect(await take(fixture, 1)).toEqual(['snapshot '])
    answer(path, () => json(403, { kind: 'Status', reason: 'Forbidden', message: 'no' }))
    await expect(take(fixture, 1)).rejects.toMatchObject({ kind: 'denied' })
  }))

test('a server that ends each watch at once is not asked in a tight loop', () =>
  stage(async (fixture) => {
    const { world, answer } = fixture
    let watches = 0
    answer(path, ({ url }) => {
      if (new URL(url).searchParams.get('watch') === null) return json(200, { metadata: { resourceVersion: '1' }, items: [] })
      watches += 1
      return watches > 5 ? lines([{ type: 'ADDED', object: object('a', '2') }]) : lines([])
    })
    await take(fixture, 2)
    expect(world.elapsed()).toBeGreaterThan(500 + 1_000 + 2_000 + 4_000 + 8_000)
  }))

test('leaving closes the connection at the server', () =>
  stage(async (fixture) => {
    let closed = false
    serve(fixture, [json(200, { metadata: { resourceVersion: '1' }, items: [] })], [
      ({ signal }) => {
        signal?.addEventListener('abort', () => (closed = true))
        return lines([{ type: 'ADDED', object: object('a', '2') }], signal)
      },
    ])
    await take(fixture, 2)
    await fixture.client.clock.sleep(100)
    expect(closed).toBe(true)
  }))

test('waitFor resolves with what is accepted, and rejects when its signal aborts', () =>
  stage(async (fixture) => {
    const { client } = fixture
    serve(fixture, [json(200, { metadata: { resourceVersion: '1' }, items: [] })], [() => lines([{ type: 'ADDED', object: object('a', '2') }])])
    const never = new AbortController()
    expect(await waitFor(client, { ...claims, name: 'a' }, never.signal, (found) => found?.metadata?.resourceVersion)).toBe('2')
    serve(fixture, [json(200, { metadata: { resourceVersion: '1' }, items: [] })], [])
    const abort = new AbortController()
    client.clock.after(5_000, () => abort.abort(new Error('waited enough')))
    await expect(waitFor(client, { ...claims, name: 'a' }, abort.signal, (found) => found)).rejects.toThrow('waited enough')
  }))
