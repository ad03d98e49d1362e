import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { readValue } from '../../../spec/read.ts'
import { applyEdit } from './edit.ts'
import { smallestEdits } from './smallest-edits.ts'

const example: unknown = parse(readFileSync(fileURLToPath(new URL('../../../../test/document-003.yaml', import.meta.url)), 'utf8'))

test('document 003’s example: three edits, the smallest and safest first', () => {
  expect(smallestEdits(example).map(({ text, cost }) => ({ text, cost }))).toMatchInlineSnapshot(`
    [
      {
        "cost": "a pool without the class that was asked for uses other devices",
        "text": "add host worker-3 with a device of any class; remove deviceClass from pools shared-fs-metadata and shared-fs-data",
      },
      {
        "cost": undefined,
        "text": "add host worker-3 with an nvme device and an hdd device; add host worker-4 with an nvme device and an hdd device; let sdb of worker-2 count as hdd",
      },
      {
        "cost": "a pool without the class that was asked for uses other devices; less may fail before data is lost",
        "text": "remove deviceClass from pools shared-fs-metadata and shared-fs-data; keep two copies in pools shared-fs-metadata and shared-fs-data",
      },
    ]
  `)
})

test('each of them, made, is accepted', () => {
  const edits = smallestEdits(example)
  expect(edits).toHaveLength(3)
  for (const edit of edits) {
    const { spec, findings } = readValue(applyEdit(example, edit))
    expect(findings.filter(({ severity }) => severity === 'error')).toEqual([])
    expect(spec).toBeDefined()
  }
})

function declaration(storage: object, pool: object, facts: object = {}) {
  return { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { ceph: { rookCeph: { storage, blockPools: { images: pool } } } }, classes: {}, facts } }
}

const hosts = (count: number, devices: readonly object[] = [{ name: '/dev/disk/by-id/ata-a' }]): object => ({ nodes: Array.from({ length: count }, (_, index) => ({ name: `n${index + 1}`, devices })) })
const texts = (value: unknown, facts = {}): readonly string[] => smallestEdits(value, facts).map(({ text }) => text)

test('a declaration that can work needs no edit, and neither does one of which it is only not known', () => {
  expect(smallestEdits(declaration(hosts(3), { replicated: { size: 3 } }))).toEqual([])
  expect(smallestEdits(declaration(hosts(3), { replicated: { size: 3 }, deviceClass: 'hdd' }))).toEqual([])
})

test('a single copy is never proposed', () => {
  expect(texts(declaration(hosts(1), { replicated: { size: 2 } }))).toEqual(['add host n2 with a device of any class'])
})

test('erasure-coded pools keep two data chunks and a coding chunk at least', () => {
  expect(texts(declaration(hosts(4), { erasureCoded: { dataChunks: 4, codingChunks: 2 } }))).toEqual(['cut data into 2+2 pieces in pool images', 'cut data into 3+1 pieces in pool images', 'add host n5 with a device of any class; add host n6 with a device of any class'])
  expect(texts(declaration(hosts(2), { erasureCoded: { dataChunks: 2, codingChunks: 1 } }))).toEqual(['add host n3 with a device of any class'])
})

test('hosts that are proposed are nodes that the cluster has, where these are known', () => {
  const facts = { cluster: { nodes: ['n1', 'n2', 'spare', 'server'] }, nodes: { server: { schedulable: false } } }
  expect(texts(declaration(hosts(2), { replicated: { size: 3 } }, facts))).toEqual(['add host spare with a device of any class', 'keep two copies in pool images'])
  expect(texts(declaration(hosts(2), { replicated: { size: 3 } }, facts)).join()).not.toContain('server')
})

test('nothing is proposed while something else is wrong: no edit would be enough', () => {
  expect(smallestEdits(declaration(hosts(2), { replicated: { size: 3, copies: 3 } }))).toEqual([])
  // Three monitors, and two nodes that take them.
  expect(smallestEdits(declaration(hosts(2), { replicated: { size: 3 } }, { cluster: { nodes: ['n1', 'n2'] } }))).toEqual([])
})

test('with strict facts, an edit leaves nothing unknown either', () => {
  for (const edit of smallestEdits(example, { strictFacts: true })) {
    expect(readValue(applyEdit(example, edit), { strictFacts: true }).findings.filter(({ severity }) => severity === 'error')).toEqual([])
  }
})

test('an edit leaves the declaration that it is made on as it was', () => {
  const before = JSON.stringify(example)
  for (const edit of smallestEdits(example)) applyEdit(example, edit)
  expect(JSON.stringify(example)).toBe(before)
})
