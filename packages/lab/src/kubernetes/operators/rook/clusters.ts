/** A CephCluster's step: pkg/operator/ceph/cluster of Rook v1.20, as far as its status shows it. */
import { arrayAt, at, numberAt, objectAt, textAt } from '../../api/json.ts'
import type { Json, JsonObject } from '../../api/json.ts'
import { ceph, core } from '../cluster-api.ts'
import { conditionsWith, holdWith, isDeleting, letGo, namespaceOf, nameOf, timeText, writeStatus } from '../objects.ts'
import { ensureSecrets } from './csi-secrets.ts'
import { healthOf } from './health.ts'
import { dependentsText } from './world.ts'
import type { CephWorld, RookParts } from './world.ts'

const finalizer = 'cephcluster.ceph.rook.io'
/** Conditions that outlive the next one; others are passing. */
const lasting = new Set(['Ready', 'Connected', 'Deleting', 'DeletionIsBlocked'])
/** What Rook says while it works; one to a round. */
const stages = ['Configuring Ceph Mons', 'Configuring Ceph Mgr(s)', 'Configuring Ceph OSDs']

/** True when pools and filesystems may be made. */
export async function settleCluster(parts: RookParts, world: CephWorld): Promise<boolean> {
  const { api } = parts
  const { cluster } = world
  if (isDeleting(cluster)) return leave(parts, world)
  await holdWith(api, ceph.clusters, cluster, finalizer)
  if (at(cluster, 'spec', 'external', 'enable') === true) return connect(parts, cluster)
  const refusal = refusalOf(cluster, world.nodes)
  if (refusal !== undefined) return say(parts, cluster, 'Progressing', 'False', 'ClusterProgressing', refusal)
  const stage = nextStage(cluster)
  if (stage !== undefined) return say(parts, cluster, 'Progressing', 'True', 'ClusterProgressing', stage)
  await ensureSecrets(api, cluster, parts.random)
  await say(parts, cluster, 'Ready', 'True', 'ClusterCreated', 'Cluster created successfully', madeStatus(world, timeText(parts.now())))
  return true
}

/** preClusterStartValidation: every node counts, whether or not a mon may run there. */
function refusalOf(cluster: JsonObject, nodes: readonly JsonObject[]): string | undefined {
  const mons = numberAt(cluster, 'spec', 'mon', 'count') || 3
  if (at(cluster, 'spec', 'mon', 'allowMultiplePerNode') === true || nodes.length >= mons) return undefined
  return `cannot start ${mons} mons on ${nodes.length} node(s) when allowMultiplePerNode is false`
}

function nextStage(cluster: JsonObject): string | undefined {
  if (textAt(cluster, 'status', 'phase') === 'Ready') return undefined
  const place = stages.indexOf(textAt(cluster, 'status', 'message'))
  return stages[place + 1]
}

/** What stands in a status beside the condition of the moment. */
function madeStatus({ cluster, osds, pools }: CephWorld, now: string): JsonObject {
  const health = healthOf(pools, osds)
  const before = objectAt(cluster, 'status', 'ceph')
  const isSame = before['health'] === health['health'] && JSON.stringify(before['details'] ?? {}) === JSON.stringify(health['details'] ?? {})
  const image = textAt(cluster, 'spec', 'cephVersion', 'image')
  const version = /:v?(\d+\.\d+\.\d+)/.exec(image)?.[1]
  const classes = [...new Set(osds.map(({ deviceClass }) => deviceClass))].toSorted()
  return {
    ceph: { ...health, lastChecked: isSame ? textAt(before, 'lastChecked') : now, fsid: fsidOf(cluster) },
    storage: { deviceClasses: classes.map((name) => ({ name })) },
    ...(version === undefined ? {} : { version: { image, version: `${version}-0` } }),
    observedGeneration: numberAt(cluster, 'metadata', 'generation') ?? 1,
  }
}

/** Any cluster has one; here it is the object's own UID. */
function fsidOf(cluster: JsonObject): Json {
  return textAt(cluster, 'metadata', 'uid')
}

const states: Readonly<Record<string, string>> = { Progressing: 'Creating', Ready: 'Created', Connecting: 'Connecting', Connected: 'Connected', Deleting: 'Deleting' }

/** UpdateClusterCondition: phase, state and message are those of the newest condition. Answers false, for those who have nothing further to do. */
async function say(parts: RookParts, cluster: JsonObject, type: string, status: 'True' | 'False', reason: string, message: string, more: JsonObject = {}): Promise<false> {
  const conditions = conditionsWith(cluster, { type, status, reason, message }, timeText(parts.now()), (each) => lasting.has(each))
  const state = status === 'False' ? 'Error' : (states[type] ?? '')
  await writeStatus(parts.api, { kind: ceph.clusters, subresource: true }, cluster, { ...objectAt(cluster, 'status'), conditions, phase: type, state, message, ...more })
  return false
}

/** Somebody else's Ceph: Rook waits for the Secret that the import script makes. */
async function connect(parts: RookParts, cluster: JsonObject): Promise<boolean> {
  const secret = await parts.api.get(core.secrets, 'rook-ceph-mon', namespaceOf(cluster))
  if (secret === undefined) return say(parts, cluster, 'Connecting', 'True', 'ClusterConnecting', 'Attempting to connect to an external Ceph cluster')
  await say(parts, cluster, 'Connected', 'True', 'ClusterConnected', 'Cluster connected successfully', { observedGeneration: numberAt(cluster, 'metadata', 'generation') ?? 1 })
  return true
}

/** Deletion waits for everything that lives in the cluster. */
async function leave(parts: RookParts, { cluster, blockPools, filesystems, groups }: CephWorld): Promise<false> {
  const needed = dependentsText({ CephBlockPools: blockPools, CephFilesystems: filesystems, CephFilesystemSubVolumeGroups: groups })
  const about = `CephCluster ${JSON.stringify(`${namespaceOf(cluster)}/${nameOf(cluster)}`)}`
  if (needed !== '') {
    return say(parts, cluster, 'DeletionIsBlocked', 'True', 'ObjectHasDependents', `${about} will not be deleted until all dependents are removed: ${needed}`, { phase: 'Deleting' })
  }
  if (arrayAt(cluster, 'metadata', 'finalizers').includes(finalizer)) await letGo(parts.api, ceph.clusters, cluster, finalizer)
  return false
}
