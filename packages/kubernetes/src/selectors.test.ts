import { expect, test } from 'vitest'
import { formatFieldSelector, formatLabelSelector, matchesLabels } from './selectors.ts'

test('a label selector is written as the API reads it', () => {
  const selector = { matchLabels: { app: 'web' }, matchExpressions: [{ key: 'tier', operator: 'In', values: ['a', 'b'] }, { key: 'old', operator: 'DoesNotExist' }, { key: 'new', operator: 'Exists' }] }
  expect(formatLabelSelector(selector)).toBe('app=web,tier in (a,b),!old,new')
  expect(() => formatLabelSelector({ matchExpressions: [{ key: 'a', operator: 'Gt', values: ['1'] }] })).toThrow('no operator Gt')
})

test('values of a field selector are escaped', () => {
  expect(formatFieldSelector({ 'metadata.name': 'a=b,c\\d' })).toBe('metadata.name=a\\=b\\,c\\\\d')
})

test('labels are matched as the API matches them', () => {
  const labels = { app: 'web', tier: 'a' }
  expect(matchesLabels({}, labels)).toBe(true)
  expect(matchesLabels({ matchLabels: { app: 'web' } }, labels)).toBe(true)
  expect(matchesLabels({ matchLabels: { app: 'db' } }, labels)).toBe(false)
  expect(matchesLabels({ matchExpressions: [{ key: 'gone', operator: 'NotIn', values: ['x'] }] }, labels)).toBe(true)
  expect(matchesLabels({ matchExpressions: [{ key: 'gone', operator: 'In', values: ['x'] }] }, labels)).toBe(false)
  expect(matchesLabels({ matchExpressions: [{ key: 'tier', operator: 'DoesNotExist' }] }, labels)).toBe(false)
})
