import { expect, test } from 'vitest'
import { VirtualWorld } from '../virtual.ts'
import { textResponse, readText } from '../http.ts'

test('a day passes in virtual time', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('main')
  await world.run(() => effects.clock.sleep(86_400_000))
  expect(world.elapsed()).toBe(86_400_000)
})
test('request reaches', async () => {
  const world = new VirtualWorld({ seed: 1 })
  const { effects } = world.process('main')
  world.route('https://a:1', async (r) => textResponse(200, r.method))
  const t = await world.run(async () => readText((await effects.http.request({ method: 'GET', url: 'https://a:1/x' })).body))
  expect(t).toBe('GET')
})
