import { FileFailure } from '@stowage/effects'
import { expect, test } from 'vitest'
import { exitCodeFor } from './exit-code.ts'
import { fileTrouble } from './file-trouble.ts'

test('a full disk is said to be one, and is no fault of the program', () => {
  const failure = new FileFailure('ENOSPC', '/deploy/05-namespace.yaml')
  expect(fileTrouble(failure)).toMatch(/^\/deploy\/05-namespace\.yaml: no room is left on the disk/)
  expect(exitCodeFor(failure)).toBe(1)
})

test('what has no sentence says what the system said', () => {
  expect(fileTrouble(new FileFailure('EIO', '/x'))).toBe('EIO: /x')
})
