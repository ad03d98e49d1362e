import { readFileSync } from 'node:fs'
import { fileURLToPath } from 'node:url'
import { crdsOf } from '@stowage/wire/crds'
import { expect, test } from 'vitest'
import { unknownChartValues } from '../../checks/charts/unknown-chart-values.ts'
import { readDeclaration, readValue } from '../../spec/read.ts'
import type { ClassSpec, Spec } from '../../spec/spec.ts'
import { valueAt } from '../../spec/value-at.ts'
import { phases, type HelmRelease, type Phase, type Plan, type PlannedObject } from '../plan.ts'
import { planStorage } from '../plan-storage.ts'
import { csiOperatorCrds, rookCrds } from './brought-crds.ts'

const example = readDeclaration([{ file: 'storage.yaml', text: readFileSync(fileURLToPath(new URL('../../../../../examples/ceph/storage.yaml', import.meta.url)), 'utf8') }])
const fsid = '7f3b2a10-52f4-4c2e-9d7e-0123456789ab'
const ceph = { clusterID: fsid, monitors: ['10.0.0.1:6789', '[fd00::1]:3300'], secrets: { rbd: 'ceph-rbd', cephfs: 'ceph-fs' } }
const disk = (name: string) => ({ name: `/dev/disk/by-id/${name}`, config: { deviceClass: 'ssd' } })
const storage = { nodes: ['a', 'b', 'c'].map((name) => ({ name, devices: [disk(`ata-${name}`)] })) }
const facts = { cluster: { nodes: ['a', 'b', 'c'], schedulableNodes: 3 }, nodes: Object.fromEntries(['a', 'b', 'c'].map((name) => [name, { schedulable: true, memory: '64Gi', kernel: '6.8.0' }])) }

function specOf(spec: object): Spec {
  const read = readValue({ apiVersion: 'stowage.dev/v1alpha1', kind: 'Storage', metadata: { name: 'x' }, spec: { namespace: 'store', facts, ...spec } })
  if (read.spec === undefined) throw new Error(read.findings.map(({ message }) => message).join('\n'))
  return read.spec
}
const rookSpec = (rook: object, classes: object = {}, more: object = {}): Spec => specOf({ backends: { ceph: { rookCeph: { storage, ...rook } } }, classes, ...more })
const rookPlan = (...parts: Parameters<typeof rookSpec>): Plan => planStorage(rookSpec(...parts))

function object({ objects }: Plan, kind: string, name: string): PlannedObject {
  const found = objects.find((one) => one.object.kind === kind && one.object.metadata.name === name)
  if (found === undefined) throw new Error(`the plan has no ${kind} ${name}`)
  return found
}
function releaseOf({ helmReleases }: Plan, name: string): HelmRelease {
  const found = helmReleases.find((one) => one.name === name)
  if (found === undefined) throw new Error(`the plan has no release ${name}`)
  return found
}
function classOf({ classes }: Spec, name: string): ClassSpec {
  const found = classes.find((one) => one.name === name)
  if (found === undefined) throw new Error(`no class ${name}`)
  return found
}

test('the examples are accepted without a word', () => {
  expect(example.findings).toEqual([])
  const outside = readFileSync(fileURLToPath(new URL('../../../../../examples/ceph/proxmox-ceph.yaml', import.meta.url)), 'utf8')
  expect(readDeclaration([{ file: 'proxmox-ceph.yaml', text: outside }]).findings).toEqual([])
})

test('operator, drivers, cluster, pools and classes come in this order, and each after what it stands on', () => {
  if (example.spec === undefined) throw new Error('the example is not valid')
  const plan = planStorage(example.spec)
  const place = new Map<string, number>([...plan.helmReleases, ...plan.objects].map(({ id, phase }): [string, number] => [id, phases.indexOf(phase satisfies Phase)]))
  for (const { id, dependsOn, phase } of [...plan.helmReleases, ...plan.objects]) {
    for (const other of dependsOn) expect(place.get(other), `${id} stands on ${other}`).toBeLessThanOrEqual(phases.indexOf(phase))
  }
  expect(plan.helmReleases.map(({ name, phase }) => `${phase} ${name}`)).toEqual(['operators rook-ceph', 'drivers ceph-csi-drivers'])
  expect(object(plan, 'CephCluster', 'homelab')).toMatchObject({ phase: 'cluster', holdsData: true, ready: { fields: { 'status.phase': 'Ready' } }, dependsOn: ['helm/storage-system/rook-ceph'] })
})

test('what holds data says so: the operator whose definitions hold the cluster, the cluster, filesystems and pools, and not the drivers', () => {
  if (example.spec === undefined) throw new Error('the example is not valid')
  const { objects, helmReleases } = planStorage(example.spec)
  expect([...helmReleases, ...objects].filter(({ holdsData }) => holdsData).map(({ id }) => id)).toEqual([
    'helm/storage-system/rook-ceph',
    'ceph.rook.io/CephCluster/storage-system/homelab',
    'ceph.rook.io/CephBlockPool/storage-system/builtin-mgr',
    'ceph.rook.io/CephFilesystem/storage-system/shared',
    'ceph.rook.io/CephFilesystemSubVolumeGroup/storage-system/shared-csi',
    'ceph.rook.io/CephBlockPool/storage-system/fast',
  ])
})

test('the definitions that the charts bring are those that are pinned', async () => {
  const names = async (set: 'rook' | 'ceph-csi-operator') => (await crdsOf(set)).map(({ metadata }) => metadata.name).toSorted()
  expect([...rookCrds].toSorted()).toEqual(await names('rook'))
  expect([...csiOperatorCrds].toSorted()).toEqual(await names('ceph-csi-operator'))
})

test('the charts know every value that is set', () => {
  const plans = [
    rookPlan({ monitoring: true, toolbox: true, deliverCluster: 'chart', blockPools: { fast: {} } }),
    planStorage(specOf({ backends: { pve: { ceph } }, classes: {} })),
  ]
  for (const { name, chart, values } of plans.flatMap(({ helmReleases }) => helmReleases)) {
    if (name !== 'ceph-csi-operator') expect(unknownChartValues(chart.name, values), name).toEqual([])
  }
})

test('drivers are named after the namespace, in the chart and in the classes', () => {
  const plan = rookPlan({ blockPools: { fast: {} }, filesystems: { shared: {} } }, { rbd: { backend: 'ceph', pool: 'fast' }, fs: { backend: 'ceph', fsName: 'shared' } })
  const { values } = releaseOf(plan, 'ceph-csi-drivers')
  expect(valueAt(values, ['operatorConfig', 'namespace'])).toBe('store')
  expect([valueAt(values, ['drivers', 'rbd', 'name']), valueAt(values, ['drivers', 'cephfs', 'name'])]).toEqual([object(plan, 'StorageClass', 'rbd').object['provisioner'], object(plan, 'StorageClass', 'fs').object['provisioner']])
})

test('snapshots are switched on for both drivers or for none', () => {
  const policies = (more: object) => ['rbd', 'cephfs'].map((driver) => valueAt(releaseOf(rookPlan({}, {}, more), 'ceph-csi-drivers').values, ['drivers', driver, 'snapshotPolicy']))
  expect(policies({})).toEqual(['none', 'none'])
  expect(policies({ snapshots: { controller: 'install' } })).toEqual(['volumeSnapshot', 'volumeSnapshot'])
})

test('a class of a filesystem names cluster, filesystem, pool and secrets as Rook makes them', () => {
  const spec = rookSpec({}, { shared: { backend: 'ceph', filesystem: { dataPools: [{ name: 'one' }, { name: 'two' }] }, pool: 'two' } })
  const secret = (use: string, name: string) => ({ [`csi.storage.k8s.io/${use}-secret-name`]: name, [`csi.storage.k8s.io/${use}-secret-namespace`]: 'store' })
  expect(classOf(spec, 'shared').parameters).toEqual({
    clusterID: 'store',
    fsName: 'shared',
    pool: 'shared-two',
    ...secret('provisioner', 'rook-csi-cephfs-provisioner'),
    ...secret('controller-expand', 'rook-csi-cephfs-provisioner'),
    ...secret('controller-publish', 'rook-csi-cephfs-provisioner'),
    ...secret('node-stage', 'rook-csi-cephfs-node'),
  })
})

test('images in chunks have their head in a replicated pool', () => {
  const plan = rookPlan({ blockPools: { head: {}, chunks: { erasureCoded: { dataChunks: 2, codingChunks: 1 } } } }, { big: { backend: 'ceph', pool: 'head', dataPool: 'chunks' } })
  expect(valueAt(object(plan, 'StorageClass', 'big').object, ['parameters'])).toMatchObject({ pool: 'head', dataPool: 'chunks', imageFormat: '2', imageFeatures: 'layering', 'csi.storage.k8s.io/fstype': 'ext4' })
  expect(object(plan, 'StorageClass', 'big').dependsOn).toEqual(['helm/store/ceph-csi-drivers', 'ceph.rook.io/CephBlockPool/store/head', 'ceph.rook.io/CephBlockPool/store/chunks'])
  expect(valueAt(object(plan, 'CephBlockPool', 'chunks').object, ['spec', 'replicated'])).toBeUndefined()
})

test('pools are called in classes what Rook calls them in Ceph', () => {
  const pool = (filesystem: object) => classOf(rookSpec({}, { fs: { backend: 'ceph', filesystem } }), 'fs').parameters['pool']
  expect(pool({})).toBe('fs-data0')
  expect(pool({ dataPools: [{ name: 'mine' }] })).toBe('fs-mine')
  expect(pool({ dataPools: [{ name: 'mine' }], preservePoolNames: true })).toBe('mine')
  expect(pool({ dataPools: [{}], preservePoolNames: true })).toBe('fs-data0')
  expect(pool({ name: 'other', dataPools: [{}] })).toBe('other-data0')
})

test('volumes of a subvolume group with a name of its own are found by its own id', () => {
  const plan = rookPlan({}, { fs: { backend: 'ceph', filesystem: { subvolumeGroup: { name: 'tenants', pinning: { export: 0 } } } } })
  const group = object(plan, 'CephFilesystemSubVolumeGroup', 'fs-tenants').object['spec']
  expect(group).toEqual({ filesystemName: 'fs', name: 'tenants', clusterID: 'fs-tenants', pinning: { export: 0 } })
  expect(valueAt(object(plan, 'StorageClass', 'fs').object, ['parameters', 'clusterID'])).toBe('fs-tenants')
  const long = rookSpec({}, { [`f${'s'.repeat(38)}`]: { backend: 'ceph', filesystem: { subvolumeGroup: { name: 'tenants' } } } })
  expect(long.classes[0]?.parameters['clusterID']).toMatch(/^[a-zA-Z0-9_-]{1,36}$/)
})

test('reordering nodes, devices, pools and classes changes the order and nothing else', () => {
  const filesystem = (names: readonly string[]) => ({ dataPools: [{ name: 'first' }, ...names.map((name) => ({ name }))] })
  const one = rookPlan({ blockPools: { a: {}, b: {} } }, { x: { backend: 'ceph', pool: 'a' }, y: { backend: 'ceph', filesystem: filesystem(['p', 'q']) } })
  const other = rookPlan({ storage: { nodes: storage.nodes.toReversed() }, blockPools: { b: {}, a: {} } }, { y: { backend: 'ceph', filesystem: filesystem(['q', 'p']) }, x: { backend: 'ceph', pool: 'a' } })
  expect(other.objects.map(({ id }) => id).toSorted()).toEqual(one.objects.map(({ id }) => id).toSorted())
  expect(object(other, 'StorageClass', 'y').object).toEqual(object(one, 'StorageClass', 'y').object)
  expect(object(other, 'CephCluster', 'ceph')).toEqual(object(one, 'CephCluster', 'ceph'))
})

test('data outlives its objects unless somebody says otherwise', () => {
  const plan = rookPlan({}, { fs: { backend: 'ceph', filesystem: {} } })
  expect(object(plan, 'CephFilesystem', 'fs')).toMatchObject({ object: { spec: { preserveFilesystemOnDelete: true } }, losing: expect.stringContaining('keep the data') })
  expect(valueAt(object(plan, 'CephCluster', 'ceph').object, ['spec', 'cleanupPolicy'])).toBeUndefined()
})

test('.mgr follows the device class of the pools, whatever their order, and stays when one without is added', () => {
  const mgr = (pools: object) => rookPlan({ blockPools: pools }).objects.find(({ object: { metadata } }) => metadata.name === 'builtin-mgr')?.object['spec']
  const [a, b] = [{ deviceClass: 'ssd', failureDomain: 'osd' }, { deviceClass: 'ssd', replicated: { size: 2 } }]
  const asA = { name: '.mgr', failureDomain: 'osd', deviceClass: 'ssd', replicated: { size: 3, requireSafeReplicaSize: true }, enableCrushUpdates: true }
  expect(mgr({ a, b })).toEqual(asA)
  expect(mgr({ b, a })).toEqual(asA)
  expect(mgr({ a, free: {} })).toEqual(asA)
  expect(mgr({ free: {} })).toBeUndefined()
})

test('from the chart the same cluster comes, and the pools stand on the release', () => {
  const rook = { monitoring: true, image: 'quay.io/ceph/ceph:v19.2.3', filesystems: { fs: {} } }
  const objects = rookPlan(rook)
  const chart = rookPlan({ ...rook, deliverCluster: 'chart' })
  const { cephVersion, monitoring, ...spec } = Object(object(objects, 'CephCluster', 'ceph').object['spec'])
  expect(releaseOf(chart, 'rook-ceph-cluster').values).toMatchObject({ clusterName: 'ceph', monitoring, cephImage: { repository: 'quay.io/ceph/ceph', tag: 'v19.2.3' }, cephClusterSpec: spec, cephBlockPools: [], cephFileSystems: [], cephObjectStores: [] })
  expect(cephVersion).toEqual({ image: 'quay.io/ceph/ceph:v19.2.3', allowUnsupported: false })
  // The chart writes it itself: twice is no YAML.
  expect(releaseOf(chart, 'rook-ceph-cluster').values['cephClusterSpec']).not.toHaveProperty('monitoring')
  expect(chart.objects.some(({ object: { kind } }) => kind === 'CephCluster')).toBe(false)
  expect(object(chart, 'CephFilesystem', 'fs').dependsOn).toEqual(['helm/store/rook-ceph-cluster'])
})

test('values of one’s own are laid over Stowage’s', () => {
  const { values, chart } = releaseOf(rookPlan({ charts: { operator: { version: 'v1.20.7', values: { logLevel: 'DEBUG', csi: { cephcsi: { tag: 'v3.17.1' } } } } } }), 'rook-ceph')
  expect(chart.version).toBe('v1.20.7')
  expect(valueAt(values, ['image', 'tag'])).toBe('v1.20.7')
  expect(values).toMatchObject({ logLevel: 'DEBUG', crds: { enabled: true }, csi: { installCsiOperator: true, cephcsi: { tag: 'v3.17.1' } } })
})

test('Ceph that is there already gets drivers, a connection and a profile, and no daemon', () => {
  const spec = specOf({ backends: { pve: { ceph } }, classes: { rbd: { backend: 'pve', pool: 'vm-disks' }, fs: { backend: 'pve', fsName: 'cephfs', pool: 'cephfs_data' } } })
  const plan = planStorage(spec)
  expect(plan.helmReleases.map(({ name }) => name)).toEqual(['ceph-csi-operator', 'ceph-csi-drivers'])
  expect(plan.objects.filter(({ object: { apiVersion } }) => apiVersion.startsWith('ceph.rook.io'))).toEqual([])
  expect(object(plan, 'CephConnection', fsid).object['spec']).toEqual({ monitors: ceph.monitors })
  expect(object(plan, 'ClientProfile', fsid).object['spec']).toEqual({ cephConnectionRef: { name: fsid }, cephFs: { subVolumeGroup: 'csi' }, rbd: {} })
  expect(plan.needs.map(({ kind, name, namespace }) => `${kind} ${namespace ?? ''}/${name}`)).toEqual(['Secret store/ceph-rbd', 'Secret store/ceph-fs'])
  expect(plan.notes).toContainEqual(expect.stringContaining('ceph fs subvolumegroup create cephfs csi'))
  expect(classOf(spec, 'rbd')).toMatchObject({ volumeKind: 'rbd', driverName: 'store.rbd.csi.ceph.com', parameters: { clusterID: fsid, pool: 'vm-disks', 'csi.storage.k8s.io/node-stage-secret-name': 'ceph-rbd' } })
  expect(classOf(spec, 'fs')).toMatchObject({ volumeKind: 'cephfs', parameters: { clusterID: fsid, fsName: 'cephfs', pool: 'cephfs_data', 'csi.storage.k8s.io/provisioner-secret-name': 'ceph-fs' } })
  expect(object(plan, 'StorageClass', 'rbd').dependsOn).toEqual(['helm/store/ceph-csi-drivers', `csi.ceph.io/ClientProfile/store/${fsid}`])
})

test('beside a cluster of Rook’s, Ceph elsewhere shares its operator and its drivers', () => {
  const plan = planStorage(specOf({ backends: { own: { rookCeph: { storage } }, pve: { ceph } }, classes: { rbd: { backend: 'pve', pool: 'vm-disks' } } }))
  expect(plan.helmReleases.map(({ name }) => name)).toEqual(['rook-ceph', 'ceph-csi-drivers'])
  expect(object(plan, 'ClientProfile', fsid).phase).toBe('cluster')
})

test('a snapshot class of Ceph has the cluster and the secret that makes snapshots', () => {
  const plan = planStorage(specOf({ backends: { ceph: { rookCeph: { storage, filesystems: { fs: {} } } } }, classes: { fs: { backend: 'ceph', fsName: 'fs' } }, snapshots: {} }))
  expect(object(plan, 'VolumeSnapshotClass', 'ceph-cephfs').object).toMatchObject({
    driver: 'store.cephfs.csi.ceph.com',
    parameters: { clusterID: 'store', 'csi.storage.k8s.io/snapshotter-secret-name': 'rook-csi-cephfs-provisioner', 'csi.storage.k8s.io/snapshotter-secret-namespace': 'store' },
  })
})

test('the toolbox is unprivileged and reads the monitors from where Rook keeps them', () => {
  const pod = valueAt(object(rookPlan({ toolbox: true }), 'Deployment', 'rook-ceph-tools').object, ['spec', 'template', 'spec'])
  expect(valueAt(pod, ['containers', 0, 'securityContext'])).toMatchObject({ runAsNonRoot: true, allowPrivilegeEscalation: false })
  expect(JSON.stringify(pod)).toContain('rook-ceph-mon-endpoints')
})
