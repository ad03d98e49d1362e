import { expect, test } from 'vitest'
import { SchemaCatalog } from '../schema/catalog.ts'
import { strategicMerge } from './strategic.ts'

const podSpec = new SchemaCatalog().named('io.k8s.api.core.v1.PodSpec')
const metadata = new SchemaCatalog().named('io.k8s.apimachinery.pkg.apis.meta.v1.ObjectMeta')
const strategy = new SchemaCatalog().named('io.k8s.api.apps.v1.DeploymentSpec')

test('containers are merged by name and keep their places', () => {
  const before = { containers: [{ name: 'a', image: '1', tty: true }, { name: 'b', image: '1' }] }
  expect(strategicMerge(podSpec, before, { containers: [{ name: 'a', image: '2' }] })).toEqual({
    containers: [{ name: 'a', image: '2', tty: true }, { name: 'b', image: '1' }],
  })
})

test('an item that only the patch has comes first, as the real server puts it', () => {
  expect(strategicMerge(podSpec, { volumes: [{ name: 'data' }] }, { volumes: [{ name: 'tmp' }] })).toEqual({ volumes: [{ name: 'tmp' }, { name: 'data' }] })
})

test('$setElementOrder decides the order', () => {
  const patch = { '$setElementOrder/volumes': [{ name: 'b' }, { name: 'new' }, { name: 'a' }], volumes: [{ name: 'new' }] }
  expect(strategicMerge(podSpec, { volumes: [{ name: 'a' }, { name: 'b' }] }, patch)).toEqual({ volumes: [{ name: 'b' }, { name: 'new' }, { name: 'a' }] })
})

test('$patch: delete takes an item away, $patch: replace the whole', () => {
  const before = { volumes: [{ name: 'a' }, { name: 'b' }], securityContext: { runAsUser: 1, fsGroup: 2 } }
  expect(strategicMerge(podSpec, before, { volumes: [{ name: 'a', $patch: 'delete' }] })).toMatchObject({ volumes: [{ name: 'b' }] })
  expect(strategicMerge(podSpec, before, { volumes: [{ name: 'c' }, { $patch: 'replace' }] })).toMatchObject({ volumes: [{ name: 'c' }] })
  expect(strategicMerge(podSpec, before, { securityContext: { fsGroup: 3, $patch: 'replace' } })).toMatchObject({ securityContext: { fsGroup: 3 } })
})

test('$deleteFromPrimitiveList takes values out of a merged list', () => {
  expect(strategicMerge(metadata, { finalizers: ['a', 'b'] }, { '$deleteFromPrimitiveList/finalizers': ['a'], finalizers: ['c'] })).toEqual({ finalizers: ['c', 'b'] })
})

test('$retainKeys drops what it does not name', () => {
  const before = { strategy: { type: 'RollingUpdate', rollingUpdate: { maxSurge: 1 } } }
  expect(strategicMerge(strategy, before, { strategy: { $retainKeys: ['type'], type: 'Recreate' } })).toEqual({ strategy: { type: 'Recreate' } })
})

test('an atomic list is replaced and null removes', () => {
  const before = { containers: [{ name: 'a', command: ['x', 'y'], image: '1' }] }
  expect(strategicMerge(podSpec, before, { containers: [{ name: 'a', command: ['z'], image: null }] })).toEqual({ containers: [{ name: 'a', command: ['z'] }] })
})
