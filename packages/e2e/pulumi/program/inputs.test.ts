import { deepEqual, equal, match, ok } from 'node:assert/strict'
import { test } from 'node:test'
import * as pulumi from '@pulumi/pulumi'
import { corrected } from './corrected-003'
import { kubernetes, run, Source, valueOf, type Registered } from './harness'
import { StorageModule, type StorageModuleArgs } from './modules/storage'
import { registered } from './plan-objects'

/** Every argument that may be an Output, as `make` gives it. */
function everywhere(make: (name: string, becomes: string) => pulumi.Input<string>): StorageModuleArgs {
  const args = corrected()
  const [sharedFs] = args.storageClasses ?? []
  const [location] = args.backupStrategy?.backupStorageLocations ?? []
  ok(sharedFs && location && args.cephCluster && args.backupStrategy)
  const expansion = make('expansion', 'no')
  return {
    ...args,
    namespace: make('namespace', 'rook'),
    cephCluster: { ...args.cephCluster, clusterName: make('clusterName', 'blue'), cephImage: make('image', 'quay.io/ceph/ceph:v20.2.4'), dataDirHostPath: make('dir', '/srv/rook') },
    storageClasses: [{ ...sharedFs, reclaimPolicy: make('policy', 'Delete'), volumeBindingMode: make('mode', 'WaitForFirstConsumer'), allowVolumeExpansion: typeof expansion === 'string' ? expansion === 'yes' : pulumi.output(expansion).apply((word) => word === 'yes') }],
    backupStrategy: {
      ...args.backupStrategy,
      defaultBackupTTL: make('ttl', '240h0m0s'),
      backupStorageLocations: [
        {
          ...location,
          bucket: make('bucket', 'backups-of-team'),
          prefix: make('prefix', 'blue/main'),
          region: make('region', 'eu-central-1'),
          config: { s3Url: make('url', 'https://s3.example:9000') },
          credential: { name: make('secret', 'backup-credentials'), key: make('key', 'cloud') },
        },
      ],
    },
  }
}

test('what is given by other resources arrives where it is written plainly, inside longer texts and in keys, too', async () => {
  const plain = await run(() => void new StorageModule('cluster-storage', everywhere((_name, becomes) => becomes)))
  equal(plain.error, undefined)
  const later = await run(() => void new StorageModule('cluster-storage', everywhere((name, becomes) => new Source(name, becomes).value)))
  equal(later.error, undefined)
  deepEqual(registered(later), registered(plain))
  deepEqual(names(kubernetes(later)), names(kubernetes(plain)))
})

test('at a preview, in which none of these is known, the same resources are registered', async () => {
  const plain = await run(() => void new StorageModule('cluster-storage', everywhere((_name, becomes) => becomes)))
  let module: StorageModule | undefined
  const seen = await run(() => void (module = new StorageModule('cluster-storage', everywhere((name, becomes) => new Source(name, becomes).value))), { preview: true })
  equal(seen.error, undefined)
  deepEqual(names(kubernetes(seen)), names(kubernetes(plain)))
  equal(JSON.stringify([seen.resources.map(({ inputs, name }) => ({ inputs, name })), seen.warnings, seen.notes]).includes('not-known-'), false)
  ok(seen.notes.some((text) => text.includes('(backupStrategy.backupStorageLocations[0].credential.name)')), seen.notes.join('\n'))
  ok(module)
  deepEqual(await valueOf(module.classNames), ['shared-fs'])
})

function names(resources: readonly Registered[]): readonly string[] {
  return resources.map(({ type, name, options }) => `${type} ${name} ${options.protect === true ? 'protected' : ''}`).sort()
}

test('an Output or a Promise where something is decided is refused by its path, several at once, known or not', async () => {
  const args = corrected()
  const [sharedFs] = args.storageClasses ?? []
  const [location] = args.backupStrategy?.backupStorageLocations ?? []
  ok(sharedFs && location && args.cephCluster && args.backupStrategy)
  const anything = <T>(value: T): T => pulumi.output(value) as unknown as T
  const wrong: StorageModuleArgs = {
    ...args,
    storageImplementation: anything(args.storageImplementation),
    cephCluster: { ...args.cephCluster, monitorCount: pulumi.output(3), storage: { nodes: anything([]) } },
    storageClasses: [
      {
        ...sharedFs,
        isDefault: Promise.resolve(true),
        filesystem: {
          ...sharedFs.filesystem,
          dataPools: [{ name: 'd', failureDomain: anything('host'), replication: { size: anything(3) }, deviceClass: anything('hdd') }],
        },
      },
      { ...sharedFs, name: pulumi.output('archive') },
    ],
    backupStrategy: { ...args.backupStrategy, enableSnapshotBackups: pulumi.output(true), backupStorageLocations: [{ ...location, provider: anything('aws') }] },
  }
  for (const preview of [false, true]) {
    const seen = await run(() => void new StorageModule('cluster-storage', wrong), { preview })
    deepEqual(seen.resources, [])
    ok(pulumi.RunError.isInstance(seen.error))
    const paths = [...String(seen.error).matchAll(/^ {2}(\S+): .*Output or a Promise/gm)].map(([, path]) => path)
    deepEqual(paths.sort(), [
      'backupStrategy.backupStorageLocations[0].provider',
      'backupStrategy.enableSnapshotBackups',
      'cephCluster.monitorCount',
      'cephCluster.storage.nodes',
      'storageClasses[0].filesystem.dataPools[0].deviceClass',
      'storageClasses[0].filesystem.dataPools[0].failureDomain',
      'storageClasses[0].filesystem.dataPools[0].replication.size',
      'storageClasses[0].isDefault',
      'storageClasses[1].name',
      'storageImplementation',
    ])
    match(String(seen.error), /10 faults/)
  }
})

test('a check that would read a value that is not known says that it is not known', async () => {
  const args = corrected()
  const [sharedFs] = args.storageClasses ?? []
  ok(sharedFs)
  const said = async (reclaimPolicy: pulumi.Input<string>) => (await run(() => void new StorageModule('cluster-storage', { ...args, storageClasses: [{ ...sharedFs, reclaimPolicy }] }))).warnings
  deepEqual(await said('Retain'), [])
  const plain = await said('Delete')
  equal(plain.length, 1)
  const [unknown, ...others] = await said(pulumi.output('Delete'))
  deepEqual(others, [])
  match(unknown ?? '', /not known before storageClasses\[0\]\.reclaimPolicy is; /)
})
