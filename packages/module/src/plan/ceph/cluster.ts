/** The CephCluster, as an object of its own or as values of the chart rook-ceph-cluster. */
import type { CephNetworkSpec, CephNodeSpec, CephStorageSpec, RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { helmId, helmRelease } from '../helm-release.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { HelmRelease, PlannedObject } from '../plan.ts'
import { rookCharts } from './releases.ts'

const losing = 'the monitors, the managers and the OSDs stop, and every volume of this cluster with them; the disks keep their data, and only the contents of dataDirHostPath bring it back'

export function cephCluster(spec: Spec, backend: RookCephBackendSpec): PlannedObject {
  const object = {
    apiVersion: 'ceph.rook.io/v1',
    kind: 'CephCluster',
    metadata: { name: backend.clusterName, namespace: spec.namespace, labels: labelsOf(spec, 'ceph') },
    spec: { cephVersion: { image: backend.image, allowUnsupported: false }, ...clusterSpec(backend) },
  }
  return { ...planned('cluster', object, reasonOf(backend), [helmId(spec.namespace, 'rook-ceph')], losing, true), ready: { fields: { 'status.phase': 'Ready' } } }
}

/** The same cluster from Rook's chart. Its default pools, filesystems and object stores are taken out: the plan has its own. */
export function clusterRelease(spec: Spec, backend: RookCephBackendSpec): HelmRelease {
  const { namespace } = spec
  // The chart writes this field from its own value `monitoring`, and a second time if it stood here, too.
  const { monitoring, ...cephClusterSpec } = clusterSpec(backend)
  const values = {
    operatorNamespace: namespace,
    clusterName: backend.clusterName,
    cephImage: imageValues(backend.image),
    cephClusterMetadata: { labels: labelsOf(spec, 'ceph') },
    cephClusterSpec,
    toolbox: { enabled: backend.toolbox },
    monitoring,
    cephBlockPools: [],
    cephFileSystems: [],
    cephObjectStores: [],
  }
  return {
    ...helmRelease(namespace, 'rook-ceph-cluster', 'cluster', rookCharts, backend.charts.cluster, values),
    reason: reasonOf(backend),
    dependsOn: [helmId(namespace, 'rook-ceph')],
    holdsData: true,
    losing,
    crds: [],
  }
}

function reasonOf({ clusterName, mon, storage }: RookCephBackendSpec): string {
  const nodes = storage.useAllNodes ? 'all nodes' : `${storage.nodes.length} node${storage.nodes.length === 1 ? '' : 's'}`
  return `the Ceph cluster ${clusterName}: ${mon.count} monitor${mon.count === 1 ? '' : 's'}, disks of ${nodes}`
}

/** The chart puts the two together again with a colon, so a digest may stand in the tag. */
function imageValues(image: string): object {
  const colon = image.indexOf(':', image.lastIndexOf('/') + 1)
  return colon === -1 ? { repository: image, tag: 'latest', allowUnsupported: false } : { repository: image.slice(0, colon), tag: image.slice(colon + 1), allowUnsupported: false }
}

/** In the order of Rook's example (rook v1.20, deploy/examples/cluster.yaml). What was not declared and has no default of ours is left to Rook. */
function clusterSpec(backend: RookCephBackendSpec): Readonly<Record<string, unknown>> {
  const { mgr, dashboard, placement, resources, cephConfig, cleanupPolicy } = backend
  return {
    dataDirHostPath: backend.dataDirHostPath,
    mon: backend.mon,
    mgr: { count: mgr.count, allowMultiplePerNode: mgr.allowMultiplePerNode, ...unlessEmpty('modules', mgr.modules) },
    dashboard,
    monitoring: { enabled: backend.monitoring },
    network: networkOf(backend.network),
    ...unlessEmpty('placement', placement),
    ...unlessEmpty('resources', resources),
    priorityClassNames: backend.priorityClassNames,
    storage: storageOf(backend.storage),
    ...unlessEmpty('cephConfig', cephConfig),
    security: { cephx: { csi: { keyType: backend.csiKeyType } } },
    ...unlessEmpty('cleanupPolicy', cleanupPolicy),
    disruptionManagement: { managePodBudgets: true },
  }
}

function networkOf({ provider, selectors, encryption, compression, requireMsgr2, ...others }: CephNetworkSpec): object {
  return {
    ...(provider === '' ? {} : { provider }),
    ...unlessEmpty('selectors', selectors),
    ...others,
    connections: { encryption: { enabled: encryption }, compression: { enabled: compression }, requireMsgr2 },
  }
}

/** Nodes and devices are known by their names, so they stand in the order of their names: reordering a declaration changes nothing. */
function storageOf({ config, nodes, ...others }: CephStorageSpec): object {
  return { ...others, ...unlessEmpty('config', config), ...unlessEmpty('nodes', byName(nodes).map(nodeOf)) }
}

function byName<T extends { readonly name: string }>(items: readonly T[]): readonly T[] {
  return items.toSorted((one, other) => (one.name < other.name ? -1 : Number(one.name > other.name)))
}

function nodeOf({ config, devices, ...others }: CephNodeSpec): object {
  return { ...others, ...unlessEmpty('devices', byName(devices).map((device) => ({ name: device.name, ...unlessEmpty('config', device.config) }))), ...unlessEmpty('config', config) }
}

/** A field with nothing in it is left out, so that its owner's default holds. */
export function unlessEmpty(name: string, value: object): Readonly<Record<string, object>> {
  return Object.keys(value).length === 0 ? {} : { [name]: value }
}
