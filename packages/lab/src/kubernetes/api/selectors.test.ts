import { expect, test } from 'vitest'
import { parseLabelSelector } from './label-parser.ts'
import { labelMatcher } from './selectors.ts'

const labelled = (labels: Record<string, string>) => ({ metadata: { labels } })

test.each([
  ['a=b', true], ['a==b', true], ['a!=b', false], ['a', true], ['!a', false], ['z', false], ['!z', true], ['a in (b, c)', true], ['a notin (b)', false],
  ['z notin (b)', true], ['z!=b', true], ['n>2', true], ['n<3', false], ['a=b,n>2,!z', true], ['a=', false], ['a in ()', false],
])('%s matches: %s', (selector, expected) => {
  expect(labelMatcher(selector)?.(labelled({ a: 'b', n: '3' }))).toBe(expected)
})

test.each([
  ['!!', "unable to parse requirement: found '!', expected: identifier"],
  ['a b', "unable to parse requirement: found 'b', expected: =, ==, !=, in, notin, >, <"],
  ['a in b', "unable to parse requirement: found 'b' expected: '('"],
  ['a=b c', "found 'c', expected: ',' or 'end of string'"],
  ['a,', "found '', expected: identifier after ','"],
  ['=a', "found '=', expected: !, identifier, or 'end of string'"],
])('%s is refused in the words of the real parser', (selector, message) => {
  expect(() => parseLabelSelector(selector)).toThrow(message)
})
