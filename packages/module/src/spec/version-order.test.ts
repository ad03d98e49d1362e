import { expect, test } from 'vitest'
import { compareVersions, isOlder } from './version-order.ts'

test('versions are compared as versions', () => {
  const order = ['1.0.4', 'v1.9.0', '1.10.0-rc.2', '1.10.0-rc.10', 'v1.10.0', '1.10.1+build']
  expect(order.toReversed().toSorted(compareVersions)).toEqual(order)
})

test.each([
  ['v1.19.4', '1.19.5', true],
  ['1.9.0', '1.19.5', true],
  ['v1.19.5', '1.19.5', false],
  ['1.20.0', 'v1.19.5', false],
  ['latest', '1.19.5', false],
  ['1.19.4', 'latest', false],
])('%s is older than %s: %s', (one, other, older) => {
  expect(isOlder(one, other)).toBe(older)
})
