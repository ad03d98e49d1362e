import { deepEqual, equal } from 'node:assert/strict'
import { test } from 'node:test'
import * as pulumi from '@pulumi/pulumi'
import { BackupImplementation, Storage, StorageImplementation, StorageModule } from '@stowage/module'

test('a program that is an ES module registers the same components', async () => {
  const types: string[] = []
  await pulumi.runtime.setMocks({ call: ({ inputs }) => inputs, newResource: ({ type, name, inputs }) => (types.push(type), { id: `${name}-id`, state: inputs }) })
  const storage = new Storage('tiny', {
    declaration: { apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'tiny' }, spec: { backends: { disk: { local: { path: '/data' } } }, classes: { disk: { backend: 'disk' } } } },
  })
  deepEqual(await new Promise((resolve) => storage.classNames.apply(resolve)), ['disk'])
  equal(types.includes('kubernetes:storage.k8s.io/v1:StorageClass'), true)
  equal(types.includes('stowage:module:Storage'), true)
})

test('the names of document 003 are there', () => {
  equal(StorageImplementation.ROOK_CEPH, 'rook-ceph')
  equal(BackupImplementation.VELERO, 'velero')
  equal(typeof StorageModule, 'function')
})
