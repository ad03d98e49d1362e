import { expect, test } from 'vitest'
import type { Facts } from '../../facts/facts.ts'
import { readValue } from '../../spec/read.ts'

const byId = (name: string) => ({ name: `/dev/disk/by-id/${name}` })
const nodes = ['a', 'b', 'c'].map((name) => ({ name, devices: [byId(`nvme-${name}`), byId(`ata-${name}`)] }))
const pool = { name: 'data', deviceClass: 'hdd' }
const filesystem = { metadataPool: { deviceClass: 'nvme' }, dataPools: [pool] }
const fsid = '7f3b2a10-52f4-4c2e-9d7e-0123456789ab'
const outside = { clusterID: fsid, monitors: ['10.0.0.1:6789'], secrets: { cephfs: 'ceph-user' } }
const secondId = '7f3b2a10-52f4-4c2e-9d7e-0123456789ac'

interface Parts {
  readonly rook?: object
  readonly storage?: object
  readonly fs?: object
  readonly cls?: object
  readonly classes?: object
  readonly backends?: object
  readonly more?: object
}

function spec({ rook = {}, storage = { nodes }, fs = {}, cls = {}, classes = {}, backends = {}, more = {} }: Parts): object {
  return {
    backends: { ceph: { rookCeph: { storage, ...rook } }, ...backends },
    classes: { shared: { backend: 'ceph', filesystem: { ...filesystem, ...fs }, ...cls }, ...classes },
    ...more,
  }
}

function found(parts: Parts, options: { readonly facts?: Facts; readonly strictFacts?: boolean } = {}): readonly string[] {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: spec(parts) }, options)
  return findings.filter(({ verdict, rule }) => verdict === undefined || rule === 'device-alias').map(({ rule, severity, path }) => `${rule}${severity === 'warning' ? '?' : ''} ${path.slice(1).join('.')}`)
}

const rookAt = 'backends.ceph.rookCeph'
const fsAt = 'classes.shared.filesystem'
const oneNode = (...devices: readonly object[]): object => ({ nodes: [{ name: 'a', devices }] })
const block = (declared: object, cls: object = {}): Parts => ({ rook: { blockPools: { fast: { deviceClass: 'nvme' }, ...declared } }, classes: { images: { backend: 'ceph', pool: 'fast', ...cls } } })
const external = (cls: object, ceph: object = outside): Parts => ({ backends: { pve: { ceph } }, classes: { there: { backend: 'pve', ...cls } } })

test('a sound cluster passes every check', () => {
  expect(found({})).toEqual([])
  expect(found(external({ fsName: 'cephfs', pool: 'cephfs_data' }))).toEqual([])
  expect(found(block({}))).toEqual([])
})

/** What trips, what is found, and a near miss that does not trip. */
const rows: readonly (readonly [string, Parts, string, Parts])[] = [
  ['two clusters in one namespace', { backends: { more: { rookCeph: {} } } }, 'two-ceph-clusters backends.more.rookCeph', external({ fsName: 'a' })],
  ['one cluster under two names', { rook: { clusterName: 'one' }, backends: { more: { rookCeph: { clusterName: 'one' } } } }, 'two-ceph-clusters backends.more.rookCeph.clusterName', {}],
  ['one cluster elsewhere under two names', { backends: { pve: { ceph: outside }, again: { ceph: outside } } }, 'two-ceph-clusters backends.again.ceph.clusterID', { backends: { pve: { ceph: outside }, again: { ceph: { ...outside, clusterID: secondId } } } }],
  ['one monitor', { rook: { mon: { count: 1 } } }, `few-monitors? ${rookAt}.mon.count`, { rook: { mon: { count: 3 } } }],
  ['four monitors', { rook: { mon: { count: 4 } } }, `even-monitors? ${rookAt}.mon.count`, { rook: { mon: { count: 5 } } }],
  ['ten monitors', { rook: { mon: { count: 10 } } }, `out-of-range ${rookAt}.mon.count`, { rook: { mon: { count: 9 } } }],
  ['Ceph 18', { rook: { image: 'quay.io/ceph/ceph:v18.2.7' } }, `unsupported-ceph ${rookAt}.image`, { rook: { image: 'quay.io/ceph/ceph:v19.2.3' } }],
  ['Ceph 21', { rook: { image: 'quay.io:443/ceph/ceph:v21' } }, `unsupported-ceph ${rookAt}.image`, { rook: { image: 'quay.io:443/ceph/ceph:v20@sha256:00' } }],
  ['an image that says nothing', { rook: { image: 'mine.example/ceph:latest' } }, `ceph-version-unknown? ${rookAt}.image`, { rook: { image: 'mine.example/ceph:20.2.4-custom' } }],
  ['a chart of the old layout', { rook: { charts: { operator: { version: 'v1.19.4' } } } }, `chart-too-old ${rookAt}.charts.operator.version`, { rook: { charts: { operator: { version: '1.19.5' } } } }],
  ['a cluster newer than its operator', { rook: { deliverCluster: 'chart', charts: { operator: { version: 'v1.20.5' } } } }, `charts-apart ${rookAt}.charts.cluster.version`, { rook: { charts: { operator: { version: 'v1.20.5' } } } }],
  ['a confirmation that wipes disks', { rook: { cleanupPolicy: { confirmation: 'yes-really-destroy-data' } } }, `cleanup-destroys-data ${rookAt}.cleanupPolicy.confirmation`, { rook: { cleanupPolicy: { confirmation: '', sanitizeDisks: { method: 'quick' } } } }],
  ['multus without a network', { rook: { network: { provider: 'multus' } } }, `multus-without-network ${rookAt}.network`, { rook: { network: { provider: 'multus', selectors: { public: 'rook/public' } } } }],
  ['selectors without multus', { rook: { network: { provider: 'host', selectors: { public: 'a' } } } }, `foreign-field ${rookAt}.network.selectors`, { rook: { network: { provider: 'host' } } }],
  ['all nodes, and some', { storage: { nodes, useAllNodes: true } }, `all-nodes-and-nodes ${rookAt}.storage.useAllNodes`, { storage: { nodes, useAllNodes: false } }],
  ['a node twice', { storage: { nodes: [...nodes, { name: 'a' }] } }, `duplicate-node ${rookAt}.storage.nodes.3.name`, { storage: { nodes: [...nodes, { name: 'd' }] } }],
  ['a device twice', { storage: oneNode(byId('ata-a'), byId('ata-a')) }, `duplicate-device ${rookAt}.storage.nodes.0.devices.1.name`, { storage: { nodes: [{ name: 'a', devices: [byId('ata-a')] }, { name: 'b', devices: [byId('ata-a')] }] } }],
  ['every device', { storage: { useAllNodes: true, useAllDevices: true } }, `use-all-devices? ${rookAt}.storage.useAllDevices`, { storage: { useAllNodes: true, useAllDevices: false, devicePathFilter: '^/dev/disk/by-id/ata' } }],
  ['every device of a node', { storage: { nodes: [{ name: 'a', useAllDevices: true }] } }, `use-all-devices? ${rookAt}.storage.nodes.0.useAllDevices`, { storage: { nodes: [{ name: 'a', deviceFilter: '^sd[b-d]$' }] } }],
  ['a filter beside devices', { storage: { nodes: [{ name: 'a', devices: [byId('x')], deviceFilter: '^sd' }] } }, `filter-beside-devices? ${rookAt}.storage.nodes.0.deviceFilter`, { storage: { nodes: [{ name: 'a', devices: [byId('x')] }, { name: 'b', deviceFilter: '^sd' }] } }],
  ['a filter for all beside devices', { storage: { deviceFilter: '^sd', nodes: [{ name: 'a', devices: [byId('x')] }] } }, `filter-beside-devices? ${rookAt}.storage.deviceFilter`, { storage: { deviceFilter: '^sd', nodes: [{ name: 'a' }] } }],
  ['encryption of a partition', { storage: { nodes: [{ name: 'a', devices: [byId('ata-x-part2')], config: { encryptedDevice: 'true' } }] } }, `encrypted-part ${rookAt}.storage.nodes.0.devices.0.name`, { storage: { nodes: [{ name: 'a', devices: [byId('ata-x')], config: { encryptedDevice: 'true' } }] } }],
  ['encryption of a volume', { storage: { config: { encryptedDevice: 'true' }, nodes: [{ name: 'a', devices: [{ name: '/dev/pve/osd' }] }] } }, `encrypted-part ${rookAt}.storage.nodes.0.devices.0.name`, { storage: { config: { encryptedDevice: 'true' }, nodes: [{ name: 'a', devices: [{ name: '/dev/pve/osd', config: { encryptedDevice: 'false' } }] }] } }],
  ['metadata on a data device', { storage: { nodes: [{ name: 'a', devices: [byId('ata-x'), byId('ata-y')], config: { metadataDevice: '/dev/disk/by-id/ata-y' } }] } }, `metadata-device ${rookAt}.storage.nodes.0.config.metadataDevice`, { storage: { nodes: [{ name: 'a', devices: [byId('ata-x')], config: { metadataDevice: '/dev/disk/by-id/ata-y' } }] } }],
  ['metadata on the data’s class', { storage: { nodes: [{ name: 'a', devices: [{ ...byId('nvme-x'), config: { metadataDevice: 'nvme0n1' } }] }] } }, `metadata-device ${rookAt}.storage.nodes.0.devices.0.config.metadataDevice`, { storage: { nodes: [{ name: 'a', devices: [{ ...byId('ata-x'), config: { metadataDevice: 'nvme0n1' } }] }] } }],
  ['an unknown setting of OSDs', { storage: { nodes, config: { osdPerDevice: '2' } } }, `unknown-key ${rookAt}.storage.config.osdPerDevice`, { storage: { nodes, config: { osdsPerDevice: '2' } } }],
  ['a number where Rook reads text', { storage: { nodes, config: { osdsPerDevice: 2 } } }, `wrong-type ${rookAt}.storage.config.osdsPerDevice`, { storage: { nodes, config: { databaseSizeMB: '1024' } } }],
  ['erasure-coded metadata', { fs: { metadataPool: { deviceClass: 'nvme', erasureCoded: { dataChunks: 2, codingChunks: 1 } } } }, `erasure-coded-metadata ${fsAt}.metadataPool.erasureCoded`, { fs: { metadataPool: { deviceClass: 'nvme', replicated: { size: 2 } } } }],
  ['an erasure-coded first pool', { fs: { dataPools: [{ ...pool, erasureCoded: { dataChunks: 2, codingChunks: 1 } }] } }, `erasure-coded-first ${fsAt}.dataPools.0.erasureCoded`, { fs: { dataPools: [pool, { ...pool, name: 'ec', erasureCoded: { dataChunks: 2, codingChunks: 1 } }] } }],
  ['one data chunk', { fs: { dataPools: [pool, { ...pool, name: 'ec', erasureCoded: { dataChunks: 1, codingChunks: 1 } }] } }, `out-of-range ${fsAt}.dataPools.1.erasureCoded.dataChunks`, { fs: { dataPools: [pool, { ...pool, name: 'ec', erasureCoded: { dataChunks: 2, codingChunks: 1 } }] } }],
  ['no coding chunk', { fs: { dataPools: [pool, { ...pool, name: 'ec', erasureCoded: { dataChunks: 2, codingChunks: 0 } }] } }, `out-of-range ${fsAt}.dataPools.1.erasureCoded.codingChunks`, { fs: { dataPools: [pool, { ...pool, name: 'ec', erasureCoded: { dataChunks: 3, codingChunks: 1 } }] } }],
  ['copies and chunks', { fs: { dataPools: [pool, { ...pool, name: 'ec', replicated: { size: 2 }, erasureCoded: { dataChunks: 2, codingChunks: 1 } }] } }, `two-redundancies ${fsAt}.dataPools.1`, { fs: { dataPools: [pool, { ...pool, name: 'two', replicated: { size: 2 } }] } }],
  ['one copy', { fs: { dataPools: [{ ...pool, replicated: { size: 1 } }] } }, `single-copy ${fsAt}.dataPools.0.replicated.size`, { fs: { dataPools: [{ ...pool, replicated: { size: 1, requireSafeReplicaSize: false } }] } }],
  ['no copy', { fs: { dataPools: [{ ...pool, replicated: { size: 0 } }] } }, `out-of-range ${fsAt}.dataPools.0.replicated.size`, { fs: { dataPools: [{ ...pool, replicated: { size: 2 } }] } }],
  ['a failure domain that CRUSH has not', { fs: { dataPools: [{ ...pool, failureDomain: 'hosst' }] } }, `invalid-value ${fsAt}.dataPools.0.failureDomain`, { fs: { dataPools: [{ ...pool, failureDomain: 'osd' }] } }],
  ['copies that do not divide', { fs: { dataPools: [{ ...pool, failureDomain: 'zone', replicated: { size: 3, replicasPerFailureDomain: 2, subFailureDomain: 'host' } }] } }, `replica-layout ${fsAt}.dataPools.0.replicated.replicasPerFailureDomain`, { fs: { dataPools: [{ ...pool, failureDomain: 'zone', replicated: { size: 4, replicasPerFailureDomain: 2, subFailureDomain: 'host' } }] } }],
  ['a domain in itself', { fs: { dataPools: [{ ...pool, replicated: { size: 2, subFailureDomain: 'host' } }] } }, `replica-layout ${fsAt}.dataPools.0.replicated.subFailureDomain`, { fs: { dataPools: [{ ...pool, replicated: { size: 2, subFailureDomain: 'osd' } }] } }],
  ['two pools of one name', { fs: { dataPools: [pool, pool] } }, `duplicate-pool ${fsAt}.dataPools.1`, { fs: { dataPools: [pool, { ...pool, name: 'data2' }] } }],
  ['two pools of one name in Ceph', block({ 'shared-data': { deviceClass: 'hdd' } }), `duplicate-pool ${rookAt}.blockPools.shared-data`, block({ 'shared-more': { deviceClass: 'hdd' } })],
  ['a filesystem that begins with a digit', { rook: { filesystems: { '3d': filesystem } } }, `filesystem-name ${rookAt}.filesystems.3d`, { rook: { filesystems: { d3: filesystem } } }],
  ['a filesystem with a dot', { rook: { filesystems: { 'a.b': filesystem } } }, `filesystem-name ${rookAt}.filesystems.a.b`, { rook: { filesystems: { 'a-b': filesystem } } }],
  ['a filesystem of too long a name', { rook: { filesystems: { ['f'.repeat(40)]: filesystem } } }, `filesystem-name ${rookAt}.filesystems.${'f'.repeat(40)}`, { rook: { filesystems: { ['f'.repeat(39)]: filesystem } } }],
  ['a class whose long name its filesystem takes', { classes: { ['c'.repeat(50)]: { backend: 'ceph', filesystem } } }, `filesystem-name classes.${'c'.repeat(50)}.filesystem`, { classes: { ['c'.repeat(50)]: { backend: 'ceph', filesystem: { ...filesystem, name: 'short' } } } }],
  ['two subvolume groups of one object', { rook: { filesystems: { a: { ...filesystem, subvolumeGroup: { name: 'b-c' } }, 'a-b': { ...filesystem, subvolumeGroup: { name: 'c' } } } } }, `duplicate-pool ${rookAt}.filesystems.a-b.subvolumeGroup`, { rook: { filesystems: { a: { ...filesystem, subvolumeGroup: { name: 'c' } }, b: { ...filesystem, subvolumeGroup: { name: 'c' } } } } }],
  ['a block pool that is .mgr’s object', block({ 'builtin-mgr': { deviceClass: 'nvme' } }), `duplicate-pool ${rookAt}.blockPools.builtin-mgr`, block({ mgr: { deviceClass: 'nvme' } })],
  ['an unnamed data pool', { fs: { dataPools: [{ deviceClass: 'hdd' }] } }, `unnamed-data-pool? ${fsAt}.dataPools.0`, { fs: { dataPools: [{ ...pool, name: 'data0' }] } }],
  ['.mgr without a device class', { rook: { mgrPool: {} } }, `device-class-on-some? ${rookAt}.mgrPool`, { rook: { mgrPool: { deviceClass: 'nvme' } } }],
  ['metadata servers of 2Gi', { fs: { metadataServer: { resources: { limits: { memory: '2Gi' } } } } }, `mds-memory? ${fsAt}.metadataServer.resources.limits.memory`, { fs: { metadataServer: { resources: { limits: { memory: '4Gi' } } } } }],
  ['metadata servers that ask for 3Gi', { fs: { metadataServer: { resources: { requests: { memory: '3Gi' } } } } }, `mds-memory? ${fsAt}.metadataServer.resources.requests.memory`, { fs: { metadataServer: { resources: { requests: { memory: '3Gi' }, limits: { memory: '6Gi' } } } } }],
  ['a filesystem that goes with its object', { fs: { preserveFilesystemOnDelete: false } }, `filesystem-not-preserved? ${fsAt}.preserveFilesystemOnDelete`, { fs: { preserveFilesystemOnDelete: true } }],
  ['two ways of pinning', { fs: { subvolumeGroup: { pinning: { distributed: 1, random: 0.1 } } } }, `conflicting-fields ${fsAt}.subvolumeGroup.pinning`, { fs: { subvolumeGroup: { pinning: { random: 0.1 } } } }],
  ['a filesystem twice', { rook: { filesystems: { shared: filesystem } } }, `duplicate-pool ${fsAt}`, { rook: { filesystems: { other: filesystem } } }],
  ['a block pool twice', block({ images: { deviceClass: 'nvme' } }, { pool: undefined, blockPool: { deviceClass: 'nvme' } }), 'duplicate-pool classes.images.blockPool', block({}, { pool: undefined, blockPool: { deviceClass: 'nvme' } })],
  ['a class that is nowhere', { classes: { x: { backend: 'ceph' } } }, 'ceph-class-place classes.x', { classes: { x: { backend: 'ceph', fsName: 'shared' } } }],
  ['a class in two places', { classes: { x: { backend: 'ceph', fsName: 'shared', filesystem } } }, 'ceph-class-place classes.x', { classes: { x: { backend: 'ceph', fsName: 'shared', pool: 'data' } } }],
  ['a pool in place and by name', block({}, { blockPool: { deviceClass: 'nvme' } }), 'ceph-class-place classes.images.pool', block({})],
  ['an unknown filesystem', { classes: { x: { backend: 'ceph', fsName: 'sharde' } } }, 'unknown-filesystem classes.x.fsName', { classes: { x: { backend: 'ceph', fsName: 'shared' } } }],
  ['an unknown data pool', { classes: { x: { backend: 'ceph', fsName: 'shared', pool: 'dat' } } }, 'unknown-pool classes.x.pool', { classes: { x: { backend: 'ceph', fsName: 'shared', pool: 'shared-data' } } }],
  ['an unknown block pool', block({}, { pool: 'fsat' }), 'unknown-pool classes.images.pool', block({}, { pool: 'fast' })],
  ['an unknown pool for data', block({}, { dataPool: 'ce' }), 'unknown-pool classes.images.dataPool', block({ ec: { deviceClass: 'hdd', erasureCoded: { dataChunks: 2, codingChunks: 1 } } }, { dataPool: 'ec' })],
  ['images in chunks alone', block({ ec: { deviceClass: 'hdd', erasureCoded: { dataChunks: 2, codingChunks: 1 } } }, { pool: 'ec' }), 'erasure-coded-images classes.images.pool', block({ ec: { deviceClass: 'hdd', erasureCoded: { dataChunks: 2, codingChunks: 1 } } }, { dataPool: 'ec' })],
  ['a filesystem made elsewhere', external({ filesystem }), 'foreign-parameter classes.there.filesystem', external({ fsName: 'cephfs' })],
  ['a parameter of Proxmox', { cls: { cache: 'none' } }, 'foreign-parameter classes.shared.cache', {}],
  ['a parameter of images', { cls: { mapOptions: 'x' } }, 'foreign-parameter classes.shared.mapOptions', block({}, { mapOptions: 'x' })],
  ['a filesystem of a local backend', { backends: { disk: { local: { path: '/data' } } }, classes: { x: { backend: 'disk', fsName: 'shared' } } }, 'foreign-parameter classes.x.fsName', { backends: { disk: { local: { path: '/data' } } }, classes: { x: { backend: 'disk' } } }],
  ['a second driver name', { cls: { driverName: 'cephfs.csi.ceph.com' } }, 'foreign-parameter classes.shared.driverName', {}],
  ['a mounter of images', { cls: { mounter: 'rbd-nbd' } }, 'foreign-parameter classes.shared.mounter', { cls: { mounter: 'fuse' } }],
  ['a class renamed with its filesystem', { cls: { renamedFrom: 'old' } }, `renamed-with-its-data ${fsAt}`, { cls: { renamedFrom: 'old' }, fs: { name: 'old' } }],
  ['a cluster elsewhere without a user', external({ pool: 'rbd' }), 'missing-field backends.pve.ceph.secrets.rbd', external({ pool: 'rbd' }, { ...outside, secrets: { rbd: 'ceph-user' } })],
  ['ReadWriteMany of images', block({}, { accessModes: ['ReadWriteMany'] }), 'access-mode classes.images.accessModes.0', { cls: { accessModes: ['ReadWriteMany'] } }],
  ['a plain mount of an encrypted cluster', { rook: { network: { encryption: true } } }, 'ms-mode classes.shared.mountOptions', { rook: { network: { encryption: true } }, cls: { mountOptions: ['ms_mode=secure'] } }],
  ['adopting what is in Ceph', { more: { volumes: { v: { namespace: 'n', class: 'shared', size: '1Gi', handle: 'a/b/c/d' } } } }, 'not-built-yet volumes.v', { more: { volumes: {} } }],
  ['images that are mounted with an option of mapping', block({}, { mountOptions: ['noatime', 'ms_mode=secure'] }), 'ms-mode classes.images.mountOptions.1', block({}, { mountOptions: ['noatime'] })],
  ['xfs beside OSDs', block({}, { fstype: 'xfs' }), 'xfs-beside-osds? classes.images.fstype', external({ pool: 'rbd', fstype: 'xfs' }, { ...outside, secrets: { rbd: 'ceph-user' } })],
  ['a feature without its base', block({}, { imageFeatures: ['layering', 'object-map'] }), 'image-features classes.images.imageFeatures.1', block({}, { imageFeatures: ['layering', 'exclusive-lock', 'object-map', 'fast-diff'] })],
  ['an unknown feature', block({}, { imageFeatures: ['layring'] }), 'invalid-value classes.images.imageFeatures.0', block({}, { imageFeatures: ['layering'] })],
  ['a filter that Go cannot read', { storage: { nodes: [{ name: 'a', deviceFilter: '^sd(?!a)' }] } }, `invalid-value ${rookAt}.storage.nodes.0.deviceFilter`, { storage: { nodes: [{ name: 'a', deviceFilter: '^sd(?:b|c)' }] } }],
  ['a filter that is no pattern', { storage: { nodes: [{ name: 'a', deviceFilter: '^sd[' }] } }, `invalid-value ${rookAt}.storage.nodes.0.deviceFilter`, { storage: { nodes: [{ name: 'a', deviceFilter: '^sd[b-d]$' }] } }],
]

test.each(rows)('%s', (_, trips, expected, nearMiss) => {
  expect(found(trips)).toEqual([expected])
  expect(found(nearMiss)).toEqual([])
})

test('what is said reads as prose', async () => {
  const said = rows.map(([name, trips, expected]) => {
    const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: spec(trips) })
    return [`${name}:`, ...findings.filter(({ rule }) => expected.startsWith(rule)).map(({ severity, message, remedy = '' }) => `  ${severity}: ${message}\n    ${remedy}`)].join('\n')
  })
  await expect(`${said.join('\n\n')}\n`).toMatchFileSnapshot('./ceph-findings.txt')
})

test('an old Kubernetes is refused when it is known', () => {
  const running = (version: string): Facts => [{ object: 'cluster', property: 'version', value: version, source: { kind: 'cluster', name: 'here' } }]
  expect(found({}, { facts: running('v1.30.9') })).toEqual([`kubernetes-too-old ${rookAt}`])
  expect(found({}, { facts: running('v1.31.0+k3s1') })).toEqual([])
  expect(found({})).toEqual([])
})

test('plain images of an encrypted cluster are refused, and mapped securely they pass', () => {
  const encrypted = (mapOptions: object): Parts => ({ rook: { network: { encryption: true }, blockPools: { fast: { deviceClass: 'nvme' } } }, cls: { mountOptions: ['ms_mode=secure'] }, classes: { images: { backend: 'ceph', pool: 'fast', ...mapOptions } } })
  expect(found(encrypted({}))).toEqual(['ms-mode classes.images.mapOptions'])
  expect(found(encrypted({ mapOptions: 'krbd:ms_mode=secure' }))).toEqual([])
  expect(found(encrypted({ mapOptions: 'ms_mode=prefer-secure' }))).toEqual(['ms-mode classes.images.mapOptions'])
})

test('a device class on some pools only is said at each pool without', () => {
  expect(found({ fs: { metadataPool: {} } })).toEqual([`device-class-on-some? ${fsAt}.metadataPool`])
  expect(found({ fs: { metadataPool: {}, dataPools: [{ name: 'data' }] } })).toEqual([])
})

test('kernel names are warned of, one by one, and sdb is /dev/sdb', () => {
  const at = `${rookAt}.storage.nodes.0.devices`
  expect(found({ storage: oneNode({ name: 'sdb' }, { name: '/dev/nvme0n1' }) })).toEqual([`unstable-device-name? ${at}.0.name`, `unstable-device-name? ${at}.1.name`])
  expect(found({ storage: oneNode({ name: 'sdb' }, { name: '/dev/sdb' }) })).toContain(`duplicate-device ${at}.1.name`)
  expect(found({ storage: oneNode({ name: 'sdb' }, { name: '/dev/sdb1' }) })).toContain(`duplicate-device ${at}.1.name`)
  expect(found({ storage: oneNode({ name: 'sdb' }, { name: '/dev/sdc1' }) })).not.toContain(`duplicate-device ${at}.1.name`)
})

test('a path and a kernel name may be one device: unknown until a fact tells, and then so or not so', () => {
  const storage = oneNode({ name: 'sdb' }, byId('ata-x'))
  const at = `${rookAt}.storage.nodes.0.devices`
  const fact = (property: string, object: string, value: string): Facts => [{ object: `device/a/${object}`, property, value, source: { kind: 'file', name: 'facts.yaml' } }]
  const unstable = `unstable-device-name? ${at}.0.name`
  expect(found({ storage })).toEqual([`device-alias? ${at}.1.name`, unstable])
  expect(found({ storage }, { strictFacts: true })).toEqual([`device-alias ${at}.1.name`, unstable])
  expect(found({ storage }, { facts: fact('kname', 'disk/by-id/ata-x', 'sdb') })).toEqual([`duplicate-device ${at}.1.name`, unstable])
  expect(found({ storage }, { facts: fact('aliases', 'sdb', '/dev/disk/by-id/wwn-1,/dev/disk/by-id/ata-x') })).toEqual([`duplicate-device ${at}.1.name`, unstable])
  expect(found({ storage }, { facts: fact('kname', 'disk/by-id/ata-x', 'sdc') })).toEqual([unstable])
})

test('a disk has a serial number and a world-wide name, and may stand there under both', () => {
  expect(found({ storage: oneNode(byId('ata-x'), byId('wwn-0x5000')) })).toEqual([`device-alias? ${rookAt}.storage.nodes.0.devices.1.name`])
  expect(found({ storage: oneNode(byId('ata-x'), byId('ata-y')) })).toEqual([])
})

test('a second default class and ReadWriteMany of images are found beside each other', () => {
  const all = found({ cls: { default: true }, ...block({}, { default: true, accessModes: ['ReadWriteMany'] }), rook: { mon: { count: 2 }, blockPools: { fast: { deviceClass: 'nvme', failureDomain: 'rak' } } } })
  expect(all).toContain('invalid-value backends.ceph.rookCeph.blockPools.fast.failureDomain')
  expect(all).toContain('access-mode classes.images.accessModes.0')
  expect(all).toContain('even-monitors? backends.ceph.rookCeph.mon.count')
})

test('what is written wrongly is said once, not as missing as well', () => {
  expect(found({ classes: { x: { backend: 'ceph', fsName: 7 } } })).toEqual(['wrong-type classes.x.fsName'])
  expect(found({ classes: { x: { backend: 'ceph', filesystem: [] } } })).toEqual(['wrong-type classes.x.filesystem'])
  expect(found({ rook: { placement: { mom: {} } } })).toEqual([`unknown-key ${rookAt}.placement.mom`])
})

test('misspelt values are answered with what was probably meant', () => {
  const remedies = (parts: Parts) => readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: spec(parts) }).findings.map(({ remedy }) => remedy)
  expect(remedies({ fs: { dataPools: [{ ...pool, failureDomain: 'hosst' }] } })).toContain('did you mean "host"?')
  expect(remedies({ storage: { nodes, config: { encryptDevice: 'true' } } })).toContain('did you mean "encryptedDevice"?')
  expect(remedies({ classes: { x: { backend: 'ceph', fsName: 'sharde' } } })).toContain('did you mean "shared"?')
})

test('where no pool and no filesystem is declared, nothing can be meant: it is said where to declare one', () => {
  const { findings } = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { backends: { ceph: { rookCeph: { storage: { nodes } } } }, classes: { images: { backend: 'ceph', pool: 'rbd' }, files: { backend: 'ceph', fsName: 'shared' } } } })
  expect(findings.flatMap(({ rule, remedy }) => (rule.startsWith('unknown-') ? [remedy] : []))).toEqual(['declare it under spec.backends.ceph.rookCeph.blockPools', 'declare it under spec.backends.ceph.rookCeph.filesystems'])
})
