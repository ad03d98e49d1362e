/** The reference document's own usage example can never be healthy. What is said of it is what is certain, and no more. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { parse } from 'yaml'
import type { Fact } from '../../facts/facts.ts'
import { readValue } from '../../spec/read.ts'

const example: unknown = parse(readFileSync(fileURLToPath(new URL('../../../test/document-003.yaml', import.meta.url)), 'utf8'))

function proofsOf(facts: readonly Fact[] = []) {
  const { findings, spec } = readValue(example, { facts })
  return { spec, proofs: findings.filter(({ verdict }) => verdict !== undefined).map(({ rule, object, verdict, severity, deciding = [] }) => ({ rule, object, verdict, severity, deciding })) }
}

function fact(object: string, property: string, value: Fact['value']): Fact {
  return { object, property, value, source: { kind: 'file', name: 'facts.yaml' } }
}

test('three refusals are certain; the number of monitors and the class of sdb and sdc are not known, with what would settle each; nothing else is said', () => {
  const { spec, proofs } = proofsOf()
  expect(spec).toBeUndefined()
  expect(proofs).toEqual([
    { rule: 'pool-class-needs-more-hosts', object: 'pool/shared-fs-metadata', verdict: 'violated', severity: 'error', deciding: [] },
    { rule: 'pool-needs-more-hosts', object: 'pool/shared-fs-data', verdict: 'violated', severity: 'error', deciding: [] },
    { rule: 'pool-class-needs-more-hosts', object: 'pool/shared-fs-data', verdict: 'violated', severity: 'error', deciding: [] },
    { rule: 'device-class-unknown', object: 'node/worker-2', verdict: 'unknown', severity: 'warning', deciding: ['device/worker-2/sdb rotational', 'device/worker-2/sdc rotational'] },
    { rule: 'mons-need-more-nodes', object: 'cluster/my-cluster', verdict: 'unknown', severity: 'warning', deciding: ['cluster schedulableNodes'] },
  ])
})

test('nothing else of the example is refused', () => {
  expect(readValue(example).findings.filter(({ severity, verdict }) => severity === 'error' && verdict === undefined)).toEqual([])
})

test('the words: who could have hdd, and what is missing', () => {
  const messages = readValue(example).findings.filter(({ verdict }) => verdict !== undefined).map(({ message }) => message)
  expect(messages).toContain('pool shared-fs-data keeps three copies, each on a different host with hdd, and at most one host could have hdd: worker-2, if sdb or sdc is rotational: nothing could ever be written to it')
  expect(messages).toContain('pool shared-fs-metadata keeps three copies, each on a different host with nvme, and only one host has nvme (worker-1): nothing could ever be written to it')
  expect(messages).toContain('pool shared-fs-data keeps three copies, each on a different host, and two hosts with disks are declared (worker-1 and worker-2): it could never be healthy, because the third copy has nowhere to go')
})

test('the facts that are named settle what they are named for, and the refusals stay', () => {
  const settled = proofsOf([fact('device/worker-2/sdb', 'rotational', true), fact('device/worker-2/sdc', 'rotational', false), fact('cluster', 'schedulableNodes', 3)])
  expect(settled.proofs.every(({ verdict }) => verdict === 'violated')).toBe(true)
  // The class is known now, and says more than the number of hosts.
  expect(settled.proofs.map(({ rule, object }) => `${rule} ${object ?? ''}`)).toEqual(['pool-class-needs-more-hosts pool/shared-fs-metadata', 'pool-class-needs-more-hosts pool/shared-fs-data'])
})

test('the cluster that has two nodes only cannot hold three monitors', () => {
  const { proofs } = proofsOf([fact('cluster', 'nodes', 'worker-1,worker-2')])
  expect(proofs).toContainEqual({ rule: 'mons-need-more-nodes', object: 'cluster/my-cluster', verdict: 'violated', severity: 'error', deciding: [] })
})
