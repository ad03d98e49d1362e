import { expect, test } from 'vitest'
import { parseDuration, parseFlags } from './flags.ts'

const kinds = { timeout: 'duration', name: 'text', on: 'boolean', count: 'count' } as const

test('flags are read as Go reads them', () => {
  const flags = parseFlags(['--timeout=1m30s', '-name', 'x y', '--on', '--count=3'], kinds)
  expect([flags.duration('timeout', 0), flags.text('name'), flags.on('on', false), flags.count('count', 0)]).toEqual([90_000, 'x y', true, 3])
  expect(parseFlags([], kinds).on('on', true)).toBe(true)
})

test.each([
  [['--tiemout=1s'], 'flag provided but not defined: -tiemout'],
  [['--name'], 'flag needs an argument: -name'],
  [['--timeout=5'], 'invalid value "5" for flag -timeout: parse error'],
  [['--on=perhaps'], 'invalid value "perhaps" for flag -on: parse error'],
])('%j is refused', (args, message) => {
  expect(() => parseFlags(args, kinds)).toThrow(message)
})

test.each([['250ms', 250], ['2h', 7_200_000], ['1.5s', 1_500], ['0', 0], ['', undefined], ['5', undefined], ['s', undefined]])('%s lasts %s ms', (text, ms) => {
  expect(parseDuration(text)).toBe(ms)
})
