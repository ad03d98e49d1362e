import { VirtualWorld } from '@stowage/effects/virtual'
import type { Clock } from '@stowage/effects'
import { expect, test } from 'vitest'
import { fileJournal } from './file-journal.ts'
import { formatJournal, memoryJournal, parseJournal } from './journal.ts'
import type { Journal, JournalRecord } from './journal.ts'
import { runSteps } from './run-steps.ts'
import type { Step, StepEvent } from './step.ts'

const inTime = (body: (clock: Clock) => Promise<void>): Promise<void> => {
  const world = new VirtualWorld({ seed: 'steps' })
  return world.run(() => body(world.process('main').effects.clock))
}

/** A step over a set of what is true. */
function makes(what: string, world: Set<string>, rest: Partial<Step> = {}): Step {
  return {
    id: what,
    title: what,
    look: async () => (world.has(what) ? { state: 'done', message: 'is there' } : { state: 'needed', message: 'is missing' }),
    change: async () => {
      world.add(what)
      return 'made'
    },
    ...rest,
  }
}

const states = (events: readonly StepEvent[]): string[] => events.map(({ step, state }) => `${step} ${state}`)

test('steps run in order: look, change, wait; what is done stays untouched', () =>
  inTime(async (clock) => {
    const world = new Set(['a'])
    const events: StepEvent[] = []
    const result = await runSteps([makes('a', world), makes('b', world, { settle: async (_, tell) => (tell('soon'), clock.sleep(1_000).then(() => 'settled')) })], {
      run: 'test',
      clock,
      journal: memoryJournal(),
      listener: (event) => events.push(event),
    })
    expect(states(events)).toEqual(['a looking', 'a unchanged', 'b looking', 'b changing', 'b waiting', 'b waiting', 'b changed'])
    expect(events.at(-1)).toMatchObject({ message: 'settled' })
    expect(events.at(-1)?.elapsedMs).toBeCloseTo(1_000, 0)
    expect(result).toMatchObject({ ok: true })
    expect([...world]).toEqual(['a', 'b'])
  }))

test('a run that changes nothing writes no journal', () =>
  inTime(async (clock) => {
    const writes: JournalRecord[] = []
    const journal: Journal = { read: async () => undefined, write: async (record) => void writes.push(record) }
    await runSteps([makes('a', new Set(['a']))], { run: 'test', clock, journal })
    expect(writes).toEqual([])
    await runSteps([makes('a', new Set())], { run: 'test', clock, journal })
    expect(writes.map(({ steps, finishedAt }) => [steps['a']?.state, finishedAt !== undefined])).toEqual([['begun', false], ['done', false], ['done', true]])
  }))

test('a failure ends the run, is written down, and the next run goes on from there', () =>
  inTime(async (clock) => {
    const world = new Set<string>()
    const journal = memoryJournal()
    const fails = makes('b', world, { change: () => Promise.reject(new Error('disk full')) })
    const first = await runSteps([makes('a', world), fails, makes('c', world)], { run: 'test', clock, journal })
    expect(first).toMatchObject({ ok: false, failure: new Error('disk full') })
    expect([...world]).toEqual(['a'])
    expect((await journal.read())?.steps['b']).toMatchObject({ state: 'failed', message: 'disk full' })
    const second = await runSteps([makes('a', world), makes('b', world), makes('c', world)], { run: 'test', clock, journal })
    expect(second.outcomes.map(({ state }) => state)).toEqual(['unchanged', 'changed', 'changed'])
  }))

test('a step that was interrupted in the middle is named by the next run', () =>
  inTime(async (clock) => {
    const journal = memoryJournal()
    await journal.write({ run: 'test', startedAt: '2026-01-01T00:00:00.000Z', steps: { a: { state: 'begun', at: '2026-01-01T00:00:00.000Z', message: '' } } })
    const events: StepEvent[] = []
    await runSteps([makes('a', new Set())], { run: 'test', clock, journal, listener: (event) => events.push(event) })
    expect(events[0]).toMatchObject({ state: 'looking', message: 'an earlier run was interrupted here' })
  }))

test('the way back of an interrupted step, and those of the steps before it, are in the journal of the run that takes it up, and not of the one after', () =>
  inTime(async (clock) => {
    const journal = memoryJournal()
    const at = '2026-01-01T00:00:00.000Z'
    await journal.write({ run: 'test', startedAt: at, steps: { a: { state: 'done', at, message: '', undo: 'undo a' }, b: { state: 'begun', at, message: '', undo: 'b as it was' } } })
    await runSteps([makes('a', new Set(['a'])), makes('b', new Set(), { undo: 'remove b' })], { run: 'test', clock, journal })
    expect(Object.entries((await journal.read())?.steps ?? {}).map(([id, { state, undo }]) => [id, state, undo])).toEqual([['a', 'done', 'undo a'], ['b', 'done', 'b as it was']])
    await runSteps([makes('b', new Set(), { undo: 'remove b' })], { run: 'test', clock, journal })
    expect(Object.entries((await journal.read())?.steps ?? {}).map(([id, { undo }]) => [id, undo])).toEqual([['b', 'remove b']])
  }))

test('a blocked step ends the run with its words, and nothing after it is done', () =>
  inTime(async (clock) => {
    const world = new Set<string>()
    const blocked = makes('a', world, { look: async () => ({ state: 'blocked', message: 'the secret is missing' }) })
    const result = await runSteps([blocked, makes('b', world)], { run: 'test', clock, journal: memoryJournal() })
    expect(result).toMatchObject({ ok: false, failure: { kind: 'precondition', message: 'the secret is missing' } })
    expect(world.size).toBe(0)
  }))

test('a destructive step runs only with consent', () =>
  inTime(async (clock) => {
    const world = new Set<string>()
    const step = makes('delete the disk', world, { destructive: true })
    const without = await runSteps([step], { run: 'test', clock, journal: memoryJournal() })
    expect(without.outcomes[0]).toMatchObject({ state: 'skipped', message: 'is missing; not done without consent' })
    expect(world.size).toBe(0)
    await runSteps([step], { run: 'test', clock, journal: memoryJournal(), consent: ({ id }) => id === 'delete the disk' })
    expect(world.size).toBe(1)
  }))

test('only looking changes nothing, and finds all that is wrong', () =>
  inTime(async (clock) => {
    const world = new Set<string>()
    const bad = (id: string): Step => makes(id, world, { look: () => Promise.reject(new Error(`${id} is invalid`)) })
    const result = await runSteps([bad('a'), makes('b', world), bad('c')], { run: 'test', clock, journal: memoryJournal(), lookOnly: true })
    expect(result.outcomes.map(({ state }) => state)).toEqual(['failed', 'skipped', 'failed'])
    expect(result).toMatchObject({ ok: false, failure: new Error('a is invalid') })
    expect(world.size).toBe(0)
  }))

test('an abort stops the run where it is', () =>
  inTime(async (clock) => {
    const world = new Set<string>()
    const stop = new AbortController()
    const stops = makes('a', world, { change: async () => (stop.abort(new Error('Ctrl-C')), world.add('a'), 'made') })
    const result = await runSteps([stops, makes('b', world)], { run: 'test', clock, journal: memoryJournal(), signal: stop.signal })
    expect(result.outcomes.map(({ state }) => state)).toEqual(['changed', 'failed'])
    expect([...world]).toEqual(['a'])
  }))

test('a journal in a file is read back, and what is none is refused', async () => {
  const world = new VirtualWorld({ seed: 'journal' })
  const { files } = world.process('main').effects
  await world.run(async () => {
    const journal = fileJournal(files, '/journal.json')
    expect(await journal.read()).toBeUndefined()
    const record: JournalRecord = { run: 'apply', startedAt: '2026-01-01T00:00:00.000Z', steps: { a: { state: 'done', at: '2026-01-01T00:00:01.000Z', message: 'made' } } }
    await journal.write(record)
    expect(await journal.read()).toEqual(record)
    await files.writeAtomic('/journal.json', '{"half":')
    await expect(journal.read()).rejects.toMatchObject({ kind: 'invalid', message: expect.stringContaining('/journal.json') })
  })
})

test('a journal that has grown too long leaves out the earliest finished steps, and none that was begun', () => {
  const entry = (index: number): [string, JournalRecord['steps'][string]] => [`step-${index}`, { state: index % 10 === 0 ? 'begun' : 'done', at: '2026-01-01T00:00:00.000Z', message: 'made '.repeat(20) }]
  const record: JournalRecord = { run: 'apply', startedAt: '2026-01-01T00:00:00.000Z', steps: Object.fromEntries(Array.from({ length: 1_000 }, (_, index) => entry(index))) }
  const text = formatJournal(record, 50_000)
  expect(text.length).toBeLessThanOrEqual(50_000)
  const { steps, dropped = 0 } = parseJournal(text, 'here')
  expect(Object.values(steps).filter(({ state }) => state === 'begun')).toHaveLength(100)
  expect([Object.keys(steps).length + dropped, 'step-999' in steps, 'step-1' in steps]).toEqual([1_000, true, false])
  expect(formatJournal(record, 1_000_000)).toBe(JSON.stringify(record))
})
