import { expect, test } from 'vitest'
import { notes, sum, table, type Line } from './table.ts'

const lines: readonly Line[] = [
  { ok: true, declaration: 'homelab', of: 'kubectl', command: 'kubeconform -strict', said: '29 objects' },
  { ok: true, declaration: 'ceph', of: 'terraform', command: 'tofu validate', said: '3 files', parsedOnly: true },
  { ok: false, declaration: 'ceph', of: 'rules', command: 'promtool check rules', said: 'line 1\nline 2' },
]

test('columns line up, what is only parsed says so, and a fault stands below its line', () => {
  expect(table(lines)).toBe(
    [
      'ok      homelab  kubectl    kubeconform -strict   29 objects',
      'ok      ceph     terraform  tofu validate         parsed only: 3 files',
      'FAILED  ceph     rules      promtool check rules',
      '        line 1',
      '        line 2',
    ].join('\n'),
  )
})

test('what acceptance leaves open is said once for each command', () => {
  const unproved = 'rules in CEL'
  expect(notes([{ command: 'kubeconform', unproved }, { command: 'kubeconform', unproved }, { command: 'promtool' }])).toBe('  kubeconform: rules in CEL')
})

test('the sum counts lines', () => {
  expect(sum(lines)).toBe('2 passed, 1 failed')
})
