import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { textResponse, readText } from '../http.ts'
import { rpcCode } from '../rpc.ts'
import { AmbientUse, guardAmbient } from './ambient-guard.ts'
import { QuiescentError, RunLimitError } from './scheduler.ts'
import type { VirtualProcess } from './world.ts'
import { VirtualWorld } from './world.ts'

const text = (value: string): Uint8Array => new TextEncoder().encode(value)

/** One thousand steps of timers, HTTP, RPC, files and chance by five processes, with faults and a killed process. */
async function mixedWork(seed: number | string): Promise<VirtualWorld> {
  const world = new VirtualWorld({ seed })
  const chance = world.random('faults')
  world.faults.http = () => (chance.next() < 0.05 ? 'lose-answer' : 'deliver')
  world.faults.rpc = () => (chance.next() < 0.05 ? 'refuse' : 'deliver')
  const server = world.process('server')
  let count = 0
  world.route('http://server', async ({ url }) => {
    await server.effects.clock.sleep(server.effects.random.integer(10))
    return textResponse(200, `${url} ${++count}`)
  })
  await world.run(async () => {
    await server.effects.rpc.serve('/s.sock', ['/a/B'], async (_, request) => request)
    const victim = world.process('victim')
    void steps(victim, world)
    world.process('killer').effects.clock.after(100, () => victim.kill())
    const workers = Array.from({ length: 4 }, (_, index) => world.process(`worker-${index}`))
    await Promise.all(workers.map((worker) => steps(worker, world)))
  }, { guard: true })
  return world
}

async function steps({ name, effects }: VirtualProcess, world: VirtualWorld): Promise<void> {
  const client = effects.rpc.connect('/s.sock')
  for (let step = 0; step < 250; step++) {
    const outcome = await oneStep(effects.random.integer(4), `${name}/${step}`, effects, client).catch((error: Error) => error.message)
    world.note('step', outcome, name)
  }
}

async function oneStep(choice: number, label: string, effects: VirtualProcess['effects'], client: ReturnType<VirtualProcess['effects']['rpc']['connect']>): Promise<string> {
  if (choice === 0) return (await effects.clock.sleep(effects.random.integer(50)), label)
  if (choice === 1) return readText((await effects.http.request({ method: 'GET', url: `http://server/${label}` })).body)
  if (choice === 2) return Buffer.from(await client.call('/a/B', text(label), { timeoutMs: 100 })).toString()
  await effects.files.writeAtomic('/shared', label)
  return effects.files.readText('/shared')
}

test('the same seed gives the same trace, byte for byte, in a fresh world', async () => {
  await fc.assert(
    fc.asyncProperty(fc.integer(), async (seed) => {
      const [first, second] = [await mixedWork(seed), await mixedWork(seed)]
      expect(first.trace.count).toBeGreaterThan(1_000)
      expect(second.trace.text()).toBe(first.trace.text())
      expect(second.trace.digest()).toBe(first.trace.digest())
      expect(second.events).toBe(first.events)
    }),
    { numRuns: 10 },
  )
})

test('another seed gives another interleaving', async () => {
  const digests = new Set<string>()
  for (let seed = 0; seed < 10; seed++) digests.add((await mixedWork(seed)).trace.digest())
  expect(digests.size).toBe(10)
})

test('a day passes in virtual time, exactly', async () => {
  const world = new VirtualWorld({ seed: 1, startMs: 1_000 })
  await world.run(() => world.process('main').effects.clock.sleep(86_400_000))
  expect([world.elapsed(), world.now()]).toEqual([86_400_000, 86_401_000])
})

test('waiting for the outside fails as quiescent and names what is in flight', async () => {
  const world = new VirtualWorld({ seed: 1 })
  world.route('http://deaf', () => new Promise(() => {}))
  const { effects } = world.process('main')
  await expect(world.run(() => new Promise((resolve) => setTimeout(resolve, 1)))).rejects.toBeInstanceOf(QuiescentError)
  await expect(world.run(() => effects.http.request({ method: 'GET', url: 'http://deaf/x' }))).rejects.toThrow('main: GET http://deaf/x')
})

test('a run past its limit of time or of events fails', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { clock } = world.process('main').effects
  await expect(world.run(() => clock.sleep(1_000), { untilMs: 500 })).rejects.toBeInstanceOf(RunLimitError)
  const spin = async (): Promise<void> => {
    for (;;) await clock.sleep(0)
  }
  await expect(world.run(spin, { maxEvents: 1_000 })).rejects.toBeInstanceOf(RunLimitError)
})

test('an error thrown in a timer fails the run, and a failed main is its own error', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { clock } = world.process('main').effects
  await expect(
    world.run(() => {
      clock.after(1, () => {
        throw new Error('bug in a timer')
      })
      return clock.sleep(10)
    }),
  ).rejects.toThrow('bug in a timer')
  await expect(world.run(async () => Promise.reject(new Error('mine')))).rejects.toThrow('mine')
})

test('a killed process is silent: timers, promises and files of it do nothing more', async () => {
  const world = new VirtualWorld({ seed: 1 })
  world.route('http://server', async () => textResponse(200, 'answer'))
  const [main, victim] = [world.process('main'), world.process('victim')]
  const seen: string[] = []
  await world.run(async () => {
    victim.effects.clock.after(100, () => seen.push('timer'))
    void victim.effects.clock.sleep(100).then(() => seen.push('sleep'))
    void victim.effects.http.request({ method: 'GET', url: 'http://server/' }).then(() => seen.push('http'), () => seen.push('http failed'))
    void victim.effects.files.writeAtomic('/file', 'x').then(() => seen.push('file'))
    victim.kill()
    await main.effects.clock.sleep(1_000)
    void victim.effects.clock.sleep(1).then(() => seen.push('after'))
    void victim.effects.files.list('/').then(() => seen.push('after'))
    await main.effects.clock.sleep(1_000)
    expect(await main.effects.files.stat('/file')).toBeUndefined()
  })
  expect([seen, victim.alive]).toEqual([[], false])
})

test('calls under way to a killed process break, and its socket is gone', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const [main, driver] = [world.process('main'), world.process('driver')]
  await world.run(async () => {
    await driver.effects.rpc.serve('/csi.sock', ['/a/B'], () => new Promise(() => {}))
    world.route('http://driver', () => new Promise(() => {}), driver)
    const client = main.effects.rpc.connect('/csi.sock')
    const call = client.call('/a/B', new Uint8Array(), { timeoutMs: 60_000 }).catch((error: unknown) => error)
    const request = main.effects.http.request({ method: 'GET', url: 'http://driver/' }).catch((error: unknown) => error)
    main.effects.clock.after(100, () => driver.kill())
    expect(await call).toMatchObject({ code: rpcCode.UNAVAILABLE })
    expect(await request).toMatchObject({ stage: 'answer', code: 'ECONNRESET' })
    expect(world.elapsed()).toBeLessThan(200)
    await expect(client.call('/a/B', new Uint8Array(), { timeoutMs: 60_000 })).rejects.toMatchObject({ code: rpcCode.UNAVAILABLE })
    await expect(main.effects.http.request({ method: 'GET', url: 'http://driver/' })).rejects.toMatchObject({ stage: 'connect' })
    expect(await main.effects.rpc.list('/')).toEqual([])
  })
})

test('a server sees that its killed client is gone', async () => {
  const world = new VirtualWorld({ seed: 1 })
  let noticed = 0
  world.route('http://server', ({ signal }) => new Promise(() => signal?.addEventListener('abort', () => noticed++)))
  const [main, client] = [world.process('main'), world.process('client')]
  await world.run(async () => {
    void client.effects.http.request({ method: 'GET', url: 'http://server/' })
    await main.effects.clock.sleep(50)
    client.kill()
    await main.effects.clock.sleep(50)
  })
  expect(noticed).toBe(1)
})

test('a process that comes back under its name draws other chances', () => {
  const world = new VirtualWorld({ seed: 1 })
  expect(world.process('driver').effects.random.uuid()).not.toBe(world.process('driver').effects.random.uuid())
})

test('sockets belong to a machine', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const on = (machine: string): VirtualProcess => world.process(`kubelet-${machine}`, {}, { machine })
  const [first, second] = [on('k1'), on('k2')]
  await world.run(async () => {
    await first.effects.rpc.serve('/csi.sock', ['/a/B'], async () => text('k1'))
    await second.effects.rpc.serve('/csi.sock', ['/a/B'], async () => text('k2'))
    const answer = await second.effects.rpc.connect('/csi.sock').call('/a/B', new Uint8Array(), { timeoutMs: 1_000 })
    expect(Buffer.from(answer).toString()).toBe('k2')
  })
})

test('each fate of a request is what its name says, for the caller and for the server', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('main')
  let carriedOut = 0
  world.route('http://server', async () => textResponse(200, String(++carriedOut)))
  const fates = [
    ['refuse', { stage: 'connect' }, 0],
    ['lose-request', { stage: 'answer' }, 0],
    ['lose-answer', { stage: 'answer' }, 1],
    ['silence', { message: 'waited enough' }, 0],
    ['silence-answer', { message: 'waited enough' }, 1],
  ] as const
  await world.run(async () => {
    for (const [fate, seen, effect] of fates) {
      carriedOut = 0
      world.faults.http = () => fate
      const abort = new AbortController()
      effects.clock.after(1_000, () => abort.abort(new Error('waited enough')))
      await expect(effects.http.request({ method: 'POST', url: 'http://server/', signal: abort.signal }), fate).rejects.toMatchObject(seen)
      expect(carriedOut, fate).toBe(effect)
    }
    world.faults.http = () => ({ status: 595, reason: 'No route to host', body: '' })
    expect(await effects.http.request({ method: 'GET', url: 'http://server/' })).toMatchObject({ status: 595, reason: 'No route to host' })
  })
})

test('the guard makes ambient clocks, timers and chance throw, and restores them', () => {
  const before = [Date, Math.random, setTimeout]
  const restore = guardAmbient()
  try {
    for (const use of [() => Date.now(), () => new Date(), () => Math.random(), () => setTimeout(() => {}, 1), () => performance.now(), () => crypto.randomUUID(), () => AbortSignal.timeout(1)]) {
      expect(use).toThrow(AmbientUse)
    }
    expect(new Date(0).toISOString()).toBe('1970-01-01T00:00:00.000Z')
    expect(new Date(0)).toBeInstanceOf(Date)
  } finally {
    restore()
  }
  expect([Date, Math.random, setTimeout]).toEqual(before)
  expect(Date.now()).toBeGreaterThan(0)
})
