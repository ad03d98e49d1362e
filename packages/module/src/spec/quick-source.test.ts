import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { parseAllDocuments, stringify } from 'yaml'
import { parseQuickly } from './quick-source.ts'

function slowly(text: string): readonly unknown[] | undefined {
  const documents = [...parseAllDocuments(text, { version: '1.2', uniqueKeys: true })]
  return documents.some(({ errors }) => errors.length > 0) ? undefined : documents.filter(({ contents }) => contents !== null).map((document) => document.toJS())
}

/** Whenever it answers, the other parser says the same. */
function agrees(text: string): void {
  const quick = parseQuickly(text)
  if (quick !== undefined) expect(quick).toEqual(slowly(text))
}

test.each(['examples/homelab/storage.yaml', 'packages/module/test/twelve-faults.yaml'])('on %s both agree', (file) => {
  agrees(readFileSync(fileURLToPath(new URL(`../../../../${file}`, import.meta.url)), 'utf8'))
})

test('an ordinary declaration is read quickly', () => {
  expect(parseQuickly(readFileSync(fileURLToPath(new URL('../../../../examples/homelab/storage.yaml', import.meta.url)), 'utf8'))).toHaveLength(1)
})

test.each([
  'a: -.5', 'a: 1e400', 'a: -1e400', 'a: 1e+308', 'a: -0x1', 'a: +0x1', 'a: -0o7', '[-.5]', 'a: 1\rb: 2', 'null : a', '~ : a', ' : a', '{ : a}', 'a:\n  : b', 'a: 0b11', 'a: 0o17', 'a: 017', 'a: 0x1F', 'a: 1_000', 'a: 1__0', 'a: -_1', 'a: .5', 'a: 1e3', 'a: 12e03', 'a: +.inf', 'a: .NaN', 'a: 0.', 'a: 1:30', 'a: 2024-01-01', 'a: yes', 'a: on', 'a: True', 'a: ~', 'a: null', 'a:', '~', 'null', '', '---', 'a: 1\n---\n---\nb: 2', 'a: &x 1\nb: *x', 'a: !!str 1', '!!binary x', 'a: *x', '<<: {a: 1}', 'a: {<<: 1}', '? a\n: b', '? [a]\n: b', '[a]: b', '{a: 1}: b', '1: a', '1.0: a', 'true: a', 'null: a', '~: a', 'a: 1\na: 2', '__proto__: {a: 1}', 'constructor: 1', "a: 'it''s'", 'a: "\\x41\\u00e9\\/"', 'a: |\n  x\n  y\n', 'a: >-\n  x\n  y\n\n  z', 'a: |+\n  x\n\n', 'a: x # c', 'a: x#c', 'a: "x\n  y"', 'a: x\n  y', '- a\n-  - b', 'a: [1, 2,]', 'a: {b: 1, c}', 'a: [a: 1]', 'a\tb: 1', 'a:\tb', '%YAML 1.1\n---\na: yes', 'a: @x', 'a: `x', 'a: %x', 'a: - b', 'a: ?', 'a: ? b', 'a: :b', 'a: b:c', 'a: "0o17"', 'a: 1.', 'a: -0', 'a: -0.0', 'a: 0', 'a: "0 0 * * *"', 'a: 00', 'a: 9007199254740993', 'a: 123456789012345678901234567890', '\ufeffa: 1', 'a: 1\r\nb: 2', 'a: x\u2028y', 'a: x\u0085y', '...\na: 1', 'a: 1\n...\nb: 2', '# only', 'a: 1\n--- b', '--- a: 1', '"a": 1', "'a': 1", 'a : 1', 'a: "', 'a: [', 'a: }', ' a: 1\nb: 2', 'a:\n- 1\n- 2', 'a:\n  - b: 1\n    c: 2',
])('on %j both agree', agrees)

test('on whatever the other parser writes, both agree', () => {
  const key = fc.oneof(fc.string({ minLength: 1, maxLength: 6 }), fc.constantFrom('a', 'spec', '1', 'null', '__proto__x', '0o7', '- x'))
  const { tree } = fc.letrec((tie) => ({
    leaf: fc.oneof(fc.string({ unit: 'grapheme', maxLength: 12 }), fc.integer(), fc.double({ noNaN: true }), fc.boolean(), fc.constant(null), fc.constantFrom('0b1', '1_0', '017', '1:30', 'yes', '~', '2024-01-01', '<<', '=', '0 */6 * * *', '1e3', '0x')),
    tree: fc.oneof({ maxDepth: 4 }, tie('leaf'), fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(key, tie('tree'), { maxKeys: 4 })),
  }))
  fc.assert(fc.property(fc.dictionary(key, tree, { minKeys: 1, maxKeys: 4 }), fc.boolean(), (value, flow) => agrees(stringify(value, { lineWidth: 0, ...(flow ? { collectionStyle: 'flow' as const } : {}) }))), { numRuns: 2000 })
})

test('a long run of blanks takes no longer than any other text', () => {
  const begin = performance.now()
  parseQuickly(`a: 1\n#${' '.repeat(200_000)}x\n${'\n'.repeat(200_000)}b: 2\n`)
  // The square of it took minutes.
  expect(performance.now() - begin).toBeLessThan(5_000)
})
