import { veleroCrds } from '@stowage/wire/crds/velero'
import { hasRules } from '@stowage/wire/structural-schema'
import { expect, test } from 'vitest'
import { readValue } from '../../spec/read.ts'

const backends = {
  pve: { proxmox: { region: 'pve', endpoints: ['https://pve.example:8006'], credentials: { secretRef: 'proxmox-csi' } } },
  nas: { nfs: { server: '192.168.1.127', exports: { hdd: '/srv/nfs' }, driver: 'csi-driver-nfs' } },
  ceph: { ceph: { clusterID: '3f1c5d0e-aaaa-4c1d-8e2f-0a1b2c3d4e5f', monitors: ['10.0.0.1:6789'], secrets: { cephfs: 'ceph-cephfs' } } },
}
const classes = { fast: { backend: 'pve', storage: 'local-zfs' }, share: { backend: 'nas', export: 'hdd' }, shared: { backend: 'ceph', fsName: 'fs' } }
const away = { provider: 'aws', bucket: 'backups', region: 'eu-central-1', default: true }
const second = { provider: 'aws', bucket: 'elsewhere', region: 'eu-west-1' }
const velero = { locations: { default: away }, repositoryPassword: { existing: true }, schedules: 'gfs' }
const daily = { schedule: '17 0 * * *', ttl: '192h' }

function findings(velero: object, spec: object = {}) {
  return readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends, classes, backup: { velero }, ...spec } }).findings
}
const found = (...args: Parameters<typeof findings>): readonly string[] => findings(...args).map(({ rule, path }) => `${rule} ${path.join('.').replace('spec.backup.velero.', '')}`)
const locations = (more: object): object => ({ ...velero, locations: { default: away, ...more } })
const schedules = (more: object): object => ({ ...velero, schedules: more })

test('a sound declaration of backups passes every check', () => {
  expect(found({ ...velero, enableSnapshotBackups: true, locations: { default: away, away: second }, offsite: 'away', schedules: { gfs: { hourly: {}, rpo: '2h' }, own: { ...daily, schedule: '37 12 * * *' } }, rpo: '2h' })).toEqual([])
})

const refusals: readonly (readonly [string, object, readonly string[]])[] = [
  ['no location', { ...velero, locations: {} }, ['backup-without-location locations']],
  ['two defaults', locations({ b: { ...second, default: true } }), ['two-default-locations locations.b.default']],
  ['no default of two', { ...velero, locations: { a: { ...away, default: false }, b: second } }, ['no-default-location locations']],
  ['a default that is ReadOnly', { ...velero, locations: { a: { ...away, accessMode: 'ReadOnly' } } }, ['read-only-location locations.a.accessMode']],
  ['one folder twice', locations({ b: { ...away, default: false } }), ['bucket-used-twice locations.b.bucket']],
  ['one folder inside another', locations({ b: { ...away, default: false, prefix: 'b' } }), ['bucket-used-twice locations.b.prefix']],
  ['a location on a declared backend', locations({ b: { ...second, livesOn: 'nas' } }), ['location-on-itself locations.b.livesOn']],
  ['a location on an unknown backend', locations({ b: { ...second, livesOn: 'nsa' } }), ['unknown-backend locations.b.livesOn']],
  ['a Service of the cluster', locations({ b: { ...second, config: { s3Url: 'https://minio.minio.svc:9000' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['a Service by its bare name', locations({ b: { ...second, config: { s3Url: 'https://minio:9000' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['Rook’s gateway', locations({ b: { ...second, config: { s3Url: 'https://rook-ceph-rgw-store.storage-system.svc.cluster.local' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['the NFS server', locations({ b: { ...second, config: { s3Url: 'https://192.168.1.127:9000' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['a Proxmox host', locations({ b: { ...second, config: { s3Url: 'https://pve.example:9000' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['a monitor of Ceph', locations({ b: { ...second, config: { s3Url: 'https://10.0.0.1:7480' } } }), ['location-on-itself locations.b.config.s3Url']],
  ['words for a URL', locations({ b: { ...second, config: { s3Url: 'my store' } } }), ['invalid-store-url locations.b.config.s3Url']],
  ['a store that is not Amazon’s without a region', locations({ b: { provider: 'aws', bucket: 'x', config: { s3Url: 'https://s3.example' } } }), ['location-without-region locations.b']],
  ['two regions', locations({ b: { ...second, config: { region: 'eu-north-1' } } }), ['conflicting-fields locations.b.region']],
  ['azure without an account', locations({ b: { provider: 'azure', bucket: 'x', config: { resourceGroup: 'g' } } }), ['location-lacks-config locations.b.config']],
  ['a key that the plugin does not know', locations({ b: { ...second, config: { s3url: 'x' } } }), ['unknown-location-config locations.b.config.s3url']],
  ['a location without TLS', locations({ b: { ...second, config: { s3Url: 'http://s3.example' } } }), ['location-unencrypted locations.b.config.s3Url']],
  ['a certificate that nobody looks at', locations({ b: { ...second, config: { insecureSkipTLSVerify: 'true' } } }), ['location-unencrypted locations.b.config.insecureSkipTLSVerify']],
  ['a provider without plugin', locations({ b: { provider: 'digitalocean', bucket: 'x' } }), ['provider-without-plugin locations.b.provider']],
  ['a plugin of another train', { ...velero, plugins: { aws: 'velero/velero-plugin-for-aws:v1.13.1' } }, ['plugin-version plugins.aws']],
  ['a plugin without version', { ...velero, plugins: { aws: 'velero/velero-plugin-for-aws' } }, ['plugin-unpinned plugins.aws']],
  ['the old plugin for CSI', { ...velero, plugins: { csi: 'velero/velero-plugin-for-csi:v0.7.1' } }, ['plugin-built-in plugins.csi']],
  ['no password', { ...velero, repositoryPassword: undefined }, ['repository-password-missing repositoryPassword']],
  ['a password from nowhere', { ...velero, repositoryPassword: { existing: false } }, ['repository-password-missing repositoryPassword']],
  ['a password of two sources', { ...velero, repositoryPassword: { existing: true, generate: true } }, ['repository-password-twice repositoryPassword']],
  ['the password itself', { ...velero, repositoryPassword: 'hunter2-canary' }, ['secret-in-text repositoryPassword']],
  ['the password for a variable', { ...velero, repositoryPassword: { environment: 'hunter2-canary!' } }, ['secret-in-text repositoryPassword.environment']],
  ['the password for a switch', { ...velero, repositoryPassword: { existing: 'hunter2-canary' } }, ['secret-in-text repositoryPassword.existing']],
  ['credentials in the values', { ...velero, chart: { values: { credentials: { secretContents: { cloud: '[default]' } } } } }, ['chart-values-contradict chart.values.credentials.secretContents']],
  ['four fields', schedules({ a: { ...daily, schedule: '17 0 * *' } }), ['invalid-cron schedules.a.schedule']],
  ['Sunday as 7', schedules({ a: { ...daily, schedule: '17 0 * * 7', ttl: '840h' } }), ['invalid-cron schedules.a.schedule']],
  ['a zone that is none', schedules({ a: { ...daily, schedule: 'CRON_TZ=Europe/Berln 17 0 * * *' } }), ['invalid-cron schedules.a.schedule']],
  ['30 February', schedules({ a: { ...daily, schedule: '17 0 30 2 *' } }), ['invalid-cron schedules.a.schedule']],
  ['both days', schedules({ a: { ...daily, schedule: '17 0 1-7 * 0', ttl: '2000h' } }), ['cron-or schedules.a.schedule']],
  ['a schedule without a cron', schedules({ a: { ttl: '192h' } }), ['missing-field schedules.a.schedule']],
  ['a tier outside of the set', schedules({ a: { ...daily, weekly: {} } }), ['foreign-schedule-field schedules.a.weekly']],
  ['a cron of the whole set', schedules({ gfs: { schedule: '17 0 * * *' } }), ['foreign-schedule-field schedules.gfs.schedule']],
  ['copies that expire too soon', schedules({ a: { ...daily, ttl: '23h' } }), ['ttl-below-interval schedules.a.ttl']],
  ['copies that just expire', schedules({ a: { ...daily, ttl: '25h' } }), ['ttl-below-two-intervals schedules.a.ttl']],
  ['the default TTL below a monthly interval', schedules({ a: { schedule: '17 3 1 * *' } }), ['ttl-below-interval schedules.a']],
  ['days as a unit', schedules({ a: { ...daily, ttl: '7d' } }), ['invalid-value schedules.a.ttl']],
  ['a promise that cannot be kept', schedules({ a: { ...daily, rpo: '23h' } }), ['rpo-not-kept schedules.a.rpo']],
  ['a promise of a paused schedule', schedules({ a: { ...daily, rpo: '25h', paused: true } }), ['rpo-not-kept schedules.a.rpo']],
  ['a promise of the set', schedules({ gfs: { rpo: '23h' } }), ['rpo-not-kept schedules.gfs.rpo']],
  ['a promise of everything', { ...velero, rpo: '23h' }, ['rpo-not-kept rpo']],
  ['a promise of everything, kept of one namespace only', { ...schedules({ a: { schedule: '7 * * * *', ttl: '26h', includedNamespaces: ['media'] } }), rpo: '2h' }, ['rpo-not-kept rpo']],
  ['an unknown location', schedules({ a: { ...daily, storageLocation: 'defalt' } }), ['unknown-location schedules.a.storageLocation']],
  ['an unknown location off site', { ...velero, offsite: 'away' }, ['unknown-location offsite']],
  ['a schedule to a ReadOnly location', { ...locations({ b: { ...second, accessMode: 'ReadOnly' } }), schedules: { a: { ...daily, storageLocation: 'b' } } }, ['read-only-location schedules.a.storageLocation']],
  ['off site where all is', { ...velero, offsite: 'default' }, ['offsite-is-default offsite']],
  ['a tier off site without a place', schedules({ gfs: { offsite: {enabled: true} } }), ['offsite-without-location schedules.gfs.offsite']],
  ['a place off site without a schedule', { ...locations({ b: second }), offsite: 'b', schedules: { a: daily } }, ['offsite-without-schedule offsite']],
  ['an hour that is left out in spring', schedules({ a: { ...daily, schedule: 'CRON_TZ=Europe/Berlin 30 2 * * *' } }), ['run-left-out schedules.a.schedule']],
  ['one minute for two', schedules({ a: daily, b: daily }), ['schedules-start-together schedules.b.schedule']],
  ['one minute on some days', schedules({ a: daily, b: { schedule: '17 0 1 * *', ttl: '9528h' } }), ['schedules-start-together schedules.b.schedule']],
  ['three minutes apart', schedules({ a: daily, b: { ...daily, schedule: '20 0 * * *' } }), ['schedules-overlap schedules.b.schedule']],
  ['a field that Velero does not know', schedules({ a: { ...daily, template: { csiSnapshotTimout: '1h' } } }), ['unknown-key schedules.a.template.csiSnapshotTimout']],
  ['a field that is decided elsewhere', schedules({ a: { ...daily, template: { ttl: '1h' } } }), ['template-conflict schedules.a.template.ttl']],
  ['a field of another type', schedules({ a: { ...daily, template: { orderedResources: 'pods' } } }), ['invalid-value schedules.a.template.orderedResources']],
  ['snapshots that stay, with moved ones beside', { ...velero, enableSnapshotBackups: true, schedules: { a: { ...daily, snapshotMoveData: false }, b: { ...daily, schedule: '7 3 * * *' } } }, ['snapshot-is-no-backup schedules.a.snapshotMoveData']],
  ['neither strategy', { ...velero, enableFilesystemBackups: false }, ['backup-without-data enableFilesystemBackups']],
  ['classes in no backup', { ...velero, enableSnapshotBackups: true, enableFilesystemBackups: false }, ['class-not-backed-up enableFilesystemBackups']],
  ['an exclusion without reason', { ...velero, exclusions: { cache: { namespace: 'cache' } } }, ['missing-field exclusions.cache.reason']],
  ['an exclusion for a blank', { ...velero, exclusions: { cache: { namespace: 'cache', reason: ' ' } } }, ['exclusion-without-reason exclusions.cache.reason']],
  ['an exclusion of nothing', { ...velero, exclusions: { cache: { reason: 'made anew' } } }, ['exclusion-of-nothing exclusions.cache']],
  ['an exclusion that Velero cannot make', { ...velero, exclusions: { cache: { reason: 'made anew', namespace: 'a', storageClass: 'fast' } } }, ['exclusion-too-narrow exclusions.cache']],
  ['an exclusion of an unknown class', { ...velero, exclusions: { cache: { reason: 'made anew', storageClass: 'fsat' } } }, ['unknown-class exclusions.cache.storageClass']],
  ['a change to an unknown class', { ...velero, changeStorageClass: { old: 'fsat' } }, ['unknown-class changeStorageClass.old']],
  ['a change to itself', { ...velero, changeStorageClass: { fast: 'fast' } }, ['conflicting-fields changeStorageClass.fast']],
  ['everybody restores', { ...velero, restorers: [{ kind: 'Group', name: 'system:authenticated' }] }, ['everybody-restores restorers.0.name']],
  ['an account without its namespace', { ...velero, restorers: [{ kind: 'ServiceAccount', name: 'a' }] }, ['missing-field restorers.0.namespace']],
  ['a group in a namespace', { ...velero, restorers: [{ kind: 'Group', name: 'a', namespace: 'b' }] }, ['foreign-field restorers.0.namespace']],
  ['a namespace in and out', { ...schedules({ a: { ...daily, includedNamespaces: ['tmp'] } }), exclusions: { tmp: { namespace: 'tmp', reason: 'scratch' } } }, ['namespace-in-and-out schedules.a.includedNamespaces']],
  ['a place for snapshots without snapshots', { ...velero, snapshotLocations: { ebs: { provider: 'aws', region: 'r' } } }, ['parameter-without-effect snapshotLocations.ebs']],
  ['a namespace of Kubernetes', { ...velero, namespace: 'kube-system' }, ['namespace-of-others namespace']],
  ['restic', { ...velero, chart: { values: { configuration: { uploaderType: 'restic' } } } }, ['chart-values-contradict chart.values.configuration.uploaderType']],
  ['no node-agent', { ...velero, chart: { values: { deployNodeAgent: false } } }, ['chart-values-contradict chart.values.deployNodeAgent']],
  ['schedules among the values', { ...velero, chart: { values: { schedules: { a: {} } } } }, ['chart-values-contradict chart.values.schedules']],
  ['a word for schedules that is none', { ...velero, schedules: 'gsf' }, ['invalid-value schedules']],
  ['an unknown field of a schedule', schedules({ a: { ...daily, ttll: '1h' } }), ['unknown-key schedules.a.ttll']],
  ['an unknown field of a location', locations({ b: { ...second, buckt: 'x' } }), ['unknown-key locations.b.buckt']],
]

test.each(refusals)('refused or warned of: %s', (_, velero, expected) => {
  expect(found(velero)).toEqual(expected)
})

test.each<[string, object]>([
  ['one location by itself is the default', { ...velero, locations: { a: { ...away, default: undefined } } }],
  ['prefixes side by side', { ...velero, locations: { a: { ...away, prefix: 'a' }, b: { ...away, default: false, prefix: 'ab' } } }],
  ['the same bucket name in another store', locations({ b: { ...away, default: false, config: { s3Url: 'https://s3.example' } } })],
  ['a provider with its plugin', { ...locations({ b: { provider: 'digitalocean', bucket: 'x' } }), plugins: { digitalocean: 'digitalocean/velero-plugin:v1.1.0' } }],
  ['another plugin version with a chart of one’s own choice', { ...velero, chart: { version: '11.0.0' }, plugins: { aws: 'velero/velero-plugin-for-aws:v1.13.1' } }],
  ['a plugin by digest', { ...velero, plugins: { aws: `velero/velero-plugin-for-aws@sha256:${'a'.repeat(64)}` } }],
  ['a zone', schedules({ a: { ...daily, schedule: 'CRON_TZ=Europe/Berlin 17 0 * * *' } })],
  ['names of days', schedules({ a: { schedule: '17 0 * * sun', ttl: '840h' } })],
  ['29 February', schedules({ a: { schedule: '17 0 29 2 *', ttl: '87600h' } })],
  ['the day of the week alone', schedules({ a: { schedule: '17 0 ? * 0', ttl: '840h' } })],
  ['more than two days', schedules({ a: { ...daily, ttl: '49h' } })],
  ['a promise that is just kept', schedules({ a: { ...daily, rpo: '24h' } })],
  ['one minute on days that never meet', schedules({ a: { schedule: '17 0 1 * *', ttl: '9528h' }, b: { schedule: '17 0 2 * *', ttl: '9528h' } })],
  ['one minute, and one of them paused', schedules({ a: daily, b: { ...daily, paused: true } })],
  ['five minutes apart', schedules({ a: daily, b: { ...daily, schedule: '22 0 * * *' } })],
  ['fields of Velero', schedules({ a: { ...daily, template: { csiSnapshotTimeout: '1h', uploaderConfig: { parallelFilesUpload: 2 } } } })],
  ['a feature beside EnableCSI', { ...velero, enableSnapshotBackups: true, chart: { values: { configuration: { features: 'EnableCSI,Other' } } } }],
  ['a namespace in, another out', { ...schedules({ a: { ...daily, includedNamespaces: ['media'] } }), exclusions: { tmp: { namespace: 'tmp', reason: 'scratch' } } }],
  ['no schedule at all', { ...velero, schedules: undefined }],
])('passes: %s', (_, velero) => {
  expect(found(velero)).toEqual([])
})

test('snapshots need a class that can, and a controller', () => {
  const snapshots = { ...velero, enableSnapshotBackups: true }
  expect(found(snapshots, { classes: { fast: classes.fast } })).toEqual(['nothing-to-snapshot enableSnapshotBackups'])
  expect(found(snapshots, { snapshots: { controller: 'none' } })).toEqual(['snapshots-without-controller spec.snapshots.controller'])
  expect(found(snapshots, { classes: {} })).toEqual([])
})

test('snapshots that stay are refused where nothing else moves the data, and in the hourly tier always', () => {
  const stays = findings({ ...velero, enableSnapshotBackups: true, schedules: { a: { ...daily, snapshotMoveData: false } } })
  expect(stays.map(({ rule, severity }) => [rule, severity])).toEqual([['snapshot-is-no-backup', 'error']])
  const hourly = findings({ ...velero, enableSnapshotBackups: true, schedules: { gfs: { hourly: {}, snapshotMoveData: false }, own: { ...daily, schedule: '37 12 * * *' } } })
  expect(hourly.find(({ message }) => message.includes('hourly tier'))).toMatchObject({ rule: 'snapshot-is-no-backup', severity: 'error' })
})

test('a block device that is backed up by its files is named, unless its class is excluded', () => {
  const volumes = { a: { namespace: 'm', class: 'fast', size: '1Gi', handle: 'pve/pve1/local-zfs/vm-9999-a', volumeMode: 'Block' } }
  expect(found(velero, { volumes })).toEqual(['block-volume-not-backed-up spec.volumes.a.volumeMode'])
  expect(found({ ...velero, exclusions: { a: { storageClass: 'fast', reason: 'dumped by the database' } } }, { volumes })).toEqual([])
  expect(found(velero, { volumes: { a: { ...volumes.a, volumeMode: 'Filesystem' } } })).toEqual([])
})

test('all faults come at once, and one fault hides no other', () => {
  const all = found({ locations: { a: { provider: 'aws', default: true }, b: { ...second, default: true, config: { s3url: 'x' } } }, schedules: { x: { schedule: 'never', storageLocation: 'a' }, y: { ...daily, storageLocation: 'c' } } })
  expect(all.toSorted()).toEqual(
    ['invalid-cron schedules.x.schedule', 'missing-field locations.a.bucket', 'repository-password-missing repositoryPassword', 'two-default-locations locations.b.default', 'unknown-location schedules.y.storageLocation', 'unknown-location-config locations.b.config.s3url'].toSorted(),
  )
})

test('a password that was written is in no finding', () => {
  for (const repositoryPassword of [4711471147, { environment: 4711471147 }, 'hunter2-canary', { environment: 'hunter2-canary!' }, { existing: 'hunter2-canary' }, { generate: 'hunter2-canary' }]) {
    expect(JSON.stringify(findings({ ...velero, repositoryPassword }))).not.toMatch(/canary|4711/)
  }
})

test('sentences say what is wrong and what to do', () => {
  const said = (velero: object): string => findings(velero).map(({ message, remedy }) => `${message}; ${remedy}`).join('\n')
  expect(said({ ...velero, repositoryPassword: undefined })).toContain('externalSecret: {store, key}')
  expect(said(schedules({ a: { ...daily, storageLocation: 'defalt' } }))).toContain('did you mean "default"?')
  expect(said(schedules({ a: { schedule: '17 3 1 * *' } }))).toBe('backups of schedule a are kept for 720h, and it can be 31 days to the next: in between there is none; write a ttl above 62 days')
  expect(said(locations({ b: { provider: 'minio', bucket: 'x' } }))).toContain('it is the plugin for everything that speaks S3')
})

test('27 schedules of one minute are 26 findings, each naming one neighbour', () => {
  const many = Object.fromEntries(Array.from({ length: 27 }, (_, index) => [`s${index}`, { schedule: '0 2 * * *', ttl: '192h' }]))
  const all = findings(schedules(many))
  expect(all).toHaveLength(26)
  expect(all.at(-1)?.message).toContain('(and 25 more)')
})

test('what is said reads as prose', async () => {
  const said = refusals.flatMap(([what, velero]) => findings(velero).map(({ severity, rule, message, remedy }) => `${what}\n  ${severity} ${rule}: ${message}; ${remedy ?? ''}\n`))
  await expect(`${said.join('\n')}`).toMatchFileSnapshot('velero-findings.txt')
})

test('Velero’s Schedule carries no rules in CEL, so none is left unasked', () => {
  const schema = veleroCrds.find(({ spec }) => spec.names.kind === 'Schedule')?.spec.versions[0]?.schema?.openAPIV3Schema
  expect(schema === undefined ? 'no schema' : hasRules(schema)).toBe(false)
})
