import { describe, expect, test } from 'vitest'
import type { Effects } from '../effects.ts'
import { HttpFailure, readBytes, readText, textResponse } from '../http.ts'
import type { HttpHandler, HttpRequest } from '../http.ts'

export interface HttpStage {
  readonly effects: Pick<Effects, 'http' | 'clock'>
  /** Where the handler answers; no slash at the end. */
  readonly url: string
  /** An origin where nobody listens. */
  readonly nobody: string
}

type HttpRig = (handler: HttpHandler, body: (stage: HttpStage) => Promise<void>) => Promise<void>

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

export function httpContract(name: string, rig: HttpRig): void {
  describe(`http: ${name}`, () => {
    requestsAndAnswers(rig)
    goingAway(rig)
  })
}

function requestsAndAnswers(rig: HttpRig): void {
  test('method, URL, headers and body arrive; status, reason, headers and body come back', () => {
    let seen: HttpRequest | undefined
    const handler: HttpHandler = async (request) => {
      seen = request
      return textResponse(418, `got ${Buffer.from(request.body ?? '').toString()}`, { 'content-type': 'text/plain', 'x-from': 'server' }, 'VM is locked (backup)')
    }
    return rig(handler, async ({ effects, url }) => {
      const response = await effects.http.request({ method: 'PUT', url: `${url}/a%20b?x=1&y=%2F`, headers: { 'x-one': 'two' }, body: 'hello' })
      expect(seen?.method).toBe('PUT')
      expect(seen?.url).toBe(`${url}/a%20b?x=1&y=%2F`)
      expect(seen?.headers?.['x-one']).toBe('two')
      expect([response.status, response.reason, response.headers['x-from']]).toEqual([418, 'VM is locked (backup)', 'server'])
      expect(await readText(response.body)).toBe('got hello')
    })
  })

  test('a large body arrives whole, in both directions', () => {
    const chunk = Uint8Array.from({ length: 65_536 }, (_, index) => index % 251)
    const handler: HttpHandler = async (request) => ({
      status: 200,
      reason: 'OK',
      headers: { 'x-length': String(request.body?.length) },
      body: (async function* () {
        for (let index = 0; index < 100; index++) yield chunk
      })(),
    })
    return rig(handler, async ({ effects, url }) => {
      const response = await effects.http.request({ method: 'POST', url: `${url}/`, body: new Uint8Array(3_000_000) })
      const bytes = await readBytes(response.body)
      expect(response.headers['x-length']).toBe('3000000')
      expect(bytes.length).toBe(6_553_600)
      expect(Buffer.compare(bytes.subarray(99 * 65_536), chunk)).toBe(0)
    })
  })

  test('nobody listening is a failure of the connect stage', () =>
    rig(async () => textResponse(200, ''), async ({ effects, nobody }) => {
      const failure = await effects.http.request({ method: 'GET', url: `${nobody}/` }).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(HttpFailure)
      expect(failure).toMatchObject({ stage: 'connect', code: 'ECONNREFUSED' })
    }))

  test('a handler that throws is a 500', () =>
    rig(async () => Promise.reject(new Error('bug')), async ({ effects, url }) => {
      expect((await effects.http.request({ method: 'GET', url: `${url}/` })).status).toBe(500)
    }))

  test('a handler that throws an HttpFailure breaks the connection: a failure of the answer stage, no status', () =>
    rig(
      async () => Promise.reject(new HttpFailure('answer', 'ECONNRESET', 'socket hang up')),
      async ({ effects, url }) => {
        await expect(effects.http.request({ method: 'GET', url: `${url}/` })).rejects.toMatchObject({ name: 'HttpFailure', stage: 'answer' })
      },
    ))

  test('chunks arrive as they are sent, not at the end', () =>
    rig(trickle().handler, async ({ effects, url }) => {
      const response = await effects.http.request({ method: 'GET', url: `${url}/` })
      for await (const first of response.body) {
        expect(Buffer.from(first).toString()).toMatch(/^line 0\n/)
        break
      }
    }))
}

/** A handler that sends three lines, waits until its client is gone, and says whether it noticed. */
function trickle(): { handler: HttpHandler; noticed: () => boolean } {
  let noticed = false
  const handler: HttpHandler = async ({ signal }) => ({
    status: 200,
    reason: 'OK',
    headers: {},
    body: (async function* () {
      signal?.addEventListener('abort', () => (noticed = true))
      for (let index = 0; index < 3; index++) yield text(`line ${index}\n`)
      await new Promise((resolve) => signal?.addEventListener('abort', resolve, { once: true }))
    })(),
  })
  return { handler, noticed: () => noticed }
}

async function eventually(stage: HttpStage, what: () => boolean): Promise<void> {
  for (let tries = 0; tries < 100 && !what(); tries++) await stage.effects.clock.sleep(10)
  expect(what()).toBe(true)
}

function goingAway(rig: HttpRig): void {
  test('abort before the answer rejects with the reason and reaches the handler', () => {
    let noticed = false
    const handler: HttpHandler = ({ signal }) => new Promise(() => signal?.addEventListener('abort', () => (noticed = true)))
    return rig(handler, async (stage) => {
      const abort = new AbortController()
      stage.effects.clock.after(50, () => abort.abort(new Error('gave up')))
      await expect(stage.effects.http.request({ method: 'GET', url: `${stage.url}/`, signal: abort.signal })).rejects.toThrow('gave up')
      await eventually(stage, () => noticed)
    })
  })

  test('abort in the middle of a body ends the reading with the reason', () => {
    const { handler, noticed } = trickle()
    return rig(handler, async (stage) => {
      const abort = new AbortController()
      const response = await stage.effects.http.request({ method: 'GET', url: `${stage.url}/`, signal: abort.signal })
      stage.effects.clock.after(50, () => abort.abort(new Error('seen enough')))
      await expect(readText(response.body)).rejects.toThrow('seen enough')
      await eventually(stage, noticed)
    })
  })

  test('leaving a body early closes the connection, and the server notices', () => {
    const { handler, noticed } = trickle()
    return rig(handler, async (stage) => {
      const response = await stage.effects.http.request({ method: 'GET', url: `${stage.url}/` })
      for await (const chunk of response.body) {
        expect(chunk.length).toBeGreaterThan(0)
        break
      }
      await eventually(stage, noticed)
    })
  })

  test('a body that breaks off is a failure of the answer stage, not a short body', () => {
    const handler: HttpHandler = async () => ({
      status: 200,
      reason: 'OK',
      headers: { 'content-length': '100' },
      body: (async function* () {
        yield text('half')
        throw new Error('the disk went away')
      })(),
    })
    return rig(handler, async ({ effects, url }) => {
      const response = await effects.http.request({ method: 'GET', url: `${url}/` })
      const failure = await readText(response.body).catch((error: unknown) => error)
      expect(failure).toBeInstanceOf(HttpFailure)
      expect(failure).toMatchObject({ stage: 'answer' })
    })
  })

  test('an already aborted signal sends nothing', () => {
    let asked = false
    return rig(async () => ((asked = true), textResponse(200, '')), async ({ effects, url }) => {
      await expect(effects.http.request({ method: 'GET', url: `${url}/`, signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow('never mind')
      expect(asked).toBe(false)
    })
  })
}
