import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'

const found = (spec: object): readonly string[] =>
  readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { disk: { local: { path: '/data' } } }, classes: {}, ...spec } }).findings.map(({ rule, path }) => `${rule} ${path.slice(1).join('.')}`)
const at = (path: string): object => ({ backends: { disk: { local: { path } } } })

test.each(['kube-system', 'default', 'kube-public'])('namespace %s is not the storage’s to make privileged', (namespace) => {
  expect(found({ namespace })).toEqual(['invalid-value namespace'])
})

test.each(['/etc', '/etc/x', '/var', '/var/lib', '/var/lib/kubelet', '/var/lib/kubelet/pods', '/proc/x', '/home'])('no volumes below %s', (path) => {
  expect(found(at(path))).toEqual(['invalid-value backends.disk.local.path'])
})

test.each(['/var/lib/stowage', '/etcetera', '/home/volumes', '/srv', '/mnt/disk'])('%s may hold volumes', (path) => {
  expect(found(at(path))).toEqual([])
})

test('labels of a class cannot take away whose it is', async () => {
  const { defineStorage, planStorage } = await import('../../index.ts')
  const spec = defineStorage({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { disk: { local: { path: '/data' } } }, classes: { dirs: { backend: 'disk', labels: { 'app.kubernetes.io/managed-by': 'me', team: 'a' } } } } })
  expect(planStorage(spec).objects.at(-1)?.object.metadata.labels).toMatchObject({ 'app.kubernetes.io/managed-by': 'stowage', team: 'a' })
})
