/** Whatever stands in a declaration, the proofs answer, and so does the search for edits. */
import * as fc from 'fast-check'
import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'
import { opaqueLeaf } from '../../spec/opaque-leaf.ts'
import { smallestEdits } from './edits/smallest-edits.ts'
import { prove } from './prove.ts'

const words = ['storage', 'nodes', 'name', 'devices', 'config', 'deviceClass', 'osdsPerDevice', 'useAllNodes', 'useAllDevices', 'deviceFilter', 'filesystems', 'blockPools', 'metadataPool', 'dataPools', 'replicated', 'size', 'erasureCoded', 'dataChunks', 'codingChunks', 'failureDomain', 'metadataServer', 'activeCount', 'mon', 'count', 'network', 'encryption', 'placement', 'all', 'tolerations', 'resources', 'osd', 'requests', 'memory', '__proto__', 'constructor']
const leaf = fc.oneof(fc.constantFrom<unknown>(null, true, false, -1, 0, 1.5, 3, 1e9, Number.NaN, '', 'n1', '/dev/sdb', 'nvme0n1', 'hdd', 'host', 'rack', 'osd', '8Gi', '-8Gi', opaqueLeaf), fc.string())
const tree = fc.letrec<{ tree: unknown }>((tie) => ({
  tree: fc.oneof({ maxDepth: 6, depthSize: 'large' }, leaf, fc.array(tie('tree'), { maxLength: 3 }), fc.dictionary(fc.constantFrom(...words), tie('tree'), { maxKeys: 5 })),
})).tree

/** Of the right shape, with anything as a value. */
const one = (shape: Readonly<Record<string, fc.Arbitrary<unknown>>>): fc.Arbitrary<unknown> => fc.oneof({ weight: 6, arbitrary: fc.record(shape, { requiredKeys: [] }) }, leaf)
const config = one({ deviceClass: leaf, osdsPerDevice: fc.constantFrom('1', '2', '64', '1000000000'), metadataDevice: leaf, encryptedDevice: fc.constantFrom('true', 'false') })
const device = one({ name: fc.constantFrom('/dev/sdb', '/dev/sdc', '/dev/nvme0n1', '/dev/disk/by-id/x'), config })
const node = one({ name: fc.constantFrom('n1', 'n2', 'n3'), devices: fc.oneof(fc.array(device, { maxLength: 3 }), leaf), config, useAllDevices: leaf })
const pool = one({ name: fc.constantFrom('a', 'b'), failureDomain: fc.constantFrom('osd', 'host', 'rack', 'x'), deviceClass: fc.constantFrom('hdd', 'ssd', 'nvme'), replicated: one({ size: leaf, replicasPerFailureDomain: leaf, subFailureDomain: leaf }), erasureCoded: one({ dataChunks: leaf, codingChunks: leaf }) })
const filesystemShape = one({ metadataPool: pool, dataPools: fc.oneof(fc.array(pool, { maxLength: 2 }), leaf), metadataServer: one({ activeCount: leaf, resources: one({ requests: one({ memory: leaf }) }) }) })
const rook = one({ storage: one({ nodes: fc.array(node, { maxLength: 3 }), useAllNodes: leaf, config }), mon: one({ count: leaf }), mgr: one({ count: leaf }), network: one({ encryption: leaf, provider: fc.constantFrom('', 'host') }), resources: one({ osd: one({ requests: one({ memory: leaf }) }) }), filesystems: fc.dictionary(fc.constantFrom('f', 'g'), filesystemShape), blockPools: fc.dictionary(fc.constantFrom('p', 'q'), pool) })

test('the proofs never throw, and say nothing of what holds', () => {
  fc.assert(
    fc.property(fc.oneof(tree, rook, rook), fc.oneof(tree, filesystemShape), tree, (rookCeph, filesystem, facts) => {
      const spec = { backends: { c: { rookCeph } }, classes: { a: { backend: 'c', filesystem } }, facts }
      for (const { verdict, message, deciding } of prove({ spec })) {
        expect(message === '').toBe(verdict === 'holds')
        expect(deciding.length === 0 || verdict === 'unknown').toBe(true)
        expect(message).not.toMatch(/undefined|NaN|\[object|Infinity/)
      }
    }),
    { numRuns: 1000 },
  )
})

test('neither does reading such a declaration, nor looking for edits', () => {
  fc.assert(
    fc.property(fc.oneof(tree, rook, rook), (rookCeph) => {
      const declaration = { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { c: { rookCeph } }, classes: {} } }
      expect(Array.isArray(readValue(declaration).findings)).toBe(true)
      expect(smallestEdits(declaration).length).toBeLessThanOrEqual(3)
    }),
    { numRuns: 300 },
  )
})
