/** Every argument of document 003 lands somewhere: each is changed, and the plan must change with it. Makes docs/reference/document-003-fields.md. */
import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { expect, test } from 'vitest'
import { prepareModule } from '../src/document-003/prepare-module.ts'
import { replacedAt } from '../src/spec/value-at.ts'
import type { Plan } from '../src/plan/plan.ts'
import { planDifferences } from './plan-differences.ts'

type Path = readonly (string | number)[]

const here = (path: string): string => readFileSync(fileURLToPath(new URL(path, import.meta.url)), 'utf8')

const disks = (host: number) => [
  { name: `/dev/disk/by-id/nvme-${host}`, config: { deviceClass: 'nvme' } },
  { name: `/dev/disk/by-id/ata-${host}`, config: { deviceClass: 'hdd' } },
]
const pool = (name: string, deviceClass: string) => ({ name, failureDomain: 'host', replication: { size: 3, requireSafeReplicaSize: true }, deviceClass })
const arguments003 = {
  namespace: 'storage-system',
  storageImplementation: 'rook-ceph',
  backupImplementation: 'velero',
  cephCluster: {
    clusterName: 'my-cluster',
    cephImage: 'quay.io/ceph/ceph:v20.2.4',
    dataDirHostPath: '/var/lib/rook',
    monitorCount: 3,
    storage: { useAllNodes: false, useAllDevices: false, deviceFilter: '^sd', config: { osdsPerDevice: '1' }, nodes: [1, 2, 3, 4].map((host) => ({ name: `worker-${host}`, devices: disks(host), config: { osdsPerDevice: '1' } })) },
  },
  storageClasses: [
    {
      name: 'shared-fs',
      isDefault: true,
      reclaimPolicy: 'Retain',
      volumeBindingMode: 'Immediate',
      allowVolumeExpansion: true,
      renamedFrom: 'older-fs',
      filesystem: {
        name: 'shared-fs',
        metadataPool: { name: 'shared-fs-metadata', replication: { size: 3, requireSafeReplicaSize: true }, deviceClass: 'nvme' },
        dataPools: [
          { ...pool('shared-fs-data', 'hdd'), compression: { algorithm: 'zstd', mode: 'aggressive' } },
          { name: 'shared-fs-cold', failureDomain: 'host', erasureCoding: { dataChunks: 2, codingChunks: 1, algorithm: 'isa' }, deviceClass: 'hdd' },
        ],
        metadataServer: { activeCount: 1, activeStandby: true, resources: { requests: { memory: '4Gi' }, limits: { memory: '4Gi' } }, placement: { tolerations: [{ operator: 'Exists' }] } },
      },
    },
  ],
  backupStrategy: {
    enableSnapshotBackups: true,
    enableFilesystemBackups: true,
    defaultBackupTTL: '720h',
    backupStorageLocations: [
      { name: 'default', renamedFrom: 'older', provider: 'aws', bucket: 'my-backup-bucket', region: 'eu-central-1', prefix: 'blue', default: true, config: { s3Url: 'https://s3.example:9000' }, credential: { name: 'backup-credentials', key: 'cloud' } },
      { name: 'other', provider: 'aws', bucket: 'other-bucket' },
    ],
    volumeSnapshotLocations: [{ name: 'cloud', provider: 'aws', region: 'eu-central-1', config: { profile: 'a' }, credential: { name: 'backup-credentials', key: 'cloud' } }],
  },
}

const storageClass = ['storageClasses', 0]
const filesystem = [...storageClass, 'filesystem']
const [first, second] = [[...filesystem, 'dataPools', 0], [...filesystem, 'dataPools', 1]]
const location = ['backupStrategy', 'backupStorageLocations', 0]
const snapshots = ['backupStrategy', 'volumeSnapshotLocations', 0]
const cluster = ['cephCluster']

interface Row {
  readonly interface: string
  readonly field: string
  readonly path: Path
  /** Another value than the one above. */
  readonly other: unknown
  /** What has to change along with it, on both sides or on the other side only. */
  readonly both?: readonly Change[]
  readonly along?: readonly Change[]
}

interface Change {
  readonly path: Path
  readonly value: unknown
}

const row = (name: string, field: string, parent: Path, other: unknown): Row => ({ interface: name, field, path: [...parent, ...field.split('.')], other })

const rows: readonly Row[] = [
  row('StorageModuleArgs', 'namespace', [], 'rook'),
  row('CephClusterConfig', 'clusterName', cluster, 'blue'),
  row('CephClusterConfig', 'cephImage', cluster, 'quay.io/ceph/ceph:v19.2.3'),
  row('CephClusterConfig', 'dataDirHostPath', cluster, '/srv/rook'),
  row('CephClusterConfig', 'monitorCount', cluster, 5),
  { ...row('StorageConfig', 'useAllNodes', [...cluster, 'storage'], true), both: [{ path: [...cluster, 'storage', 'nodes'], value: undefined }] },
  row('StorageConfig', 'useAllDevices', [...cluster, 'storage'], true),
  row('StorageConfig', 'deviceFilter', [...cluster, 'storage'], '^nvme'),
  row('StorageConfig', 'config', [...cluster, 'storage'], { osdsPerDevice: '2' }),
  row('StorageConfig', 'nodes', [...cluster, 'storage'], [1, 2, 3].map((host) => ({ name: `worker-${host}`, devices: disks(host) }))),
  row('NodeConfig', 'name', [...cluster, 'storage', 'nodes', 0], 'worker-9'),
  row('NodeConfig', 'devices', [...cluster, 'storage', 'nodes', 0], disks(9)),
  row('NodeConfig', 'config', [...cluster, 'storage', 'nodes', 0], { osdsPerDevice: '2' }),
  row('DeviceConfig', 'name', [...cluster, 'storage', 'nodes', 0, 'devices', 0], '/dev/disk/by-id/nvme-other'),
  row('DeviceConfig', 'config', [...cluster, 'storage', 'nodes', 0, 'devices', 0], { deviceClass: 'nvme', osdsPerDevice: '2' }),
  row('StorageClassConfig', 'name', storageClass, 'common-fs'),
  row('StorageClassConfig', 'isDefault', storageClass, false),
  row('StorageClassConfig', 'reclaimPolicy', storageClass, 'Delete'),
  row('StorageClassConfig', 'volumeBindingMode', storageClass, 'WaitForFirstConsumer'),
  row('StorageClassConfig', 'allowVolumeExpansion', storageClass, false),
  row('StorageClassConfig', 'renamedFrom', storageClass, 'oldest-fs'),
  row('StorageClassConfig', 'filesystem.name', storageClass, 'common-fs'),
  row('StorageClassConfig', 'filesystem.metadataPool', storageClass, { name: 'other', replication: { size: 3 }, deviceClass: 'nvme' }),
  row('StorageClassConfig', 'filesystem.dataPools', storageClass, [pool('shared-fs-data', 'hdd')]),
  row('StorageClassConfig', 'filesystem.metadataServer', storageClass, { activeCount: 2 }),
  row('MetadataPoolConfig', 'name', [...filesystem, 'metadataPool'], 'other'),
  row('MetadataPoolConfig', 'deviceClass', [...filesystem, 'metadataPool'], 'hdd'),
  row('MetadataPoolConfig', 'replication', [...filesystem, 'metadataPool'], { size: 2 }),
  row('ReplicationConfig', 'size', [...first, 'replication'], 2),
  row('ReplicationConfig', 'requireSafeReplicaSize', [...first, 'replication'], false),
  row('DataPoolConfig', 'name', first, 'other'),
  row('DataPoolConfig', 'failureDomain', first, 'osd'),
  row('DataPoolConfig', 'deviceClass', first, 'nvme'),
  row('DataPoolConfig', 'compression.algorithm', first, 'lz4'),
  row('DataPoolConfig', 'compression.mode', first, 'force'),
  row('DataPoolConfig', 'erasureCoding.dataChunks', second, 3),
  row('DataPoolConfig', 'erasureCoding.codingChunks', second, 2),
  row('DataPoolConfig', 'erasureCoding.algorithm', second, 'jerasure'),
  row('MetadataServerConfig', 'activeCount', [...filesystem, 'metadataServer'], 2),
  row('MetadataServerConfig', 'activeStandby', [...filesystem, 'metadataServer'], false),
  row('MetadataServerConfig', 'resources', [...filesystem, 'metadataServer'], { limits: { memory: '8Gi' } }),
  row('MetadataServerConfig', 'placement', [...filesystem, 'metadataServer'], {}),
  row('ResourcesConfig', 'requests', [...filesystem, 'metadataServer', 'resources'], { cpu: '1' }),
  row('ResourcesConfig', 'limits', [...filesystem, 'metadataServer', 'resources'], { memory: '8Gi' }),
  row('BackupStrategy', 'enableSnapshotBackups', ['backupStrategy'], false),
  row('BackupStrategy', 'enableFilesystemBackups', ['backupStrategy'], false),
  row('BackupStrategy', 'defaultBackupTTL', ['backupStrategy'], '240h'),
  row('BackupStrategy', 'backupStorageLocations', ['backupStrategy'], [{ name: 'default', provider: 'aws', bucket: 'b' }]),
  row('BackupStrategy', 'volumeSnapshotLocations', ['backupStrategy'], []),
  row('BackupStorageLocation', 'name', location, 'main'),
  row('BackupStorageLocation', 'renamedFrom', location, 'oldest'),
  { ...row('BackupStorageLocation', 'provider', location, 'example.io/store'), both: [{ path: ['backupStrategy', 'plugins'], value: { 'example.io/store': 'example.io/store:v1.0.0' } }] },
  row('BackupStorageLocation', 'bucket', location, 'another-bucket'),
  row('BackupStorageLocation', 'region', location, 'us-east-1'),
  row('BackupStorageLocation', 'prefix', location, 'green'),
  { ...row('BackupStorageLocation', 'default', location, false), along: [{ path: ['backupStrategy', 'backupStorageLocations', 1, 'default'], value: true }] },
  row('BackupStorageLocation', 'config', location, { s3Url: 'https://s3.example:9001' }),
  row('BackupStorageLocation', 'config.s3Url', location, 'https://s3.example:9001'),
  row('BackupStorageLocation', 'credential', location, { name: 'other', key: 'cloud' }),
  row('CredentialReference', 'name', [...location, 'credential'], 'other'),
  row('CredentialReference', 'key', [...location, 'credential'], 'other'),
  row('VolumeSnapshotLocation', 'name', snapshots, 'other'),
  row('VolumeSnapshotLocation', 'provider', snapshots, 'gcp'),
  row('VolumeSnapshotLocation', 'region', snapshots, 'us-east-1'),
  row('VolumeSnapshotLocation', 'config', snapshots, { profile: 'b' }),
  row('VolumeSnapshotLocation', 'credential', snapshots, { name: 'other', key: 'cloud' }),
]

/** Of these the plan is one that the program before it does not have, or none at all. */
const elsewhere: Readonly<Record<string, string>> = {
  'StorageModuleArgs.storageImplementation': 'decides that there is a CephCluster at all; only `ROOK_CEPH`',
  'StorageModuleArgs.backupImplementation': 'decides that backups are Velero’s; only `VELERO`',
  'StorageModuleArgs.cephCluster': 'the fields of CephClusterConfig',
  'StorageModuleArgs.storageClasses': 'the fields of StorageClassConfig',
  'StorageModuleArgs.backupStrategy': 'the fields of BackupStrategy',
  'CephClusterConfig.storage': 'the fields of StorageConfig',
  'StorageClassConfig.filesystem': 'the four fields below it',
  'DataPoolConfig.erasureCoding': 'the three fields below it',
  'DataPoolConfig.compression': 'the two fields below it',
  'DataPoolConfig.replication': 'the fields of ReplicationConfig',
}

/** Stands for an Output. */
const later = Symbol('later')
const isInput = (value: unknown): boolean => value === later

function planOf(args: unknown): Plan {
  const { ready, findings } = prepareModule('cluster-storage', Object(args), isInput)
  if (ready === undefined) throw new Error(JSON.stringify(findings.filter(({ severity }) => severity === 'error'), undefined, 1))
  return ready.plan
}

/** Whether a value that is not known yet may stand there. */
function mayComeLater(path: Path): boolean {
  return prepareModule('cluster-storage', Object(replacedAt(arguments003, path, later)), isInput).ready !== undefined
}

const before = planOf(arguments003)
const changed = (args: unknown, changes: readonly Change[]): unknown => changes.reduce((tree, { path, value }) => replacedAt(tree, path, value), args)

const landings = new Map<Row, readonly string[]>()

/** Looked for once for each row: some of them make the search for smallest edits begin. */
function landing(one: Row): readonly string[] {
  const found = landings.get(one) ?? landingOf(one)
  landings.set(one, found)
  return found
}

function landingOf({ path, other, field, both = [], along = [] }: Row): readonly string[] {
  // A name of an object is its identity; an alias is not in the object.
  if (field === 'renamedFrom') return ['alias of what is registered (`aliases`)']
  return shortened(planDifferences(planOf(changed(arguments003, both)), planOf(changed(arguments003, [...both, ...along, { path, value: other }]))))
}

function shortened(places: readonly string[]): readonly string[] {
  const shown = places.filter((place) => !/metadata\.(labels|annotations)|ConfigMap data/.test(place))
  const most = shown.length > 0 ? shown : places
  return most.length > 6 ? [...most.slice(0, 5), `and ${most.length - 5} more`] : most
}

test.each(rows.map((one) => [`${one.interface}.${one.field}`, one] as const))('%s lands in the plan', (_, one) => {
  expect(landing(one)).not.toEqual([])
})

test('the aliases that renamedFrom makes are in the plan', () => {
  const renamed = [...before.objects].filter(({ renamedFrom }) => renamedFrom !== undefined).map(({ id, renamedFrom }) => [id, renamedFrom])
  expect(renamed).toEqual([
    ['storage.k8s.io/StorageClass/shared-fs', 'storage.k8s.io/StorageClass/older-fs'],
    ['velero.io/BackupStorageLocation/velero/default', 'velero.io/BackupStorageLocation/velero/older'],
  ])
})

/** `interface X { … }` at the beginning of a line, and the fields one step in. */
function interfacesOf(text: string): readonly string[] {
  const found = [...text.matchAll(/^(?:export )?interface (\w+)[^{]*\{\n([\s\S]*?)^\}/gm)]
  return found.flatMap(([, name = '', body = '']) => [...body.matchAll(/^ {2}(\w+)\??: /gm)].map(([, field = '']) => `${name}.${field}`))
}

const known = new Set([...rows.map((one) => `${one.interface}.${one.field.split('.')[0] ?? ''}`), ...Object.keys(elsewhere)])

test('no field that document 003 writes is left out', () => {
  const written = interfacesOf(here('../../../examples/seeds/documents/003.md'))
  expect(written).toHaveLength(16)
  expect(written.filter((field) => !known.has(field))).toEqual([])
})

test('no argument of 003 in the published types is left out', () => {
  const beyond = /^(?:EngineArgs\.|StorageModuleArgs\.(?:feasibility|facts|accept|platform|snapshots|monitoring|policies)$)/
  expect(interfacesOf(here('../src/pulumi/document-003.ts')).filter((field) => !known.has(field) && !beyond.test(field))).toEqual([])
})

test('the table of fields says where each one lands', async () => {
  const told = (name: string): readonly string[] =>
    Object.entries(elsewhere)
      .filter(([field]) => field.startsWith(`${name}.`))
      .map(([field, where]) => `| \`${field.slice(name.length + 1)}\` | ${where} | no |`)
  const shown = (name: string): readonly string[] => rows.filter((one) => one.interface === name).map((one) => `| \`${one.field}\` | ${landing(one).join('; ')} | ${mayComeLater(one.path) ? 'yes' : 'no'} |`)
  const names = [...new Set([...rows.map((one) => one.interface)])]
  const tables = names.flatMap((name) => ['', `## ${name}`, '', '| field | lands in | may be an Output |', '|---|---|---|', ...told(name), ...shown(name)])
  const text = [
    '# Where each field of document 003 lands',
    '',
    'Made by a test that changes every field and looks at what changes in the plan: `packages/module/test/document-003-fields.test.ts` has a test of the name of each field (“CephClusterConfig.monitorCount lands in the plan”). That what is registered with Pulumi equals the plan, and that Outputs arrive at these places, is shown by `usage-003.test.ts` and `inputs.test.ts` in `packages/e2e/pulumi/program` (`npm run pulumi`).',
    '',
    'What must not be an Output decides which objects exist: it is refused by its path. Labels, annotations and the texts of ConfigMaps that change along with a field are left out.',
    ...tables,
    '',
  ].join('\n')
  await expect(text).toMatchFileSnapshot('../../../docs/reference/document-003-fields.md')
})
