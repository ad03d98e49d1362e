import { expect, test } from 'vitest'
import { didYouMean, nearest } from './nearest.ts'

const known = ['storage', 'storageFormat', 'cache', 'ssd', 'iothread', 'diskIOPS']

test.each([
  ['cahce', 'cache'],
  ['Storage', 'storage'],
  ['storage_format', 'storageFormat'],
  ['diskiops', 'diskIOPS'],
  ['io-thread', 'iothread'],
  ['sdd', 'ssd'],
])('%s is near %s', (word, meant) => {
  expect(nearest(word, known)).toBe(meant)
})

test('a word that is like nothing has no nearest', () => {
  expect(nearest('replicas', known)).toBeUndefined()
  expect(nearest('', known)).toBeUndefined()
  expect(didYouMean('replicas', known)).toContain('known are storage, storageFormat')
  expect(didYouMean('x', [])).toContain('remove it')
})
