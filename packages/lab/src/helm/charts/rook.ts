/** rook-ceph, ceph-csi-drivers and rook-ceph-cluster, in the order in which Rook wants them. */
import type { CustomResourceDefinition } from '@stowage/wire/crds'
import { cephCsiOperatorCrds } from '@stowage/wire/crds/ceph-csi-operator'
import { rookCrds } from '@stowage/wire/crds/rook'
import { arrayAt, at, frozenObject, isObject, objectAt, textAt } from '../../kubernetes/api/json.ts'
import type { Json, JsonObject } from '../../kubernetes/api/json.ts'
import { object, workload } from '../chart.ts'
import type { LabChart, ReleaseRequest } from '../chart.ts'

export const rookCeph: LabChart = {
  name: 'rook-ceph',
  appVersion: (version) => version,
  render: (release) => {
    const { values } = release
    const crds = at(values, 'crds', 'enabled') === false ? [] : [...rookCrds, ...cephCsiOperatorCrds]
    const image = `${textAt(values, 'image', 'repository') || 'docker.io/rook/ceph'}:${textAt(values, 'image', 'tag') || release.version}`
    const account = object('v1', 'ServiceAccount', { name: 'rook-ceph-system', namespace: release.namespace })
    const operator = workload('Deployment', release, 'rook-ceph-operator', { serviceAccountName: 'rook-ceph-system', containers: [{ name: 'rook-ceph-operator', image, args: ['ceph', 'operator'] }] })
    return { objects: [account, ...crds.map(kept), operator] }
  },
}

/** The chart asks Helm to leave definitions where they are: with them every cluster would go. */
function kept(definition: CustomResourceDefinition): JsonObject {
  const annotations = { ...definition.metadata.annotations, 'helm.sh/resource-policy': 'keep' }
  return frozenObject({ ...definition, metadata: { ...definition.metadata, annotations } })
}

export const cephCsiDrivers: LabChart = {
  name: 'ceph-csi-drivers',
  appVersion: (version) => `v${version}`,
  render: (release) => {
    const { values, namespace } = release
    const config = objectAt(values, 'operatorConfig')
    const operatorConfig = object('csi.ceph.io/v1', 'OperatorConfig', { name: textAt(config, 'name') || 'ceph-csi-operator-config', namespace: textAt(config, 'namespace') || namespace }, { spec: { driverSpecDefaults: objectAt(config, 'driverSpecDefaults') } })
    const drivers = Object.values(objectAt(values, 'drivers')).filter((each) => at(each, 'enabled') === true && textAt(each, 'name') !== '')
    return { objects: [operatorConfig, ...drivers.map((each) => object('csi.ceph.io/v1', 'Driver', { name: textAt(each, 'name'), namespace: textAt(each, 'namespace') || namespace }, { spec: driverSpec(each) }))] }
  },
}

/** What of a driver's values is in the Driver's spec under the same name; the rest of the chart's values are left out here. */
function driverSpec(driver: Json): JsonObject {
  const kept = ['snapshotPolicy', 'clusterName', 'attachRequired', 'fsGroupPolicy', 'deployCsiAddons', 'cephFsClientType', 'generateOMapInfo', 'enableMetadata', 'imageSet']
  return Object.fromEntries(Object.entries(isObject(driver) ? driver : {}).filter(([key, value]) => kept.includes(key) && value !== ''))
}

/** The chart's own lists when the values give none: a pool, a filesystem and an object store, each with a class. */
const defaultPools: Json = [{ name: 'ceph-blockpool', spec: { failureDomain: 'host', replicated: { size: 3 } }, storageClass: { enabled: true, name: 'ceph-block', isDefault: true } }]
const replicated = { failureDomain: 'host', replicated: { size: 3 } }
const defaultFilesystems: Json = [{
  name: 'ceph-filesystem',
  spec: { metadataPool: { replicated: { size: 3 } }, dataPools: [{ ...replicated, name: 'data0' }], metadataServer: { activeCount: 1, activeStandby: true } },
  storageClass: { enabled: true, name: 'ceph-filesystem', isDefault: false, pool: 'data0' },
}]
const defaultClusterSpec: JsonObject = {
  dataDirHostPath: '/var/lib/rook', mon: { count: 3, allowMultiplePerNode: false }, mgr: { count: 2, allowMultiplePerNode: false }, dashboard: { enabled: true, ssl: true }, storage: { useAllNodes: true, useAllDevices: true },
}

export const rookCephCluster: LabChart = {
  name: 'rook-ceph-cluster',
  appVersion: (version) => version,
  render: (release) => {
    const { values, namespace } = release
    const image = `${textAt(values, 'cephImage', 'repository') || 'quay.io/ceph/ceph'}:${textAt(values, 'cephImage', 'tag') || 'v20.2.4'}`
    const spec = { ...defaultClusterSpec, cephVersion: { image }, ...objectAt(values, 'cephClusterSpec') }
    const cluster = object('ceph.rook.io/v1', 'CephCluster', { name: textAt(values, 'clusterName') || namespace, namespace }, { spec })
    const pools = listOf(values, 'cephBlockPools', defaultPools)
    const filesystems = listOf(values, 'cephFileSystems', defaultFilesystems)
    const of = (kind: string, each: Json): JsonObject => object('ceph.rook.io/v1', kind, { name: textAt(each, 'name'), namespace }, { spec: objectAt(each, 'spec') })
    const stores = listOf(values, 'cephObjectStores', [])
    return {
      objects: [
        ...pools.flatMap((each) => classOf(release, each, 'rbd')),
        ...filesystems.flatMap((each) => classOf(release, each, 'cephfs')),
        cluster,
        ...pools.map((each) => of('CephBlockPool', each)),
        ...filesystems.map((each) => of('CephFilesystem', each)),
        ...filesystems.map((each) => object('ceph.rook.io/v1', 'CephFilesystemSubVolumeGroup', { name: `${textAt(each, 'name')}-csi`, namespace }, { spec: { name: 'csi', filesystemName: textAt(each, 'name'), pinning: { distributed: 1 } } })),
        ...stores.map((each) => of('CephObjectStore', each)),
      ],
    }
  },
}

function listOf(values: JsonObject, key: string, preset: Json): readonly Json[] {
  return values[key] === undefined ? arrayAt({ preset }, 'preset') : arrayAt(values, key)
}

function classOf({ values, namespace }: ReleaseRequest, owner: Json, driver: 'rbd' | 'cephfs'): readonly JsonObject[] {
  const settings = objectAt(owner, 'storageClass')
  if (settings['enabled'] !== true) return []
  const prefix = textAt(values, 'csiDriverNamePrefix') || textAt(values, 'operatorNamespace') || 'rook-ceph'
  const own: JsonObject = driver === 'rbd' ? { pool: textAt(owner, 'name') } : { fsName: textAt(owner, 'name'), pool: `${textAt(owner, 'name')}-${textAt(settings, 'pool') || 'data0'}` }
  const annotations = { 'storageclass.kubernetes.io/is-default-class': String(settings['isDefault'] === true) }
  return [object('storage.k8s.io/v1', 'StorageClass', { name: textAt(settings, 'name'), annotations }, {
    provisioner: `${prefix}.${driver}.csi.ceph.com`,
    parameters: { ...own, clusterID: namespace, ...objectAt(settings, 'parameters') },
    reclaimPolicy: textAt(settings, 'reclaimPolicy') || 'Delete',
    allowVolumeExpansion: settings['allowVolumeExpansion'] !== false,
    volumeBindingMode: textAt(settings, 'volumeBindingMode') || 'Immediate',
  })]
}
