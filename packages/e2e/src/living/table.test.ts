import { expect, test } from 'vitest'
import { sum, table } from './table.ts'

const cells = [
  { declaration: 'homelab', step: 'apply', ok: true, said: '29 objects' },
  { declaration: 'homelab', step: 'again', ok: false, said: 'a second apply wrote:\n  PATCH x' },
]

test('a step that does not apply is a dash, and what failed is told in full below', () => {
  expect(table(cells, ['apply', 'again', 'removal'])).toBe(
    ['         apply           again   removal', 'homelab  ok, 29 objects  FAILED  -', 'FAILED  homelab, again', '        a second apply wrote:', '          PATCH x'].join('\n'),
  )
})

test('the last line counts', () => {
  expect(sum(cells)).toBe('1 passed, 1 failed')
})
