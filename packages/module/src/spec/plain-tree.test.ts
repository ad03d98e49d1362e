import { expect, test } from 'vitest'
import { readDeclaration, readValue } from './read.ts'

const text = (more: string): string => `apiVersion: stowage.dev/v1alpha1\nkind: Storage\nmetadata: { name: x }\nspec:\n  backends: { d: { local: { path: /var/x } } }\n  classes: { a: { backend: d } }\n${more}`
const rules = (value: unknown): readonly string[] => readValue(value).findings.map(({ rule, path }) => `${rule} ${path.join('.')}`)

test('an anchor that holds itself is a finding with a place, not a crash', () => {
  const { findings, spec } = readDeclaration([{ file: 'a.yaml', text: text('environments: &e { a: *e }\n') }])
  expect(spec).toBeUndefined()
  expect(findings).toMatchObject([{ rule: 'wrong-type', position: { file: 'a.yaml', line: 7 }, remedy: expect.any(String) }])
})

test('a value that holds itself, is endlessly deep, or is no data is a finding', () => {
  const circle: Record<string, unknown> = {}
  circle['a'] = circle
  let deep: unknown = 1
  for (let level = 0; level < 5000; level += 1) deep = { a: deep }
  expect(rules({ spec: circle })).toEqual([expect.stringMatching(/^wrong-type spec\.a/)])
  expect(rules({ spec: { backends: deep } })).toEqual([expect.stringMatching(/^wrong-type spec\.backends/)])
  expect(rules({ spec: { backends: { d: { local: { path: 10n } } } } })).toEqual(['wrong-type spec.backends.d.local.path'])
  expect(rules({ spec: { backends: () => 1 } })).toEqual(['wrong-type spec.backends'])
})

test('parts that aliases share are no circle', () => {
  const { findings } = readDeclaration([{ file: 'a.yaml', text: text('environments: { p: &p { spec: {} }, q: *p, r: *p }\n') }])
  expect(findings).toEqual([])
})
