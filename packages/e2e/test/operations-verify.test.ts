/** `verify` on the whole lab in virtual time: the real driver, the real plan, every class. */
import { readFileSync } from 'node:fs'
import { planStorage, readDeclaration } from '@stowage/module'
import { applyPlan, observe, statusOf, verify } from '@stowage/operations'
import type { StepEvent } from '@stowage/operations'
import { createVirtualLab } from 'stowage/lab/virtual-lab'
import type { VirtualLab } from 'stowage/lab/virtual-lab'
import { expect, test } from 'vitest'

const file = 'examples/homelab/storage.yaml'

async function inLab(body: (lab: VirtualLab) => Promise<void>, seed = 'verify'): Promise<void> {
  const virtual = createVirtualLab(seed)
  const { spec } = readDeclaration([{ file, text: readFileSync(new URL(`../../../${file}`, import.meta.url), 'utf8') }])
  if (spec === undefined) throw new Error(`${file} has faults`)
  await virtual.world.run(async () => {
    await virtual.prepare()
    const applied = await applyPlan(planStorage(spec), { client: virtual.client, waitMs: 120_000 })
    expect(applied.outcomes.filter(({ state }) => state === 'failed' || state === 'blocked')).toEqual([])
    await body(virtual)
    await virtual.lab.stop()
  }, { untilMs: 3_600_000 })
}

test('every class of the homelab keeps what is written, grows, moves where it can, and leaves nothing', () =>
  inLab(async ({ client, effects }) => {
    const events: StepEvent[] = []
    const result = await verify({ client, random: effects.random, listener: (event) => events.push(event) })
    expect(result.classes.map(({ class: name, outcome, message }) => `${name} ${outcome} ${outcome === 'failed' ? message : ''}`)).toEqual(result.classes.map(({ class: name }) => `${name} passed `))
    expect(result).toMatchObject({ ok: true })
    expect(result.classes.length).toBeGreaterThan(1)
    expect(result.classes.flatMap(({ left }) => left)).toEqual([])
    const status = statusOf(await observe(client))
    expect(status.rows.filter(({ claim }) => claim.includes('stowage-verify'))).toEqual([])
    expect(events.length).toBeGreaterThan(10)
  }))
