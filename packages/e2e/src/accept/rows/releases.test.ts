import { expect, test } from 'vitest'
import { lostValues, printedValues } from './releases.ts'

test('values that a chart adds to ours are no loss', () => {
  expect(lostValues({ image: { tag: 'v1' } }, { image: { tag: 'v1', repository: 'r' }, replicas: 2 })).toEqual([])
})

test('each value that does not arrive is named by its path', () => {
  expect(lostValues({ a: { b: 1, c: [1, 2] }, d: {} }, { a: { b: 2, c: [2, 1] } })).toEqual(['a.b', 'a.c', 'd'])
})

test('a null takes the default of the chart away', () => {
  expect(lostValues({ a: null }, {})).toEqual([])
  expect(lostValues({ a: null }, { a: 1 })).toEqual(['a'])
})

test('what a stand-in printed is read back, and anything else is said', () => {
  expect(printedValues('apiVersion: v1\nkind: ConfigMap\ndata:\n  values: "{\\"a\\":1}"\n')).toEqual({ a: 1 })
  expect(() => printedValues('kind: Deployment\n')).toThrow('a stand-in chart printed something else than its values')
})
