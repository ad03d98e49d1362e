import { deepEqual, equal, ok } from 'node:assert/strict'
import { test } from 'node:test'
import { corrected, secondClass } from './corrected-003'
import { kubernetes, run, type Registered } from './harness'
import { StorageModule, type StorageModuleArgs } from './modules/storage'

async function registeredBy(args: StorageModuleArgs): Promise<readonly Registered[]> {
  const seen = await run(() => void new StorageModule('cluster-storage', args))
  equal(seen.error, undefined)
  return kubernetes(seen)
}

function withClasses(...classes: NonNullable<StorageModuleArgs['storageClasses']>): StorageModuleArgs {
  return { ...corrected(), storageClasses: classes }
}

const [sharedFs] = corrected().storageClasses ?? []
ok(sharedFs)

const facts = ({ type, name, inputs, options }: Registered) => JSON.stringify({ type, name, inputs, protect: options.protect, retain: options.retainOnDelete, aliases: options.aliases })

test('a reorder changes nothing: not a name, not an input, not an option', async () => {
  const args = withClasses(sharedFs, secondClass)
  const turned = withClasses(secondClass, sharedFs)
  const nodes = turned.cephCluster?.storage.nodes ?? []
  Object.assign(turned.cephCluster?.storage ?? {}, { nodes: nodes.toReversed() })
  const before = (await registeredBy(args)).map(facts).sort()
  const after = (await registeredBy(turned)).map(facts).sort()
  const nodesOf = (text: string) => text.includes('CephCluster"')
  deepEqual(after.filter((one) => !nodesOf(one)), before.filter((one) => !nodesOf(one)))
  // Rook reads the list of nodes by name; ours is in the order of the program.
  deepEqual(after.filter(nodesOf).length, before.filter(nodesOf).length)
})

test('a removal leaves every other resource as it was', async () => {
  const both = await registeredBy(withClasses(sharedFs, secondClass))
  const one = await registeredBy(withClasses(sharedFs))
  const names = new Set(one.map(({ name }) => name))
  const gone = both.filter(({ name }) => !names.has(name))
  deepEqual(gone.map(({ name }) => name).sort(), [
    'cluster-storage:ceph.rook.io/CephFilesystem/archive',
    'cluster-storage:ceph.rook.io/CephFilesystemSubVolumeGroup/archive-csi',
    'cluster-storage:storage.k8s.io/StorageClass/archive',
  ])
  // What holds data of it stays in the cluster, and Pulumi refuses to delete it unasked.
  deepEqual(gone.filter(({ options }) => options.protect === true && options.retainOnDelete === true).map(({ name }) => name).sort(), [
    'cluster-storage:ceph.rook.io/CephFilesystem/archive',
    'cluster-storage:ceph.rook.io/CephFilesystemSubVolumeGroup/archive-csi',
  ])
})

test('a rename keeps the identity by an alias, and the data where it is', async () => {
  const filesystem = { ...sharedFs.filesystem, name: 'shared-fs' }
  const renamed = await registeredBy(withClasses({ ...sharedFs, name: 'common-fs', renamedFrom: 'shared-fs', filesystem }))
  const aliasOf = (name: string) => renamed.find((one) => one.name === name)?.options.aliases
  deepEqual(aliasOf('cluster-storage:storage.k8s.io/StorageClass/common-fs'), [{ name: 'cluster-storage:storage.k8s.io/StorageClass/shared-fs' }])
  ok(renamed.some(({ name }) => name === 'cluster-storage:ceph.rook.io/CephFilesystem/shared-fs'))
  const others = (resources: readonly Registered[]) => resources.filter(({ type }) => !/StorageClass$|ConfigMap$|:Release$/.test(type)).map(facts).sort()
  deepEqual(others(renamed), others(await registeredBy(withClasses(sharedFs))))
})

test('a location that is renamed keeps its identity, too', async () => {
  const args = corrected()
  const [location] = args.backupStrategy?.backupStorageLocations ?? []
  ok(location && args.backupStrategy)
  const renamed = await registeredBy({ ...args, backupStrategy: { ...args.backupStrategy, backupStorageLocations: [{ ...location, name: 'main', renamedFrom: 'default' }] } })
  deepEqual(renamed.find(({ name }) => name.endsWith('BackupStorageLocation/velero/main'))?.options.aliases, [{ name: 'cluster-storage:velero.io/BackupStorageLocation/velero/default' }])
})

test('what holds data is protected: cluster, filesystems, namespaces, definitions', async () => {
  const seen = await registeredBy(withClasses(sharedFs))
  for (const kind of ['CephCluster', 'CephFilesystem', 'CephFilesystemSubVolumeGroup', 'Namespace', 'CustomResourceDefinition']) {
    const some = seen.filter(({ type }) => type.endsWith(`:${kind}`))
    ok(some.length > 0, kind)
    for (const { name, options } of some) deepEqual([name, options.protect, options.retainOnDelete], [name, true, true])
  }
  for (const { name, options } of seen.filter(({ type }) => /:(StorageClass|Deployment|ConfigMap)$/.test(type))) deepEqual([name, options.protect], [name, undefined])
})

test('the order of registration follows what needs what', async () => {
  const seen = await registeredBy(withClasses(sharedFs))
  const at = (part: string) => seen.findIndex(({ name }) => name.includes(part))
  const operator = seen[at('helm/rook-ceph')]
  ok(operator?.dependsOn.includes('cluster-storage:Namespace'))
  ok(seen[at('/CephCluster')]?.dependsOn.includes('cluster-storage:helm/rook-ceph'))
  ok(seen[at('CephFilesystem/shared-fs')]?.dependsOn.includes('cluster-storage:ceph.rook.io/CephCluster'))
  ok(seen[at('StorageClass/shared-fs')]?.dependsOn.includes('cluster-storage:ceph.rook.io/CephFilesystem/shared-fs'))
  ok(seen[at('BackupStorageLocation')]?.dependsOn.includes('cluster-storage:helm/velero/velero'))
})
