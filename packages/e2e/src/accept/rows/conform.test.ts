import { expect, test } from 'vitest'
import { read } from './conform.ts'

test('a report is counted, and each fault names its object', () => {
  const report = { resources: [{ kind: 'CephCluster', name: 'ceph', status: 'statusInvalid', msg: 'no such field' }], summary: { valid: 2, invalid: 1, errors: 0, skipped: 3 } }
  expect(read(JSON.stringify(report))).toEqual({ valid: 2, invalid: 1, errors: 0, skipped: 3, faults: ['CephCluster ceph: no such field'] })
})

test('a report without its counts is not taken for one without faults', () => {
  expect(() => read('{"resources":[]}')).toThrow("kubeconform's summary has no valid")
})
