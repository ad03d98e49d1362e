import { expect, test } from 'vitest'
import type { KubeObject } from '../../api/api.ts'
import type { Claim, StorageClass, Volume } from '../objects.ts'
import { defaultClass, findMatchingVolume, whyNotSatisfied } from './match-volume.ts'

const meta = (name: string, more: object = {}): KubeObject['metadata'] => ({ name, uid: name, resourceVersion: '1', creationTimestamp: '2026-01-01T00:00:00Z', ...more })
const volume = (name: string, storage: string, spec: object = {}, phase = 'Available'): Volume => ({
  apiVersion: 'v1', kind: 'PersistentVolume', metadata: meta(name, { labels: { name } }), status: { phase },
  spec: { capacity: { storage }, accessModes: ['ReadWriteOnce'], storageClassName: 'c', ...spec },
})
const claim = (spec: object = {}): Claim => ({
  apiVersion: 'v1', kind: 'PersistentVolumeClaim', metadata: meta('claim', { namespace: 'n' }),
  spec: { accessModes: ['ReadWriteOnce'], storageClassName: 'c', resources: { requests: { storage: '5Gi' } }, ...spec },
})

test('the smallest volume that fits is taken, the first by name of those as small', () => {
  const volumes = [volume('large', '50Gi'), volume('z', '5Gi'), volume('b', '5368709120'), volume('small', '4Gi')]
  expect(findMatchingVolume(claim(), volumes, false)?.metadata.name).toBe('b')
})

test('a volume reserved for the claim wins, and one reserved for another is never taken', () => {
  const mine = volume('mine', '50Gi', { claimRef: { namespace: 'n', name: 'claim' } })
  const other = volume('other', '5Gi', { claimRef: { namespace: 'n', name: 'else' } })
  expect(findMatchingVolume(claim(), [other, volume('free', '5Gi'), mine], false)?.metadata.name).toBe('mine')
  expect(findMatchingVolume(claim(), [other], false)).toBeUndefined()
})

test('a claim that waits for its consumer gets nothing but what is reserved for it', () => {
  expect(findMatchingVolume(claim(), [volume('free', '5Gi')], true)).toBeUndefined()
})

test('mode, class, selector, phase and access modes all have to fit', () => {
  const misfits = [volume('block', '5Gi', { volumeMode: 'Block' }), volume('class', '5Gi', { storageClassName: 'd' }), volume('released', '5Gi', {}, 'Released'), volume('modes', '5Gi', { accessModes: ['ReadOnlyMany'] })]
  expect(findMatchingVolume(claim(), misfits, false)).toBeUndefined()
  expect(findMatchingVolume(claim({ selector: { matchLabels: { name: 'x' } } }), [volume('y', '5Gi'), volume('x', '9Gi')], false)?.metadata.name).toBe('x')
})

test.each([
  [volume('v', '4Gi'), 'requested PV is too small'],
  [volume('v', '5Gi', { storageClassName: '' }), 'storageClassName does not match'],
  [volume('v', '5Gi', { volumeMode: 'Block' }), 'incompatible volumeMode'],
  [volume('v', '5Gi', { accessModes: ['ReadWriteMany'] }), 'incompatible accessMode'],
  [volume('v', '5Gi'), undefined],
])('a named volume is refused with the binder’s reason', (named, reason) => {
  expect(whyNotSatisfied(named, claim())).toBe(reason)
})

test('of two default classes the newest is taken', () => {
  const annotations = { 'storageclass.kubernetes.io/is-default-class': 'true' }
  const storageClass = (name: string, creationTimestamp: string, marked = true): StorageClass => ({ apiVersion: 'storage.k8s.io/v1', kind: 'StorageClass', provisioner: 'p', metadata: meta(name, { creationTimestamp, ...(marked ? { annotations } : {}) }) })
  const classes = [storageClass('old', '2026-01-01T00:00:00Z'), storageClass('new', '2026-02-01T00:00:00Z'), storageClass('newest', '2026-03-01T00:00:00Z', false)]
  expect(defaultClass(classes)?.metadata.name).toBe('new')
})
