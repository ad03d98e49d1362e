import { createApiSchema } from '@stowage/lab/proxmox/schema/schema'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { expect, test } from 'vitest'
import { simulate, type SimulationResult } from './simulate.ts'
import type { Sabotage } from './sabotage.ts'

const schema = createApiSchema(proxmoxMethods)
const minutes = 60_000

test('whatever goes wrong, no rule is broken and everything comes to its end', { timeout: 3 * minutes }, async () => {
  for (let seed = 1; seed <= 10; seed++) {
    const { violation } = await simulate(seed, { schema })
    expect(violation?.message, `seed ${seed}`).toBeUndefined()
  }
})

test('over 200 seeds, the same seed gives the same events, byte for byte', { timeout: 5 * minutes }, async () => {
  for (let seed = 1001; seed <= 1200; seed++) {
    const [first, second] = [await simulate(seed, { schema, short: true }), await simulate(seed, { schema, short: true })]
    expect(second.digest, `seed ${seed}`).toBe(first.digest)
    expect(second.trace.join('\n') === first.trace.join('\n'), `the trace of seed ${seed}`).toBe(true)
    expect(first.violation?.message, `seed ${seed}`).toBeUndefined()
  }
})

test('other seeds give other events', async () => {
  const digests = [await simulate(1, { schema, short: true }), await simulate(2, { schema, short: true })].map(({ digest }) => digest)
  expect(new Set(digests).size).toBe(2)
})

async function firstCaught(sabotage: Sabotage): Promise<SimulationResult | undefined> {
  for (let seed = 1; seed <= 500; seed++) {
    const result = await simulate(seed, { schema, sabotage })
    if (result.violation !== undefined) return result
  }
  return undefined
}

test.each(['no-fence', 'lock-released-on-abort', 'exit-status-ignored'] as const)('the driver with %s is caught', { timeout: 5 * minutes }, async (sabotage) => {
  const caught = await firstCaught(sabotage)
  expect(caught?.violation?.rule).toMatch(/^(attached for writing twice|answered before it was true|attached disk deleted|data lost|hang)$/)
})
