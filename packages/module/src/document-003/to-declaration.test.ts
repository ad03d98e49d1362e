import { expect, test } from 'vitest'
import { inWordsOf003, declarationOf } from './to-declaration.ts'
import { prepareModule } from './prepare-module.ts'

const minimal = { storageImplementation: 'rook-ceph' }

test('each field moves to its place, and its path finds the way back', () => {
  const { declaration, origin, findings } = declarationOf('x', {
    ...minimal,
    backupImplementation: 'velero',
    cephCluster: { cephImage: 'i', storage: { nodes: [{ name: 'a', devices: [{ name: 'sdb' }] }] } },
    storageClasses: [{ name: 'one', isDefault: true, filesystem: { dataPools: [{ replication: { size: 3 } }] } }],
    backupStrategy: { backupStorageLocations: [{ name: 'here', bucket: 'b' }] },
  })
  expect(findings).toEqual([])
  expect(declaration).toEqual({
    apiVersion: 'stowage.dev/v1alpha1',
    kind: 'Storage',
    metadata: { name: 'x' },
    spec: {
      backends: { ceph: { rookCeph: { image: 'i', storage: { nodes: [{ name: 'a', devices: [{ name: 'sdb' }] }] } } } },
      classes: { one: { backend: 'ceph', default: true, filesystem: { preservePoolNames: true, dataPools: [{ replicated: { size: 3 } }] } } },
      backup: { velero: { repositoryPassword: { existing: true }, locations: { here: { bucket: 'b' } } } },
    },
  })
  expect(origin(['spec', 'classes', 'one', 'filesystem', 'dataPools', 0, 'replicated', 'size'])).toEqual(['storageClasses', 0, 'filesystem', 'dataPools', 0, 'replication', 'size'])
  expect(origin(['spec', 'backends', 'ceph', 'rookCeph', 'storage', 'nodes', 0, 'devices', 0, 'name'])).toEqual(['cephCluster', 'storage', 'nodes', 0, 'devices', 0, 'name'])
  // Also of what is not written.
  expect(origin(['spec', 'backends', 'ceph', 'rookCeph', 'mon', 'count'])).toEqual(['cephCluster', 'monitorCount'])
  expect(origin(['spec', 'classes', 'one'])).toEqual(['storageClasses', 0])
  expect(origin(['spec', 'backup', 'velero', 'locations', 'here', 'provider'])).toEqual(['backupStrategy', 'backupStorageLocations', 0, 'provider'])
})

test('an index never becomes a name: a list in another order makes the same classes', () => {
  const one = { name: 'one', filesystem: {} }
  const two = { name: 'two', filesystem: {} }
  const classes = (storageClasses: unknown) => declarationOf('x', { ...minimal, cephCluster: {}, storageClasses }).declaration
  expect(classes([two, one])).toEqual(classes([one, two]))
})

test.each([
  ['nothing at all', {}, ['storageImplementation']],
  ['another engine', { storageImplementation: 'longhorn' }, ['storageImplementation']],
  ['classes without a cluster', { ...minimal, storageClasses: [] }, ['cephCluster']],
  ['backups without an engine', { ...minimal, backupStrategy: {} }, ['backupImplementation']],
  ['a key with a letter too few', { ...minimal, namespce: 'x' }, ['namespce']],
  ['a name that is a number', { ...minimal, cephCluster: {}, storageClasses: [{ name: 3 }] }, ['storageClasses', 0, 'name']],
  ['a class that is a text', { ...minimal, cephCluster: {}, storageClasses: ['x'] }, ['storageClasses', 0, 'name']],
  ['a name twice', { ...minimal, cephCluster: {}, storageClasses: [{ name: 'x' }, { name: 'x' }] }, ['storageClasses', 1, 'name']],
  ['feasibility that is no word', { ...minimal, feasibility: 'off' }, ['feasibility']],
])('%s is refused where it stands', (_, args, path) => {
  expect(declarationOf('x', args).findings.map((finding) => finding.path)).toEqual([path])
})

test.each([undefined, null, 7, 'text', []])('arguments that are %j are refused, not an exception', (args) => {
  const { ready, findings } = prepareModule('x', Object(args), () => false)
  expect(ready).toBeUndefined()
  expect(findings.some(({ severity }) => severity === 'error')).toBe(true)
})

test('a class called __proto__ is refused as any other name that cannot be one', () => {
  const args = JSON.parse('{"storageImplementation": "rook-ceph", "cephCluster": {"storage": {}}, "storageClasses": [{"name": "__proto__", "filesystem": {}}]}')
  const { ready, findings } = prepareModule('x', args, () => false)
  expect(ready).toBeUndefined()
  expect(findings.filter(({ severity }) => severity === 'error').map(({ path }) => path.slice(0, 2))).toContainEqual(['storageClasses', 0])
})

test('remedies speak of the arguments, not of the declaration', () => {
  const finding = { rule: 'x', severity: 'warning', message: 'm', remedy: 'write it under spec.facts.cluster.schedulableNodes', path: [] } as const
  expect(inWordsOf003(finding).remedy).toBe('write it under facts.cluster.schedulableNodes')
})

test('arguments that could never be serialized are judged like all others', () => {
  const args: Record<string, unknown> = { ...minimal, cephCluster: { storage: () => 'x' } }
  expect(prepareModule('x', args, () => false).ready).toBeUndefined()
})
