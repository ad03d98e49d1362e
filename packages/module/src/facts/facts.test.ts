import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readValue } from '../spec/read.ts'
import { factProperties } from '../spec/schema/facts.ts'
import type { Fact } from './facts.ts'
import { printFacts } from './print-facts.ts'
import { readFacts } from './read-facts.ts'

const head = 'apiVersion: stowage.dev/v1alpha1\nkind: Facts\n'
const read = (text: string) => readFacts([{ file: 'facts.yaml', text: head + text }])

test('facts that are written by hand carry the line where they stand, and when they were seen', () => {
  const { facts, findings } = read('time: 2026-11-21T15:00:00Z\nnodes:\n  worker-1:\n    memory: 16Gi\n    devices:\n      /dev/sdb: { rotational: true, size: 4Ti, aliases: [/dev/disk/by-id/wwn-1] }\n')
  expect(findings).toEqual([])
  expect(facts).toEqual([
    { object: 'node/worker-1', property: 'memory', value: 16 * 1024 ** 3, source: { kind: 'file', name: 'facts.yaml:6' }, time: '2026-11-21T15:00:00Z' },
    { object: 'device/worker-1/sdb', property: 'rotational', value: true, source: { kind: 'file', name: 'facts.yaml:8' }, time: '2026-11-21T15:00:00Z' },
    { object: 'device/worker-1/sdb', property: 'size', value: 4 * 1024 ** 4, source: { kind: 'file', name: 'facts.yaml:8' }, time: '2026-11-21T15:00:00Z' },
    { object: 'device/worker-1/sdb', property: 'aliases', value: '/dev/disk/by-id/wwn-1', source: { kind: 'file', name: 'facts.yaml:8' }, time: '2026-11-21T15:00:00Z' },
  ])
})

test('every fault of a file is said at once, with its place', () => {
  const { findings } = read('nodes:\n  worker-1:\n    memry: 16Gi\n    memory: 16\n    devices:\n      sdb: { rotational: "yes", size: big }\nseen:\n  - { object: disk/x, property: rotational, value: true, source: { kind: file, name: x } }\n')
  expect(findings.map(({ rule, position, path }) => `${position?.line}:${position?.column} ${rule} ${path.join('.')}`).toSorted()).toEqual([
    '10:15 invalid-value seen.0.object',
    '5:5 unknown-key nodes.worker-1.memry',
    '6:13 wrong-type nodes.worker-1.memory',
    '8:26 wrong-type nodes.worker-1.devices.sdb.rotational',
    '8:39 invalid-size nodes.worker-1.devices.sdb.size',
  ])
  expect(findings.find(({ rule }) => rule === 'unknown-key')?.remedy).toBe('did you mean "memory"?')
})

test('a property that nothing asks for, and a value of another type, are faults', () => {
  const { findings } = read('seen:\n  - { object: device/w/sdb, property: rotation, value: true, source: { kind: file, name: x } }\n  - { object: node/w, property: memory, value: 16Gi, source: { kind: file, name: x } }\n')
  expect(findings.map(({ rule, remedy }) => `${rule}: ${remedy ?? ''}`)).toEqual(['unknown-fact: did you mean "rotational"?', 'wrong-type: write a number'])
})

test('a file of another kind, an empty one and one that is not YAML are told apart', () => {
  expect(readFacts([{ file: 'a', text: 'apiVersion: stowage.dev/v1alpha1\nkind: Storage\n' }]).findings.map(({ rule }) => rule)).toEqual(['invalid-value'])
  expect(readFacts([{ file: 'a', text: '' }]).findings.map(({ rule }) => rule)).toEqual(['empty'])
  expect(readFacts([{ file: 'a', text: 'kind: [' }])).toMatchObject({ unparsable: true })
})

const someFact: fc.Arbitrary<Fact> = fc
  .constantFrom<[string, string, string]>(...Object.entries(factProperties.device).map(([property, type]): [string, string, string] => ['device/w-1/disk/by-id/x', property, type]), ...Object.entries(factProperties.node).map(([property, type]): [string, string, string] => ['node/w-1', property, type]))
  .chain(([object, property, type]) =>
    fc.record({
      object: fc.constant(object),
      property: fc.constant(property),
      value: type === 'boolean' ? fc.boolean() : type === 'number' ? fc.maxSafeNat() : fc.string(),
      source: fc.record({ kind: fc.constantFrom('cluster', 'proxmox', 'file', 'declaration'), name: fc.string({ minLength: 1 }) }),
      time: fc.constant('2026-11-21T15:00:00.000Z'),
    }),
  )

test('what is printed is read back as it was, whatever texts stand in it', () => {
  fc.assert(
    fc.property(fc.array(someFact, { maxLength: 8 }), (facts) => {
      expect(readFacts([{ file: 'facts.yaml', text: printFacts(facts, ['gathered\nhere']) }])).toEqual({ facts, findings: [], unparsable: false })
    }),
    { numRuns: 200 },
  )
})

const declared = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: {}, classes: {}, facts: { nodes: { w1: { memory: '16Gi', devices: { sdb: { rotational: true } } } } } } }
const seen = (property: string, value: Fact['value'], object = 'device/w1/sdb'): Fact => ({ object, property, value, source: { kind: 'cluster', name: 'https://10.0.0.1:6443' }, time: '2026-11-21T15:30:00.000Z' })

test('two sources that disagree are a finding that names both, with their time', () => {
  const { findings } = readValue(declared, { facts: [seen('rotational', false)] })
  expect(findings).toMatchObject([
    {
      rule: 'facts-disagree',
      severity: 'warning',
      object: 'device/w1/sdb',
      path: ['spec', 'facts', 'nodes', 'w1', 'devices', 'sdb', 'rotational'],
      message: 'rotational of device/w1/sdb: true according to the declaration and false according to the cluster https://10.0.0.1:6443 at 2026-11-21T15:30:00.000Z',
    },
  ])
  expect(readValue(declared, { facts: [seen('rotational', false)], strictFacts: true }).findings[0]?.severity).toBe('error')
})

test('the same fact from two sources, and an amount that a person wrote rounder than the machine says it, are no disagreement', () => {
  expect(readValue(declared, { facts: [seen('rotational', true), seen('memory', 15.6 * 1024 ** 3, 'node/w1')] }).findings).toEqual([])
})
