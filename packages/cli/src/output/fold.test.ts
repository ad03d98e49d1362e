import { expect, test } from 'vitest'
import { fold } from './fold.ts'

test('a long line goes on below its last column, and no word is broken', () => {
  expect(fold('  Namespace/x  the driver runs here; it mounts', 30)).toBe('  Namespace/x  the driver runs\n               here; it mounts')
  expect(fold('  1.0 s  ✔ one two three four five', 22)).toBe('  1.0 s  ✔ one two\n           three four\n           five')
  expect(fold('problem: a claim waits for a volume', 20)).toBe('problem: a claim\n    waits for a\n    volume')
})

test('what fits, and what goes into a pipe, stays as it is', () => {
  const long = 'word '.repeat(50)
  expect(fold(long, undefined)).toBe(long)
  expect(fold('short\nlines', 80)).toBe('short\nlines')
})

test('colours take no room', () => {
  const green = '\u001B[32mgreen\u001B[39m'
  expect(fold(`${green} ${green}`, 11)).toBe(`${green} ${green}`)
})

test('a word longer than the terminal is left whole', () => {
  expect(fold(`  a  ${'x'.repeat(40)} y`, 20)).toBe(`  a\n     ${'x'.repeat(40)}\n     y`)
})
