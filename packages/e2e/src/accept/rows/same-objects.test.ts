import { expect, test } from 'vitest'
import { missingObjects } from './same-objects.ts'

const namespace = (metadata: object, rest: object = {}) => ({ apiVersion: 'v1', kind: 'Namespace', metadata: { name: 'storage', ...metadata }, ...rest })

test('an object that is there as planned is not missed, whatever the delivery put on it', () => {
  expect(missingObjects([namespace({})], [namespace({ annotations: { 'helm.sh/resource-policy': 'keep' } })], ['helm.sh/resource-policy'])).toEqual([])
})

test('an object that is not there, or not as planned, is named', () => {
  expect(missingObjects([namespace({})], [])).toEqual(['Namespace/storage is not in what it made'])
  expect(missingObjects([namespace({ labels: { a: '1' } })], [namespace({ labels: { a: '2' } })])).toEqual(['Namespace/storage is not as it was planned'])
  expect(missingObjects([namespace({})], [namespace({}, { spec: {} })])).toEqual(['Namespace/storage is not as it was planned'])
})
