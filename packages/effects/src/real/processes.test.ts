import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import type { Clock } from '../clock.ts'
import { readText, textResponse } from '../http.ts'
import { listenHttp, realEffects } from '../real.ts'
import { realProcesses } from './processes.ts'
import type { ProcessHost } from '../process-host.ts'

let root = ''
let host: ProcessHost
beforeEach(async () => {
  root = await mkdtemp(join(tmpdir(), 'sw-'))
  host = realProcesses(realEffects(), root)
})
afterEach(() => rm(root, { recursive: true, force: true }))

const registry = '/var/lib/kubelet/plugins_registry'
const address = `${registry}/a-driver-with-quite-a-long-name.csi.sinextra.example.dev-reg.sock`
const echo = async (_: string, request: Uint8Array): Promise<Uint8Array> => request

test('processes of one machine meet at the paths they know, however long; another machine sees nothing', async () => {
  const server = host.process('driver', {}, { machine: 'k1' })
  const near = host.process('kubelet', {}, { machine: 'k1' })
  const far = host.process('kubelet', {}, { machine: 'k2' })
  await server.effects.rpc.serve(address, ['/t.T/Echo'], echo)
  expect(await near.effects.rpc.list(registry)).toEqual([address])
  expect(await far.effects.rpc.list(registry)).toEqual([])
  const client = near.effects.rpc.connect(address)
  expect([...(await client.call('/t.T/Echo', Uint8Array.of(7), { timeoutMs: 2000 }))]).toEqual([7])
  client.close()
  server.kill()
})

test('a killed process is silent: its timers do not fire and its sockets answer nobody', async () => {
  const server = host.process('driver', {}, { machine: 'k1' })
  const client = host.process('kubelet', {}, { machine: 'k1' }).effects.rpc.connect(address)
  let fired = false
  server.effects.clock.after(20, () => (fired = true))
  await server.effects.rpc.serve(address, ['/t.T/Echo'], echo)
  server.kill()
  await realEffects().clock.sleep(60)
  expect(fired).toBe(false)
  await expect(client.call('/t.T/Echo', new Uint8Array(), { timeoutMs: 500 })).rejects.toThrow()
  client.close()
})

/** The real clock, which says how many of its timers are running. */
function countedClock(): { clock: Clock; running: () => number } {
  const base = realEffects().clock
  const running = new Set<object>()
  const after: Clock['after'] = (ms, callback) => {
    const timer = {}
    running.add(timer)
    const cancel = base.after(ms, () => {
      running.delete(timer)
      callback()
    })
    return () => {
      running.delete(timer)
      cancel()
    }
  }
  return { clock: { ...base, after }, running: () => running.size }
}

test('a killed process keeps nobody waiting: neither its sleeps nor its requests hold the living', async () => {
  const [asked, gone] = [signalled(), signalled()]
  const server = await listenHttp(({ signal }) => {
    asked.now()
    return new Promise(() => signal?.addEventListener('abort', gone.now))
  })
  const { clock, running } = countedClock()
  const victim = realProcesses({ ...realEffects(), clock }, root).process('victim')
  const seen: string[] = []
  const note = (what: string) => (): void => void seen.push(what)
  victim.effects.clock.sleep(3_600_000).then(note('slept'), note('woken'))
  victim.effects.http.request({ method: 'GET', url: server.url }).then(note('answered'), note('failed'))
  await asked.seen
  expect(running()).toBe(1)
  victim.kill()
  victim.effects.clock.after(3_600_000, note('later'))
  await gone.seen
  expect([running(), seen]).toEqual([0, []])
  await server.close()
})

function signalled(): { readonly seen: Promise<void>; readonly now: () => void } {
  let now: () => void = () => {}
  const seen = new Promise<void>((resolve) => (now = resolve))
  return { seen, now }
}

test('a body that is read in a process ends as it should', async () => {
  const server = await listenHttp(async () => textResponse(200, 'whole'))
  const { effects } = host.process('reader')
  expect(await readText((await effects.http.request({ method: 'GET', url: server.url })).body)).toBe('whole')
  await expect(effects.http.request({ method: 'GET', url: server.url, signal: AbortSignal.abort(new Error('never mind')) })).rejects.toThrow('never mind')
  await server.close()
})
