/** Stands in for Rook's operator: it acts only where its Deployment is, on every CephCluster and what belongs to it. No Ceph runs. */
import { at, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { ceph, core } from '../cluster-api.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { nameOf, namespaceOf } from '../objects.ts'
import { settleCluster } from './clusters.ts'
import { settleFilesystem, settleGroup } from './filesystems.ts'
import { poolsOfFilesystem, poolState } from './pool-need.ts'
import { settlePool } from './pools.ts'
import { osdsOf } from './storage-hosts.ts'
import type { CephWorld, RookParts } from './world.ts'

export async function rookRound(parts: RookParts): Promise<void> {
  const { api } = parts
  const clusters = await api.list(ceph.clusters)
  if (clusters.length === 0 || !(await isOperatorThere(api))) return
  const nodes = await api.list(core.nodes)
  for (const cluster of clusters) {
    const world = await worldOf(parts, cluster, nodes)
    const isReady = await settleCluster(parts, world)
    for (const pool of world.blockPools) await settlePool(parts, world, pool, isReady)
    for (const filesystem of world.filesystems) await settleFilesystem(parts, world, filesystem, isReady)
    for (const group of world.groups) await settleGroup(parts, world, group, isReady)
  }
}

/** The Deployment that the chart and Rook's own manifests call rook-ceph-operator, in whatever namespace; scaled to nothing it does not act. */
async function isOperatorThere(api: ClusterApi): Promise<boolean> {
  const deployments = await api.list(core.deployments)
  return deployments.some((each) => nameOf(each) === 'rook-ceph-operator' && textAt(each, 'metadata', 'deletionTimestamp') === '' && hasReplicas(each))
}

export function hasReplicas(deployment: JsonObject): boolean {
  return at(deployment, 'spec', 'replicas') !== 0
}

async function worldOf({ api, disksOf }: RookParts, cluster: JsonObject, nodes: readonly JsonObject[]): Promise<CephWorld> {
  const namespace = namespaceOf(cluster)
  const [blockPools, filesystems, groups] = [await api.list(ceph.blockPools, namespace), await api.list(ceph.filesystems, namespace), await api.list(ceph.subvolumeGroups, namespace)]
  const osds = osdsOf(cluster, nodes, disksOf)
  const pools = [...blockPools.map((each) => poolState(textAt(each, 'spec', 'name') || nameOf(each), specOf(each), osds)), ...filesystems.flatMap((each) => poolsOfFilesystem(each, osds))]
  return { cluster, nodes, osds, blockPools, filesystems, groups, pools }
}

function specOf(object: JsonObject): JsonObject {
  return objectAt(object, 'spec')
}
