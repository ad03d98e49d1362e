import { expect, test } from 'vitest'
import { isNamed, refuseUnknownNames } from './consent.ts'
import { undoCreation, undoDeletion, undoUpdate } from './undo.ts'

const ids = ['storage.k8s.io/StorageClass/shared', 'ceph.rook.io/CephFilesystem/rook/shared', 'ceph.rook.io/CephFilesystem/rook/photos', 'helm/velero/velero', 'Namespace/velero']

test.each([
  ['the whole id', 'ceph.rook.io/CephFilesystem/rook/photos', 2, true],
  ['kind and name', 'CephFilesystem/photos', 2, true],
  ['kind, namespace and name', 'CephFilesystem/rook/photos', 2, true],
  ['a name that one thing has', 'photos', 2, true],
  ['a name that two things have', 'shared', 1, false],
  ['kind and name of the other of two', 'StorageClass/shared', 1, false],
  ['a release by namespace and name', 'velero/velero', 3, true],
  ['a name that a release and its namespace share', 'velero', 3, false],
  ['part of a name', 'photo', 2, false],
  ['nothing', '', 2, false],
])('%s: does it mean the thing?', (_, name, index, expected) => {
  expect(isNamed([name], ids[index] ?? '', ids)).toBe(expected)
})

test('names that mean nothing or two things are refused, with the flag and the choices', () => {
  expect(() => refuseUnknownNames({ allowDestroy: ['photos'], adopt: ['helm/velero/velero'] }, ids)).not.toThrow()
  expect(() => refuseUnknownNames({ allowDestroy: ['shared'] }, ids)).toThrow('--allow-destroy shared could mean storage.k8s.io/StorageClass/shared or ceph.rook.io/CephFilesystem/rook/shared')
  expect(() => refuseUnknownNames({ adopt: ['gone'] }, ids)).toThrow('--adopt gone: there is nothing of that name')
})

const config = { kind: 'ConfigMap', metadata: { name: 'c', namespace: 'n' } }

test('the way back from a creation is a deletion, from an update a patch with what was, from a deletion the object without the server’s words', () => {
  expect(undoCreation(config)).toBe('kubectl delete configmap c -n n')
  expect(undoUpdate(config, [{ field: 'data.mode', before: 'fast', after: 'slow' }, { field: 'data.new', after: '1' }])).toBe(`kubectl patch configmap c -n n --type merge -p '{"data":{"mode":"fast","new":null}}'`)
  const live = { kind: 'ConfigMap', metadata: { ...config.metadata, uid: 'u', resourceVersion: '1', labels: { a: "it's" } }, status: {}, data: {} }
  expect(undoDeletion(live)).toBe(String.raw`kubectl create -f - <<< '{"kind":"ConfigMap","data":{},"metadata":{"name":"c","namespace":"n","labels":{"a":"it'\''s"}}}'`)
})

test('what no short patch puts back is told in words', () => {
  expect(undoUpdate(config, [{ field: 'metadata.labels["a.b/c"]', before: 'x', after: 'y' }])).toContain('kubectl edit configmap c -n n: metadata.labels["a.b/c"] was "x"')
})
