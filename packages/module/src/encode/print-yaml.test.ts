import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { printYaml } from './print-yaml.ts'

const read = (text: string, version: '1.1' | '1.2'): unknown => parse(text, { version, merge: false })

test('objects are printed as people write them', () => {
  expect(printYaml({ kind: 'Pod', metadata: { name: 'a', labels: {} }, list: ['--a=b', { x: 1, z: [true] }, []], text: 'a\nb: c\n', size: '5Gi' })).toBe(`kind: Pod
metadata:
  name: a
  labels: {}
list:
  - --a=b
  - x: 1
    z:
      - true
  - []
text: |
  a
  b: c
size: 5Gi
`)
})

test.each(['yes', 'No', 'ON', 'y', '~', 'null', 'True', '1e3', '0x1F', '012', '1_000', '12:30:45', '2026-11-21', '.5', '.inf', '-', '- a', '', ' a', 'a ', 'a: b', 'a #b', '#a', '*a', '&a', '!a', '%a', '@a', '`a', '{', '[', '|', '>', "'", '"', 'a\tb', 'a\r\nb', ' \n', 'a\n', 'a\n\n', '\na', 'a\n b\n', 'a \nb', '--- a', '---', '...', '=', '<<', '1.', '+1', 'e0', 'E5', '-e7', 'é\nü', 'a:', '\u2028', '\u0085', '😀', '\uFEFFx'])('%j stays what it is in either version of YAML', (text) => {
  for (const value of [text, [text], { [text]: text }, { a: { b: [text, { c: text }] } }]) {
    for (const version of ['1.1', '1.2'] as const) expect(read(printYaml(value), version)).toEqual(value)
  }
})

const text = fc.oneof(fc.string({ unit: 'grapheme' }), fc.string({ unit: fc.constantFrom('a', ' ', '\n', ':', '#', '-', '1', '.', '"', "'", '\t', '=') }), fc.constantFrom('yes', '1e3', '~', '<<'))
const value = fc.letrec((tie) => ({
  node: fc.oneof({ depthSize: 'small' }, text, fc.integer(), fc.double({ noNaN: true, noDefaultInfinity: true }), fc.boolean(), fc.constant(null), fc.array(tie('node'), { maxLength: 4 }), fc.dictionary(text, tie('node'), { maxKeys: 4 })),
})).node

test('whatever JSON can hold is read back as it was, by readers of YAML 1.1 and 1.2', () => {
  fc.assert(
    fc.property(value, (one) => {
      const plain: unknown = JSON.parse(JSON.stringify(one))
      for (const version of ['1.1', '1.2'] as const) expect(read(printYaml(plain), version)).toEqual(plain)
    }),
    { numRuns: 1000 },
  )
})

test('what is undefined is left out; what JSON cannot hold is refused', () => {
  expect(printYaml({ a: undefined, b: 1 })).toBe('b: 1\n')
  expect(printYaml([{ a: undefined }])).toBe('- {}\n')
  expect(() => printYaml({ a: () => 1 })).toThrow(TypeError)
  expect(() => printYaml({ a: 1n })).toThrow(TypeError)
})
