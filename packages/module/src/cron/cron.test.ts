import { Cron as Croner } from 'croner'
import { array, assert, constant, integer, oneof, property, tuple } from 'fast-check'
import { expect, test } from 'vitest'
import { parseCron } from './cron.ts'
import { parseGoDuration, spokenDuration } from './go-duration.ts'
import { longestGap } from './longest-gap.ts'
import { closestStart, startsOf } from './same-minute.ts'
import { skippedRun } from './skipped-run.ts'

const hour = 3_600_000
const day = 24 * hour

test.each([
  ['7 * * * *', hour],
  ['17 0 * * *', day],
  ['47 1 * * 0', 7 * day],
  ['17 3 1 * *', 31 * day],
  ['0 */6 * * *', 6 * hour],
  ['0 9-17 * * 1-5', 2 * day + 16 * hour],
  ['0 0 31 * *', 61 * day],
  ['0 0 29 2 *', 4 * 365.25 * day],
  ['* * 1 1 *', 365 * day + 60_000],
  ['@daily', day],
  ['@every 90m', 1.5 * hour],
  ['CRON_TZ=UTC 17 0 * * *', day],
  ['CRON_TZ=Europe/Berlin 17 0 * * *', 25 * hour],
  ['TZ=Asia/Tokyo 17 0 * * *', day],
  ['17 0 1 * 0', 7 * day],
])('at most so long between two runs of %s', (cron, expected) => {
  expect(longestGap(cron)).toBe(expected)
})

test.each(['', '* * * *', '* * * * * *', '60 * * * *', '* 24 * * *', '* * 0 * *', '* * * 13 *', '* * * * 7', '5-1 * * * *', '*/0 * * * *', '1-2-3 * * * *', 'a * * * *', '0 0 L * *', '0 0 * * 1#2', '0 0 30 2 *', '@dayly', '@every', '@every 7d', 'CRON_TZ=Nowhere/Land 0 0 * * *', 'CRON_TZ=UTC', '0,, * * * *'])(
  '%j is no cron that Velero reads',
  (cron) => {
    expect(parseCron(cron)).toHaveProperty('fault')
    expect(longestGap(cron)).toBeUndefined()
  },
)

/** The next runs as another library counts them. It refuses some of what Velero reads (`3/5`, steps above the range): lists of numbers mean the same to both. */
function nextRuns(text: string, after: Date, count: number): readonly Date[] {
  const cron = parseCron(text)
  if ('fault' in cron || cron.kind === 'every') throw new Error(`${text} has no fields`)
  const { minutes, hours, daysOfMonth, months, daysOfWeek, anyDayOfMonth, anyDayOfWeek, zone } = cron
  const lists = [minutes, hours, anyDayOfMonth ? ['*'] : [...daysOfMonth], [...months], anyDayOfWeek ? ['*'] : [...daysOfWeek]]
  return new Croner(lists.map((list) => list.join(',')).join(' '), { timezone: zone, mode: '5-part' }).nextRuns(count, after)
}

const field = (low: number, high: number) =>
  oneof(
    constant('*'),
    integer({ min: low, max: high }).map(String),
    tuple(integer({ min: low, max: high }), integer({ min: low, max: high })).map(([a, b]) => `${Math.min(a, b)}-${Math.max(a, b)}`),
    integer({ min: 1, max: 70 }).map((step) => `*/${step}`),
    tuple(integer({ min: low, max: high }), integer({ min: 1, max: 9 })).map(([from, step]) => `${from}/${step}`),
    array(integer({ min: low, max: high }), { minLength: 2, maxLength: 3 }).map((list) => list.join()),
  )
const anyCron = tuple(field(0, 59), field(0, 23), field(1, 28), field(1, 12), field(0, 6)).map((fields) => fields.join(' '))

test('no two of the next runs, as another library counts them, are further apart than the longest gap', () => {
  assert(
    property(anyCron, (cron) => {
      const gap = longestGap(cron)
      const runs = nextRuns(cron, new Date('2026-01-01T00:00:00Z'), 60)
      if (gap === undefined || runs.length < 2) return false
      return runs.slice(1).every((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0) <= gap)
    }),
    { numRuns: 300, seed: 7 },
  )
})

test('the longest gap does happen', () => {
  for (const cron of ['17 0 * * *', '0 9-17 * * 1-5', '0 0 31 * *', '17 3 1 * *', '5 4 1-7 * 0']) {
    const runs = nextRuns(cron, new Date('2024-01-01T00:00:00Z'), 1500)
    const seen = Math.max(...runs.slice(1).map((run, index) => run.getTime() - (runs[index]?.getTime() ?? 0)))
    expect(seen).toBe(longestGap(cron))
  }
})

test('how close two begin, and whether ever on one day', () => {
  const starts = (text: string) => {
    const cron = parseCron(text)
    if ('fault' in cron || cron.kind === 'every') throw new Error(text)
    return startsOf(cron)
  }
  expect(closestStart(starts('17 0 * * *'), starts('19 0 * * *'), 5)).toBe(2)
  expect(closestStart(starts('17 0 * * *'), starts('19 1 * * *'), 5)).toBeUndefined()
  expect(closestStart(starts('17 0 1 * *'), starts('17 0 2 * *'), 5)).toBeUndefined()
  expect(closestStart(starts('17 0 1 * *'), starts('17 0 * * 0'), 5)).toBe(0)
  expect(closestStart(starts('17 0 * * *'), starts('CRON_TZ=Asia/Tokyo 17 0 * * *'), 5)).toBeUndefined()
})

test.each([
  ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-03-29'],
  ['CRON_TZ=Europe/Berlin 30 2 28 * *', '2027-03-28'],
  ['CRON_TZ=America/New_York 30 2 * * 0', '2026-03-08'],
  ['CRON_TZ=America/Santiago 15 0 * * *', '2026-09-06'],
  ['CRON_TZ=Australia/Lord_Howe 10 2 * * *', '2026-10-04'],
  ['CRON_TZ=Europe/Berlin 59 1 * * *', undefined],
  ['CRON_TZ=Europe/Berlin 0 3 * * *', undefined],
  ['CRON_TZ=Europe/Berlin 30 2 * * 1', undefined],
  ['CRON_TZ=Asia/Tokyo 30 2 * * *', undefined],
  ['30 2 * * *', undefined],
])('the first run of %s that is left out when clocks go forward: %s', (text, expected) => {
  const cron = parseCron(text)
  if ('fault' in cron || cron.kind === 'every') throw new Error(text)
  expect(skippedRun(cron)).toBe(expected)
})

test('durations are Go’s', () => {
  expect(parseGoDuration('1h30m')).toBe(1.5 * hour)
  expect(parseGoDuration('1.5h')).toBe(1.5 * hour)
  expect(parseGoDuration('500ms')).toBe(500)
  expect(parseGoDuration('7d')).toBeUndefined()
  expect(parseGoDuration('')).toBeUndefined()
  expect([spokenDuration(45 * 60_000), spokenDuration(25 * hour), spokenDuration(8 * day)]).toEqual(['45m', '25h', '8 days'])
})
