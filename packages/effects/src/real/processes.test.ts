import { mkdtemp, rm } from 'node:fs/promises'
import { tmpdir } from 'node:os'
import { join } from 'node:path'
import { afterEach, beforeEach, expect, test } from 'vitest'
import { realEffects } from '../real.ts'
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
