import { createServer } from 'node:net'
import { afterAll, beforeAll, expect, test } from 'vitest'
import type { TlsTrust } from '../http.ts'
import { readText, textResponse } from '../http.ts'
import { listenHttp, realEffects } from '../real.ts'
import type { Listening } from '../real.ts'
import { testCa, testCertificate, testFingerprint, testKey } from './certificates.test-data.ts'

let server: Listening
let requests = 0

beforeAll(async () => {
  const handler = async (): ReturnType<Parameters<typeof listenHttp>[0]> => (requests++, textResponse(200, 'trusted'))
  server = await listenHttp(handler, { tls: { cert: testCertificate, key: testKey } })
})
afterAll(() => server.close())

function get(tls?: TlsTrust): Promise<string> {
  const { http } = realEffects()
  return http.request({ method: 'GET', url: `${server.url}/`, headers: { authorization: 'secret' }, ...(tls && { tls }) }).then((response) => readText(response.body))
}

test('a server is trusted by its CA, by its fingerprint in any spelling, or by name of insecurity', async () => {
  expect(await get({ ca: testCa })).toBe('trusted')
  expect(await get({ fingerprint: testFingerprint })).toBe('trusted')
  expect(await get({ fingerprint: testFingerprint.replaceAll(':', '').toLowerCase() })).toBe('trusted')
  expect(await get({ insecure: true })).toBe('trusted')
})

test('a server that is not trusted sees no request, and the failure is of the tls stage', async () => {
  const before = requests
  await expect(get()).rejects.toMatchObject({ stage: 'tls' })
  await expect(get({ fingerprint: testFingerprint.replace(/^../, '00') })).rejects.toMatchObject({ stage: 'tls', code: 'FINGERPRINT_MISMATCH' })
  await expect(get({ ca: testCertificate })).rejects.toMatchObject({ stage: 'tls' })
  expect(requests).toBe(before)
})

test('a connection that was trusted under one rule is not reused under another', async () => {
  const { http } = realEffects()
  const request = (tls: TlsTrust): Promise<unknown> => http.request({ method: 'GET', url: `${server.url}/`, tls }).then((response) => readText(response.body))
  await request({ insecure: true })
  await expect(request({ fingerprint: '00' })).rejects.toMatchObject({ stage: 'tls' })
})

test('a server that speaks no TLS, and one that hangs up, are failures of the tls and the answer stage', async () => {
  const plain = createServer((socket) => socket.end('HTTP/1.1 400 Bad Request\r\n\r\n'))
  const rude = createServer((socket) => socket.once('data', () => socket.destroy()))
  const portOf = (listener: typeof plain): Promise<number> =>
    new Promise((resolve) => listener.listen(0, '127.0.0.1', () => resolve((listener.address() as { port: number }).port)))
  const { http } = realEffects()
  const [plainPort, rudePort] = [await portOf(plain), await portOf(rude)]
  await expect(http.request({ method: 'GET', url: `https://127.0.0.1:${plainPort}/` })).rejects.toMatchObject({ stage: 'tls' })
  await expect(http.request({ method: 'POST', url: `http://127.0.0.1:${rudePort}/` })).rejects.toMatchObject({ stage: 'answer', code: 'ECONNRESET' })
  plain.close()
  rude.close()
})

test('a host that does not resolve is a failure of the connect stage', async () => {
  await expect(realEffects().http.request({ method: 'GET', url: 'http://no-such-host.invalid/' })).rejects.toMatchObject({ stage: 'connect' })
})

test('a GET outlives a kept connection that the server has closed', async () => {
  const { http } = realEffects()
  const first = await listenHttp(async () => textResponse(200, 'first'))
  const get = (): Promise<string> => http.request({ method: 'GET', url: `${first.url}/` }).then((response) => readText(response.body))
  expect(await get()).toBe('first')
  await first.close()
  const second = await listenHttp(async () => textResponse(200, 'second'), { port: first.port })
  expect(await get()).toBe('second')
  await second.close()
})
