import { expect, test } from 'vitest'
import { parse } from 'yaml'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { externalSnapshotterCrds } from '@stowage/wire/crds/external-snapshotter'
import { faultsOfObject } from '@stowage/wire/structural-schema'
import { readValue } from '../../spec/read.ts'
import { valueAt } from '../../spec/value-at.ts'
import { planStorage } from '../plan-storage.ts'
import type { Plan } from '../plan.ts'
import { veleroCrdNames } from './brought-crds.ts'

const ceph = { clusterID: '3f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f', monitors: ['10.0.0.1:6789'], secrets: { cephfs: 'ceph-cephfs', rbd: 'ceph-rbd' } }
const backends = {
  pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } },
  ceph: { ceph },
}
const classes = { fast: { backend: 'pve', storage: 'local-zfs' }, files: { backend: 'ceph', fsName: 'fs' }, blocks: { backend: 'ceph', pool: 'rbd' } }
const certificate = '-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n'

/** Everything that can be said of backups, said once. */
const whole = {
  namespace: 'backups',
  enableSnapshotBackups: true,
  enableFilesystemBackups: true,
  defaultBackupTTL: '480h',
  locations: {
    b2: {
      provider: 'aws', bucket: 'home', prefix: 'k8s', default: true, region: 'eu-central-003', config: { s3Url: 'https://s3.eu-central-003.backblazeb2.com', s3ForcePathStyle: 'true' },
      credential: { name: 'b2', key: 'cloud' }, caCert: certificate, accessMode: 'ReadWrite', validationFrequency: '5m', backupSyncPeriod: '10m',
    },
    away: { provider: 'azure', bucket: 'away', config: { storageAccount: 'a', resourceGroup: 'g' }, renamedFrom: 'far' },
  },
  snapshotLocations: { ebs: { provider: 'aws', region: 'eu-central-1', config: { profile: 'x' }, credential: { name: 'aws', key: 'cloud' } } },
  credentials: { existingSecret: 'shared-credentials' },
  offsite: 'away',
  rpo: '26h',
  repositoryPassword: { externalSecret: { store: { name: 'vault' }, key: 'stowage/velero', property: 'password' } },
  plugins: { aws: 'mirror.example/velero-plugin-for-aws:v1.14.1' },
  schedules: {
    gfs: { hourly: { enabled: false }, daily: { ttl: '240h' }, weekly: { schedule: '50 1 * * 0' } },
    media: {
      schedule: 'CRON_TZ=Europe/Berlin 37 12 * * *', ttl: '72h', paused: true, includedNamespaces: ['media', 'media-*'], excludedNamespaces: ['media-cache'], labelSelector: { matchLabels: { backup: 'yes' } },
      storageLocation: 'away', snapshotMoveData: true, template: { csiSnapshotTimeout: '20m' }, renamedFrom: 'films',
    },
  },
  nodeAgent: { resources: { limits: { memory: '2Gi' } }, tolerations: [{ key: 'a', operator: 'Exists' }], nodeSelector: { disk: 'yes' } },
  resources: { limits: { memory: '1Gi' } },
  exclusions: { cache: { storageClass: 'fast', pvcLabels: { cache: 'yes' }, reason: 'made anew' }, tmp: { namespace: 'tmp', reason: 'scratch' } },
  hooks: { db: { includedNamespaces: ['db'], labelSelector: { matchLabels: { app: 'postgres' } }, pre: [{ command: ['/bin/dump'], container: 'db', onError: 'Fail', timeout: '2m' }], post: [{ command: ['/bin/tidy'] }] } },
  changeStorageClass: { longhorn: 'fast' },
  maintenance: { fullMaintenanceInterval: 'fastGC', keepLatest: 2, resources: { requests: { cpu: '100m' }, limits: { memory: '1Gi' } } },
  metrics: true,
  restorers: [{ kind: 'User', name: 'ada' }, { kind: 'ServiceAccount', name: 'restore', namespace: 'ops' }],
  chart: { values: { priorityClassName: 'high', configuration: { logLevel: 'debug', extraArgs: ['--x'] } } },
}

function planOf(velero: object, spec: object = {}): Plan {
  const read = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, backup: { velero }, ...spec } })
  if (read.spec === undefined) throw new Error(JSON.stringify(read.findings, undefined, 1))
  return planStorage(read.spec)
}

const simple = { locations: { a: { provider: 'aws', bucket: 'b', region: 'r' } }, repositoryPassword: { existing: true } }
const objectOf = (plan: Plan, id: string): unknown => plan.objects.find((one) => one.id === id)?.object
const values = (plan: Plan): unknown => plan.helmReleases.find(({ id }) => id.endsWith('/velero'))?.values

test('every object for Velero and the snapshotter is held by its own definition, strictly', () => {
  const { objects } = planOf(whole)
  const definitions = [...veleroCrds, ...externalSnapshotterCrds]
  const judged = objects.flatMap(({ id, object }) => {
    const definition = definitions.find(({ spec }) => object.kind === spec.names.kind && object.apiVersion.startsWith(`${spec.group}/`))
    return definition === undefined ? [] : [{ id, ...faultsOfObject(definition, JSON.parse(JSON.stringify(object))) }]
  })
  expect(judged.map(({ id }) => id.split('/').slice(0, 2).join('/'))).toEqual(expect.arrayContaining(['velero.io/BackupStorageLocation', 'velero.io/VolumeSnapshotLocation', 'velero.io/Schedule', 'snapshot.storage.k8s.io/VolumeSnapshotClass']))
  expect(judged.filter(({ unknown, faults }) => unknown.length + faults.length > 0)).toEqual([])
})

test('the chart brings what it is said to bring', () => {
  expect(veleroCrdNames.toSorted()).toEqual(veleroCrds.map(({ metadata }) => metadata.name).toSorted())
})

test('no location and no schedule is among the chart’s values; each is an object with its readiness', () => {
  const plan = planOf(whole)
  expect(valueAt(values(plan), ['configuration', 'backupStorageLocation'])).toEqual([])
  expect(valueAt(values(plan), ['schedules'])).toEqual({})
  expect(plan.objects.find(({ id }) => id === 'velero.io/BackupStorageLocation/backups/b2')).toMatchObject({ phase: 'locations', holdsData: true, ready: { fields: { 'status.phase': 'Available' } }, dependsOn: ['helm/backups/velero'] })
  expect(plan.objects.find(({ id }) => id === 'velero.io/Schedule/backups/daily')).toMatchObject({ phase: 'schedules', ready: { fields: { 'status.phase': 'Enabled' } }, dependsOn: ['helm/backups/velero', 'velero.io/BackupStorageLocation/backups/b2'] })
})

test('the namespace lets the node-agent in', () => {
  expect(objectOf(planOf(simple), 'Namespace/velero')).toMatchObject({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'privileged' } } })
  expect(objectOf(planOf({ ...simple, enableFilesystemBackups: false }), 'Namespace/velero')).toMatchObject({ metadata: { labels: { 'pod-security.kubernetes.io/enforce': 'baseline' } } })
  expect(planOf({ ...simple, namespace: 'storage-system' }).objects.filter(({ object }) => object.kind === 'Namespace')).toHaveLength(1)
})

test('where both strategies are on, what can be snapshotted is and the rest is read, never both', () => {
  const plan = planOf({ ...simple, enableSnapshotBackups: true, schedules: 'gfs' })
  const config = objectOf(plan, 'ConfigMap/velero/stowage-volume-policies')
  expect(parse(String(valueAt(config, ['data', 'policies.yaml'])))).toEqual({
    version: 'v1',
    volumePolicies: [
      { conditions: { storageClass: ['blocks', 'files'] }, action: { type: 'snapshot' } },
      { conditions: { storageClass: ['fast'] }, action: { type: 'fs-backup' } },
    ],
  })
  expect(valueAt(objectOf(plan, 'velero.io/Schedule/velero/daily'), ['spec', 'template'])).toMatchObject({ snapshotVolumes: true, snapshotMoveData: true, defaultVolumesToFsBackup: true, resourcePolicy: { kind: 'configmap', name: 'stowage-volume-policies' } })
})

test('with snapshots alone, what cannot be snapshotted is skipped rather than failed, and the plan names it', () => {
  const plan = planOf({ ...simple, enableSnapshotBackups: true, enableFilesystemBackups: false })
  expect(parse(String(valueAt(objectOf(plan, 'ConfigMap/velero/stowage-volume-policies'), ['data', 'policies.yaml'])))).toMatchObject({ volumePolicies: [{ action: { type: 'snapshot' } }, { conditions: { storageClass: ['fast'] }, action: { type: 'skip' } }] })
  expect(plan.notes.join('\n')).toContain('in no backup: volumes of fast')
})

test('of a driver’s classes in two clusters Velero takes one; the volumes of the other are read', () => {
  const plan = planOf({ ...simple, enableSnapshotBackups: true }, { backends: { ...backends, second: { ceph: { ...ceph, clusterID: '4f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f' } } }, classes: { ...classes, others: { backend: 'second', fsName: 'fs' } } })
  const labelled = plan.objects.filter(({ object }) => object.kind === 'VolumeSnapshotClass').map(({ object }) => [object.metadata.name, object['driver'], object.metadata.labels?.['velero.io/csi-volumesnapshot-class']])
  expect(labelled).toEqual([
    ['ceph-cephfs', 'storage-system.cephfs.csi.ceph.com', 'true'],
    ['ceph-rbd', 'storage-system.rbd.csi.ceph.com', 'true'],
    ['second-cephfs', 'storage-system.cephfs.csi.ceph.com', undefined],
  ])
  expect(String(valueAt(objectOf(plan, 'ConfigMap/velero/stowage-volume-policies'), ['data', 'policies.yaml']))).toMatch(/fast\n\s+- others\n\s+action:\n\s+type: fs-backup/)
})

test('the password is there before Velero is, wherever it comes from, and never in the plan', () => {
  const release = 'helm/velero/velero'
  expect(planOf(simple).needs).toContainEqual(expect.objectContaining({ kind: 'Secret', namespace: 'velero', name: 'velero-repo-credentials' }))
  for (const [repositoryPassword, source] of [
    [{ environment: 'KOPIA' }, { from: 'environment', variable: 'KOPIA' }],
    [{ file: './kopia' }, { from: 'file', path: './kopia' }],
    [{ generate: true }, { from: 'generate' }],
  ] as const) {
    expect(planOf({ ...simple, repositoryPassword }).secrets).toEqual([expect.objectContaining({ namespace: 'velero', name: 'velero-repo-credentials', key: 'repository-password', source, before: [release] })])
  }
  const external = planOf({ ...simple, repositoryPassword: { externalSecret: { store: { name: 'vault' }, key: 'velero' } } })
  expect(external.helmReleases.find(({ id }) => id === release)?.dependsOn).toContain('external-secrets.io/ExternalSecret/velero/velero-repo-credentials')
  expect(JSON.stringify([external, planOf(whole)])).not.toContain('static-passw0rd')
})

test('S3 that is not Amazon’s gets an empty checksumAlgorithm, unless the declaration says otherwise', () => {
  const config = (location: object): unknown => valueAt(objectOf(planOf({ ...simple, locations: { a: { provider: 'aws', bucket: 'b', region: 'r', ...location } } }), 'velero.io/BackupStorageLocation/velero/a'), ['spec', 'config'])
  expect(config({ config: { s3Url: 'https://s3.eu-central-003.backblazeb2.com' } })).toMatchObject({ checksumAlgorithm: '' })
  expect(config({ provider: 'velero.io/aws', config: { s3Url: 'https://rgw.example' } })).toMatchObject({ checksumAlgorithm: '' })
  expect(config({ config: { s3Url: 'https://rgw.example', checksumAlgorithm: 'CRC32' } })).toMatchObject({ checksumAlgorithm: 'CRC32' })
  expect(config({})).toEqual({ region: 'r' })
  expect(config({ config: { s3Url: 'https://s3.eu-west-1.amazonaws.com' } })).not.toHaveProperty('checksumAlgorithm')
  expect(config({ config: { s3Url: 'https://notamazonaws.com' } })).toHaveProperty('checksumAlgorithm', '')
})

test('a plugin for each provider, and no more', () => {
  const names = (plan: Plan): unknown => valueAt(values(plan), ['initContainers'])
  expect(names(planOf(simple))).toEqual([{ name: 'velero-plugin-for-aws', image: 'velero/velero-plugin-for-aws:v1.14.2', imagePullPolicy: 'IfNotPresent', volumeMounts: [{ mountPath: '/target', name: 'plugins' }] }])
  expect(names(planOf(whole))).toMatchObject([{ image: 'mirror.example/velero-plugin-for-aws:v1.14.1' }, { name: 'velero-plugin-for-microsoft-azure' }])
})

test('credentials are references: a location’s own, one for all others, or none at all', () => {
  const credentials = (plan: Plan): unknown => valueAt(values(plan), ['credentials'])
  expect(credentials(planOf(simple))).toEqual({ useSecret: true, existingSecret: 'cloud-credentials' })
  expect(planOf(simple).needs).toContainEqual(expect.objectContaining({ name: 'cloud-credentials' }))
  const own = planOf({ ...simple, locations: { a: { provider: 'aws', bucket: 'b', region: 'r', credential: { name: 'b2', key: 'cloud' } } } })
  expect(credentials(own)).toEqual({ useSecret: false })
  expect(own.needs.map(({ name }) => name)).toEqual(expect.arrayContaining(['b2']))
  expect(own.needs.map(({ name }) => name)).not.toContain('cloud-credentials')
  expect(credentials(planOf({ ...simple, credentials: { ambient: true } }))).toEqual({ useSecret: false })
})

test('the set gfs is the one of the documents, with a weekly copy off site where there is a place for it', () => {
  const made = (plan: Plan): readonly unknown[] =>
    plan.objects.filter(({ object }) => object.kind === 'Schedule').map(({ object }) => [object.metadata.name, valueAt(object, ['spec', 'schedule']), valueAt(object, ['spec', 'template', 'ttl']), valueAt(object, ['spec', 'template', 'storageLocation'])])
  expect(made(planOf({ ...simple, schedules: 'gfs' }))).toEqual([['daily', '17 0 * * *', '192h', undefined], ['weekly', '47 1 * * 0', '840h', undefined], ['monthly', '17 3 1 * *', '9528h', undefined]])
  const locations = { a: { ...simple.locations.a, default: true }, away: { provider: 'aws', bucket: 'c', region: 'r' } }
  expect(made(planOf({ ...simple, locations, offsite: 'away', schedules: { gfs: { hourly: {}, monthly: { enabled: false } } } }))).toEqual([
    ['hourly', '7 * * * *', '26h', undefined],
    ['daily', '17 0 * * *', '192h', undefined],
    ['weekly', '47 1 * * 0', '840h', undefined],
    ['offsite', '17 4 * * 6', '2160h', 'away'],
  ])
})

test('of two snapshot locations of one provider a backup names one, because Velero refuses two', () => {
  const one = { provider: 'aws', region: 'r' }
  const plan = planOf({ ...simple, enableSnapshotBackups: true, snapshotLocations: { ebs: one, other: { ...one, region: 's' } }, schedules: { a: { schedule: '17 0 * * *', ttl: '192h' }, b: { schedule: '37 0 * * *', ttl: '192h', template: { volumeSnapshotLocations: ['other'] } } } })
  const named = (schedule: string): unknown => valueAt(objectOf(plan, `velero.io/Schedule/velero/${schedule}`), ['spec', 'template', 'volumeSnapshotLocations'])
  expect([named('a'), named('b')]).toEqual([['ebs'], ['other']])
  expect(valueAt(values(plan), ['configuration', 'defaultVolumeSnapshotLocations'])).toBe('aws:ebs')
})

test('no schedule is made unasked, and the plan says so', () => {
  const plan = planOf(simple)
  expect(plan.objects.some(({ object }) => object.kind === 'Schedule')).toBe(false)
  expect(plan.notes.join('\n')).toContain('no backup schedule is declared, so none is made')
})

test('the plan says what Velero cannot promise', () => {
  expect(planOf({ ...simple, schedules: 'gfs' }).notes.join('\n')).toMatch(/keeps no minimum: when no backup succeeds for 397 days, the last one is gone/)
})

test('Velero’s own namespace, which holds the password, is in no backup of everything', () => {
  expect(valueAt(objectOf(planOf({ ...simple, schedules: 'gfs' }), 'velero.io/Schedule/velero/daily'), ['spec', 'template', 'excludedNamespaces'])).toEqual(['velero'])
})

test('only restorers may restore', () => {
  const plan = planOf(whole)
  expect(objectOf(plan, 'rbac.authorization.k8s.io/RoleBinding/backups/velero-restorer')).toMatchObject({ subjects: [{ kind: 'ServiceAccount', name: 'restore', namespace: 'ops' }, { kind: 'User', name: 'ada' }] })
  expect(planOf(simple).objects.some(({ id }) => id.endsWith('velero-restorer'))).toBe(false)
})

test('the order of lists and maps means nothing', () => {
  const turned = { ...whole, restorers: whole.restorers.toReversed(), exclusions: Object.fromEntries(Object.entries(whole.exclusions).toReversed()), hooks: whole.hooks, locations: Object.fromEntries(Object.entries(whole.locations).toReversed()), schedules: Object.fromEntries(Object.entries(whole.schedules).toReversed()) }
  const sorted = (plan: Plan): unknown => [plan.objects.toSorted((a, b) => (a.id < b.id ? -1 : 1)), plan.helmReleases]
  expect(sorted(planOf(turned))).toEqual(sorted(planOf(whole)))
})

test('arguments of one’s own stand beside those that are needed', () => {
  expect(valueAt(values(planOf(whole)), ['configuration', 'extraArgs'])).toEqual(['--backup-repository-configmap=velero-backup-repository', '--x'])
})

type Change = readonly [path: readonly (string | number)[], value: unknown]
const changes: readonly Change[] = [
  [['namespace'], 'other'],
  [['enableSnapshotBackups'], false],
  [['enableFilesystemBackups'], false],
  [['defaultBackupTTL'], '481h'],
  [['locations', 'b2', 'provider'], 'velero.io/aws'],
  [['locations', 'b2', 'bucket'], 'other'],
  [['locations', 'b2', 'prefix'], 'other'],
  [['locations', 'b2', 'region'], 'other'],
  [['locations', 'b2', 'config', 's3ForcePathStyle'], 'false'],
  [['locations', 'b2', 'credential', 'name'], 'other'],
  [['locations', 'b2', 'credential', 'key'], 'other'],
  [['locations', 'b2', 'caCert'], certificate.replace('MIIB', 'MIIC')],
  [['locations', 'b2', 'validationFrequency'], '6m'],
  [['locations', 'b2', 'backupSyncPeriod'], '6m'],
  [['locations', 'away', 'renamedFrom'], 'other'],
  [['snapshotLocations', 'ebs', 'region'], 'other'],
  [['snapshotLocations', 'ebs', 'config', 'profile'], 'other'],
  [['snapshotLocations', 'ebs', 'credential', 'name'], 'other'],
  [['credentials', 'existingSecret'], 'other'],
  [['rpo'], '27h'],
  [['repositoryPassword', 'externalSecret', 'store', 'name'], 'other'],
  [['repositoryPassword', 'externalSecret', 'store', 'kind'], 'SecretStore'],
  [['repositoryPassword', 'externalSecret', 'key'], 'other'],
  [['repositoryPassword', 'externalSecret', 'property'], 'other'],
  [['plugins', 'aws'], 'velero/velero-plugin-for-aws:v1.14.0'],
  [['schedules', 'gfs', 'hourly', 'enabled'], true],
  [['schedules', 'gfs', 'daily', 'ttl'], '241h'],
  [['schedules', 'gfs', 'weekly', 'schedule'], '51 1 * * 0'],
  [['schedules', 'media', 'schedule'], '38 12 * * *'],
  [['schedules', 'media', 'ttl'], '73h'],
  [['schedules', 'media', 'paused'], false],
  [['schedules', 'media', 'includedNamespaces', 0], 'other'],
  [['schedules', 'media', 'excludedNamespaces', 0], 'other'],
  [['schedules', 'media', 'labelSelector', 'matchLabels', 'backup'], 'other'],
  [['schedules', 'media', 'storageLocation'], 'b2'],
  [['schedules', 'media', 'snapshotMoveData'], false],
  [['schedules', 'media', 'template', 'csiSnapshotTimeout'], '21m'],
  [['schedules', 'media', 'renamedFrom'], 'other'],
  [['nodeAgent', 'resources', 'limits', 'memory'], '3Gi'],
  [['nodeAgent', 'tolerations', 0, 'key'], 'b'],
  [['nodeAgent', 'nodeSelector', 'disk'], 'no'],
  [['resources', 'limits', 'memory'], '2Gi'],
  [['exclusions', 'cache', 'storageClass'], 'files'],
  [['exclusions', 'cache', 'pvcLabels', 'cache'], 'no'],
  [['exclusions', 'cache', 'reason'], 'another one'],
  [['exclusions', 'tmp', 'namespace'], 'other'],
  [['hooks', 'db', 'includedNamespaces', 0], 'other'],
  [['hooks', 'db', 'labelSelector', 'matchLabels', 'app'], 'other'],
  [['hooks', 'db', 'pre', 0, 'command', 0], '/bin/other'],
  [['hooks', 'db', 'pre', 0, 'container'], 'other'],
  [['hooks', 'db', 'pre', 0, 'onError'], 'Continue'],
  [['hooks', 'db', 'pre', 0, 'timeout'], '3m'],
  [['hooks', 'db', 'post', 0, 'command', 0], '/bin/other'],
  [['changeStorageClass', 'longhorn'], 'files'],
  [['maintenance', 'fullMaintenanceInterval'], 'eagerGC'],
  [['maintenance', 'keepLatest'], 3],
  [['maintenance', 'resources', 'requests', 'cpu'], '200m'],
  [['maintenance', 'resources', 'limits', 'memory'], '2Gi'],
  [['metrics'], false],
  [['locations', 'old'], { provider: 'gcp', bucket: 'old', accessMode: 'ReadOnly' }],
  [['offsite'], undefined],
  [['schedules', 'gfs', 'offsite'], { enabled: false }],
  [['schedules', 'gfs', 'monthly'], { ttl: '9600h' }],
  [['schedules', 'gfs', 'rpo'], '24h'],
  [['schedules', 'gfs', 'excludedNamespaces'], ['other']],
  [['restorers', 0, 'name'], 'bob'],
  [['restorers', 1, 'namespace'], 'other'],
  [['chart', 'version'], '12.1.1'],
  [['chart', 'values', 'priorityClassName'], 'low'],
  [['chart', 'values', 'configuration', 'logLevel'], 'info'],
]

function changed(path: readonly (string | number)[], value: unknown): object {
  const copy: object = structuredClone(whole)
  const parent = path.slice(0, -1).reduce<unknown>((place, part) => {
    if (typeof place !== 'object' || place === null) throw new Error(path.join('.'))
    if (!Object.hasOwn(place, part)) Reflect.set(place, part, {})
    return Reflect.get(place, part)
  }, copy)
  if (typeof parent !== 'object' || parent === null) throw new Error(path.join('.'))
  Reflect.set(parent, path.at(-1) ?? '', value)
  return copy
}

test.each(changes)('%j reaches the plan', (path, value) => {
  expect(planOf(changed(path, value))).not.toEqual(planOf(whole))
})

test('a field changes its own object and no other', () => {
  const [before, after] = [planOf(whole), planOf(changed(['locations', 'b2', 'bucket'], 'other'))]
  const differing = after.objects.filter((one) => JSON.stringify(one.object) !== JSON.stringify(before.objects.find(({ id }) => id === one.id)?.object)).map(({ id }) => id)
  expect(differing).toEqual(['velero.io/BackupStorageLocation/backups/b2'])
})
