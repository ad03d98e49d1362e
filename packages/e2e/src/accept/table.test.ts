import { expect, test } from 'vitest'
import { sum, table, type Line } from './table.ts'

const lines: readonly Line[] = [
  { ok: true, declaration: 'homelab', of: 'kubectl', command: 'kubeconform -strict', said: '29 objects' },
  { ok: true, declaration: 'ceph', of: 'terraform', command: 'tofu fmt -check', said: '3 files', only: 'parsed only' },
  { ok: false, declaration: 'ceph', of: 'rules', command: 'promtool check rules', said: 'line 1\nline 2' },
]

test('columns line up, what is only parsed says so, and a fault stands below its line', () => {
  expect(table(lines)).toBe(
    [
      'ok      homelab  kubectl    kubeconform -strict   29 objects',
      'ok      ceph     terraform  tofu fmt -check       3 files  (parsed only)',
      'FAILED  ceph     rules      promtool check rules',
      '        line 1',
      '        line 2',
    ].join('\n'),
  )
})

test('the sum counts lines', () => {
  expect(sum(lines)).toBe('2 passed, 1 failed')
})
