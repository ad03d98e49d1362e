/** A Ceph cluster that Rook runs, with every default filled in. */
import { cephImage, chartVersions } from '../ceph/versions.ts'
import { blockPoolsOf, filesystemsOf, poolsOf, type NamedClasses } from '../ceph/declared.ts'
import type { CephNetworkSpec, CephNodeSpec, CephStorageSpec, RookCephBackendSpec } from '../ceph-spec.ts'
import type { DeclaredBackend } from '../schema/declaration.ts'
import { withoutUndefined } from '../without-undefined.ts'
import { resolveBlockPool, resolveFilesystem, resolveMgrPool } from './ceph-pools.ts'
import { chartOf } from './chart.ts'
import { definedDeep } from './defined.ts'

type DeclaredRookCeph = NonNullable<DeclaredBackend['rookCeph']>
type DeclaredStorage = NonNullable<DeclaredRookCeph['storage']>

/** Rook's example cluster: daemons that hold data outlive the pods of applications. */
const priorities = { mon: 'system-node-critical', osd: 'system-node-critical', mgr: 'system-cluster-critical' }

export function resolveRookCeph(name: string, declared: DeclaredRookCeph, classes: NamedClasses): RookCephBackendSpec {
  const { mon = {}, mgr = {}, dashboard = {}, charts = {}, cleanupPolicy = {} } = declared
  const mgrPool = resolveMgrPool(declared.mgrPool, poolsOf(name, declared, classes))
  return {
    kind: 'rookCeph',
    name,
    clusterName: declared.clusterName ?? name,
    image: declared.image ?? cephImage,
    dataDirHostPath: declared.dataDirHostPath ?? '/var/lib/rook',
    mon: { count: mon.count ?? 3, allowMultiplePerNode: mon.allowMultiplePerNode ?? false },
    mgr: { count: mgr.count ?? 2, allowMultiplePerNode: mgr.allowMultiplePerNode ?? false, modules: (mgr.modules ?? []).map((module) => ({ name: module.name, enabled: module.enabled ?? true })) },
    storage: resolveStorage(declared.storage ?? {}),
    network: resolveNetwork(declared.network ?? {}),
    dashboard: { ...withoutUndefined(dashboard), enabled: dashboard.enabled ?? true, ssl: dashboard.ssl ?? true },
    monitoring: declared.monitoring ?? false,
    placement: definedDeep(declared.placement ?? {}),
    resources: definedDeep(declared.resources ?? {}),
    priorityClassNames: { ...priorities, ...withoutUndefined(declared.priorityClassNames ?? {}) },
    cephConfig: declared.cephConfig ?? {},
    csiKeyType: declared.csiKeyType ?? 'aes',
    cleanupPolicy: definedDeep({ sanitizeDisks: cleanupPolicy.sanitizeDisks, allowUninstallWithVolumes: cleanupPolicy.allowUninstallWithVolumes }),
    deliverCluster: declared.deliverCluster ?? 'objects',
    toolbox: declared.toolbox ?? false,
    charts: { operator: chartOf(charts.operator, chartVersions.rook), csiDrivers: chartOf(charts.csiDrivers, chartVersions.csiDrivers), cluster: chartOf(charts.cluster, chartVersions.rook) },
    ...(mgrPool === undefined ? {} : { mgrPool }),
    filesystems: filesystemsOf(name, declared, classes).map(resolveFilesystem),
    blockPools: blockPoolsOf(name, declared, classes).map(resolveBlockPool),
  }
}

function resolveStorage({ nodes = [], useAllNodes = false, useAllDevices = false, config = {}, ...others }: DeclaredStorage): CephStorageSpec {
  return { ...definedDeep(others), useAllNodes, useAllDevices, config: definedDeep(config), nodes: nodes.map(resolveNode) }
}

function resolveNode({ name, devices = [], config = {}, ...others }: NonNullable<DeclaredStorage['nodes']>[number]): CephNodeSpec {
  return { ...definedDeep(others), name, devices: devices.map((device) => ({ name: device.name, config: definedDeep(device.config ?? {}) })), config: definedDeep(config) }
}

function resolveNetwork({ provider = '', selectors = {}, encryption = false, compression = false, requireMsgr2 = false, ...others }: NonNullable<DeclaredRookCeph['network']>): CephNetworkSpec {
  return { ...definedDeep(others), provider, selectors: definedDeep(selectors), encryption, compression, requireMsgr2 }
}
