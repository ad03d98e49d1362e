import { expect, test } from 'vitest'
import { parseCron } from './cron.ts'

const after = (expression: string, from: string): string | undefined => {
  const next = parseCron(expression).next(Date.parse(from))
  return next === undefined ? undefined : new Date(next).toISOString().slice(0, 16)
}

test.each([
  ['17 0 * * *', '2026-11-21T12:00:00Z', '2026-11-22T00:17'],
  ['17 0 * * *', '2026-11-21T00:17:00Z', '2026-11-22T00:17'],
  ['47 1 * * 0', '2026-11-21T12:00:00Z', '2026-11-22T01:47'],
  ['17 3 1 * *', '2026-11-21T12:00:00Z', '2026-12-01T03:17'],
  ['*/15 * * * *', '2026-11-21T12:01:00Z', '2026-11-21T12:15'],
  ['0 0 29 feb *', '2026-11-21T12:00:00Z', '2028-02-29T00:00'],
  ['@daily', '2026-11-21T12:00:00Z', '2026-11-22T00:00'],
  ['0 3 13 * fri', '2026-11-21T12:00:00Z', '2026-11-27T03:00'],
  ['CRON_TZ=Europe/Berlin 30 2 * * *', '2026-11-21T12:00:00Z', '2026-11-22T01:30'],
  ['TZ=America/New_York 0 0 * * *', '2026-07-01T12:00:00Z', '2026-07-02T04:00'],
])('%s after %s is due at %s', (expression, from, due) => {
  expect(after(expression, from)).toBe(due)
})

test('a day that never comes is never due', () => {
  expect(after('0 0 31 2 *', '2026-11-21T12:00:00Z')).toBeUndefined()
})

test.each([
  ['* * * *', 'expected exactly 5 fields, found 4: [* * * *]'],
  ['@never', 'unrecognized descriptor: @never'],
  ['0 0 0 * *', 'beginning of range (0) below minimum (1): 0'],
  ['0 5-3 * * *', 'beginning of range (5) beyond end of range (3): 5-3'],
  ['CRON_TZ=Nowhere/None 0 0 * * *', 'provided bad location Nowhere/None: unknown time zone Nowhere/None'],
])('%s is refused', (expression, words) => {
  expect(() => parseCron(expression)).toThrow(words)
})
