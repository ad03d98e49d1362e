/**
 * Every rule of a declaration's findings: a smallest declaration that trips it, a near miss that does not, and for what is
 * proved over facts one where the answer is not known. Their sentences stand in findings/messages.txt, to be read as prose.
 */
import type { Finding } from '@stowage/core'
import { readdirSync, readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { describe, expect, test } from 'vitest'
import { parse } from 'yaml'
import { feasibilityRules } from '../src/checks/feasibility/rules.ts'
import { ruleExplanations } from '../src/checks/rules.ts'
import { readDeclaration, readValue, type ReadOptions } from '../src/spec/read.ts'
import { caseFileSchema, over, type Case } from './finding-cases.ts'

const here = fileURLToPath(new URL('./findings/', import.meta.url))
const house = fileURLToPath(new URL('../../', import.meta.url))

const sections = ['common', 'sections', 'ceph', 'feasibility', 'velero'].map((name) => ({ name, ...caseFileSchema.parse(parse(readFileSync(`${here}${name}.yaml`, 'utf8'))) }))
const cases = sections.flatMap(({ name, base, cases: each }) => each.map((one) => ({ ...one, section: name, base, title: `${one.rule} at ${one.at === '' ? 'the top' : one.at}` })))
type Row = (typeof cases)[number]

/** Rules that no declaration trips: who gives the input, and the test that shows it. */
const elsewhere: Readonly<Record<string, string>> = {
  // A parameter that the schema does not know is an unknown key; a StorageClass that others wrote reaches the driver.
  'unknown-parameter': 'core/src/storage-class-parameters.test.ts',
  // Files of facts.
  'unknown-fact': 'module/src/facts/facts.test.ts',
  // Arguments of a Pulumi program.
  'input-not-plain': 'module/test/program-findings.test.ts',
  'not-data': 'module/test/program-findings.test.ts',
  'secret-without-content': 'module/test/program-findings.test.ts',
  'secret-nobody-reads': 'module/test/program-findings.test.ts',
  'unknown-import': 'module/test/program-findings.test.ts',
  'acceptances-without-a-day': 'module/test/program-findings.test.ts',
}

const today = '2026-11-21'

function found(row: Row, changes: Case['trips'], text: string | undefined, facts: Case['facts']): readonly Finding[] {
  const options: ReadOptions = {
    today,
    ...(row.environment === undefined ? {} : { environment: row.environment }),
    ...(facts === undefined ? {} : { facts: facts.map((fact) => ({ ...fact, source: { kind: 'cluster', name: 'https://10.0.0.1:6443' } as const, time: '2026-11-21T15:30:00.000Z' })) }),
  }
  if (text !== undefined) return readDeclaration([{ file: 'storage.yaml', text }], options).findings
  return readValue(over({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: row.base }, changes ?? {}), options).findings
}

const tripped = (row: Row): readonly Finding[] => found(row, row.trips ?? row.unknown, row.text, row.facts)
const nearly = (row: Row): readonly Finding[] => found(row, row.near, row.nearText, row.nearFacts ?? row.facts)
const unknown = (row: Row): readonly Finding[] => (row.unknown === undefined ? [] : found(row, row.unknown, undefined, row.facts))
const placeOf = ({ path }: Finding): string => path.join('.')
const errors = (findings: readonly Finding[]): readonly string[] => findings.filter(({ severity }) => severity === 'error').map((one) => `${one.rule} ${placeOf(one)}`)

test('every rule is tripped here, or names the test where another input trips it', () => {
  expect([...new Set(cases.map(({ rule }) => rule)), ...Object.keys(elsewhere)].toSorted()).toEqual(Object.keys(ruleExplanations).toSorted())
  expect(Object.entries(elsewhere).filter(([rule, file]) => !readFileSync(house + file, 'utf8').includes(rule))).toEqual([])
})

test('every file of cases is read', () => {
  expect(readdirSync(here).filter((file) => file.endsWith('.yaml')).toSorted()).toEqual(sections.map(({ name }) => `${name}.yaml`).toSorted())
})

test.each(sections)('what the cases of $name are laid over is sound, and says nothing', ({ base }) => {
  expect(readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: base }, { today }).findings).toEqual([])
})

describe.each(cases)('$section: $title', (row) => {
  test('trips there, and brings no other error', () => {
    const findings = tripped(row)
    expect(findings.filter(({ rule }) => rule === row.rule).map(placeOf)).toContain(row.at)
    expect(errors(findings).filter((one) => !one.startsWith(`${row.rule} `) && !(row.also ?? []).includes(one.split(' ')[0] ?? ''))).toEqual([])
  })

  test('the near miss does not, and has no error', () => {
    const findings = nearly(row)
    expect(findings.filter(({ rule }) => rule === row.rule)).toEqual([])
    expect(errors(findings).filter((one) => !(row.nearAlso ?? []).includes(one.split(' ')[0] ?? ''))).toEqual([])
  })

})

test.each(cases.filter(({ unknown: one }) => one !== undefined))('$section: $title: with a fact left out it is not known, and the fact is named', (row) => {
  const said = unknown(row).filter(({ rule }) => rule === row.rule)
  expect(said.map(({ verdict }) => verdict)).toContain('unknown')
  expect(said.flatMap(({ deciding = [] }) => deciding)).not.toEqual([])
})

test('what is proved over facts has a case where it is unknown, or says why there is none', () => {
  const proved = cases.filter(({ rule }) => rule in feasibilityRules)
  const open = new Set(proved.filter(({ unknown: one, noUnknown }) => one !== undefined || noUnknown !== undefined).map(({ rule }) => rule))
  expect([...new Set(proved.map(({ rule }) => rule))].filter((rule) => !open.has(rule))).toEqual([])
})

test('no two rules are explained in the same words, and each says what, why and what to do', () => {
  const all = Object.entries(ruleExplanations)
  expect(new Set(all.map(([, { means }]) => means)).size).toBe(all.length)
  expect(all.filter(([, { means, why, fix }]) => [means, why, fix].some((text) => !/^\S.+[.…]$/s.test(text))).map(([rule]) => rule)).toEqual([])
})

test('every finding says what to do', () => {
  const mute = cases.flatMap((row) => [...tripped(row), ...unknown(row)].filter(({ remedy }) => remedy === undefined || remedy === '').map((one) => `${one.rule} ${placeOf(one)}`))
  expect(mute).toEqual([])
})

test('the messages, as they are read at night', async () => {
  const rules = Object.keys(ruleExplanations).filter((rule) => !(rule in elsewhere))
  const text = rules.map((rule) => {
    const rows = cases.filter((row) => row.rule === rule)
    const said = rows.flatMap((row) => [...(row.trips === undefined && row.text === undefined ? [] : tripped(row)), ...unknown(row)].filter((one) => one.rule === rule && placeOf(one) === row.at))
    return `${rule}\n${[...new Set(said.map(paragraph))].join('\n')}`
  })
  await expect(text.join('\n')).toMatchFileSnapshot('./findings/messages.txt')
})

function paragraph(finding: Finding): string {
  const { severity, message, remedy = '', deciding = [], verdict } = finding
  const place = placeOf(finding)
  const kind = verdict === 'unknown' ? `${severity}, not known` : severity
  return [`  ${kind}${place === '' ? '' : `, ${place}`}:`, `    ${message}`, `    → ${remedy}`, ...deciding.map((fact) => `    ? ${fact}`), ''].join('\n')
}
