import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readValue } from '../spec/read.ts'
import { applyEdit } from './feasibility/edits/edit.ts'

const example: unknown = parse(readFileSync(fileURLToPath(new URL('../../test/document-003.yaml', import.meta.url)), 'utf8'))
const refusals = [
  { check: 'pool-class-needs-more-hosts', object: 'pool/shared-fs-metadata' },
  { check: 'pool-needs-more-hosts', object: 'pool/shared-fs-data' },
  { check: 'pool-class-needs-more-hosts', object: 'pool/shared-fs-data' },
]
const why = { reason: 'a trial; worker-3 comes in January', until: '2026-12-31' }

function read(accept: unknown, today = '2026-11-21') {
  return readValue(applyEdit(example, { steps: [{ path: ['spec', 'accept'], value: accept, text: '' }] }), { today })
}

function found(accept: unknown, today?: string): readonly string[] {
  return read(accept, today).findings.filter(({ path }) => path[1] === 'accept').map(({ rule, severity, path }) => `${severity} ${rule} ${path.slice(2).join('.')}`.trim())
}

test('what is accepted becomes a warning that says until when and why, and the declaration is planned', () => {
  const { spec, findings } = read(refusals.map((one) => ({ ...one, ...why })))
  expect(spec).toBeDefined()
  const accepted = findings.filter(({ verdict }) => verdict === 'violated')
  expect(accepted.map(({ severity }) => severity)).toEqual(['warning', 'warning', 'warning'])
  expect(accepted[0]?.message).toMatch(/; accepted until 2026-12-31: a trial; worker-3 comes in January$/)
})

test('one that is left out is still refused', () => {
  const { spec, findings } = read(refusals.slice(1).map((one) => ({ ...one, ...why })))
  expect(spec).toBeUndefined()
  expect(findings.filter(({ severity }) => severity === 'error').map(({ object }) => object)).toEqual(['pool/shared-fs-metadata'])
})

test('the last day counts, the day after does not', () => {
  const all = refusals.map((one) => ({ ...one, ...why }))
  expect(read(all, '2026-12-31').spec).toBeDefined()
  expect(read(all, '2027-01-01').spec).toBeUndefined()
  expect(found(all, '2027-01-01')).toEqual(['error acceptance-ended 0.until', 'error acceptance-ended 1.until', 'error acceptance-ended 2.until'])
})

const [first] = refusals
test.each<[string, unknown, readonly string[]]>([
  ['a check that there is not', [{ ...first, ...why, check: 'pool-need-more-hosts' }], ['error acceptance-of-nothing-known 0.check']],
  ['a check of the form', [{ ...first, ...why, check: 'unknown-key' }], ['error acceptance-refused 0.check']],
  ['no reason', [{ ...first, until: why.until }], ['error missing-field 0.reason']],
  ['an empty reason', [{ ...first, ...why, reason: ' ' }], ['error invalid-value 0.reason']],
  ['no end', [{ ...first, reason: why.reason }], ['error missing-field 0.until']],
  ['a day that is none', [{ ...first, ...why, until: '2026-02-30' }], ['error invalid-value 0.until']],
  ['nothing to accept', [{ ...first, ...why, object: 'pool/shared-fs-meta' }], ['warning acceptance-without-effect 0']],
  ['the same twice', [{ ...first, ...why }, { ...first, ...why }], ['warning acceptance-without-effect 1']],
  ['a map', { ...first }, ['error wrong-type']],
])('an acceptance with %s', (_, accept, expected) => {
  expect(found(accept)).toEqual(expected)
})

test('what would destroy data can never be accepted, and says so', () => {
  const { findings } = read([{ check: 'cleanup-destroys-data', object: 'cluster/my-cluster', ...why }])
  expect(findings.find(({ rule }) => rule === 'acceptance-refused')?.message).toContain('destroys data')
})
