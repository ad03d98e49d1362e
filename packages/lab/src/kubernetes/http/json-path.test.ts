import { expect, test } from 'vitest'
import { jsonPathValue } from './json-path.ts'

const object = { spec: { mon: { count: 3 }, list: [{ n: 'a' }, { n: 'b' }], 'odd-key': 1 }, status: { conditions: [{ type: 'Ready', status: 'True' }, { type: 'Other', status: 'False' }] }, metadata: { labels: { 'a.b/c': 'x' } } }

test.each([
  ['.spec.mon.count', 3],
  ['.spec.list[1].n', 'b'],
  ['.spec.list[*].n', 'a'],
  ['.spec.odd-key', 1],
  ['.status.conditions[?(@.type=="Ready")].status', 'True'],
  [".status.conditions[?(@.type=='Gone')].status", undefined],
  [".metadata.labels['a.b/c']", 'x'],
  ['.metadata.labels.a\\.b', undefined],
  ['.spec.none.deeper', undefined],
])('%s leads to %s', (path, value) => {
  expect(jsonPathValue(path, object)).toBe(value)
})

test('what is no path of a column is said to be none', () => {
  expect(() => jsonPathValue('.spec..mon', object)).toThrow('is no path of a printer column')
})
