import { expect, test } from 'vitest'
import { plainDirectory } from './words.ts'

test.each(['/', '//', '/var//lib', '/var/lib/', '/var/./lib', '/var/../etc', 'var/lib', ''])('the directory %j has another spelling, or is none', (path) => {
  expect(plainDirectory.safeParse(path).success).toBe(false)
})

test.each(['/data', '/var/lib/stowage', '/mnt/a b', '/srv/..x'])('the directory %j has no other', (path) => {
  expect(plainDirectory.safeParse(path).success).toBe(true)
})
