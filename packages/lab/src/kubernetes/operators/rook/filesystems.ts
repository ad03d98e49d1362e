/** A CephFilesystem's step, and that of its subvolume groups. */
import { createHash } from 'node:crypto'
import { arrayAt, numberAt, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { ceph } from '../cluster-api.ts'
import { conditionsWith, holdWith, isDeleting, letGo, nameOf, namespaceOf, timeText, writeStatus } from '../objects.ts'
import { isActive, poolsOfFilesystem } from './pool-need.ts'
import type { PoolState } from './pool-need.ts'
import { dependentsText } from './world.ts'
import type { CephWorld, RookParts } from './world.ts'

const place = { kind: ceph.filesystems, subresource: true }
const finalizer = 'cephfilesystem.ceph.rook.io'
const groupPlace = { kind: ceph.subvolumeGroups, subresource: true }
const groupFinalizer = 'cephfilesystemsubvolumegroup.ceph.rook.io'

export async function settleFilesystem(parts: RookParts, world: CephWorld, filesystem: JsonObject, isReady: boolean): Promise<void> {
  const { api } = parts
  if (isDeleting(filesystem)) return leave(parts, world, filesystem)
  await holdWith(api, ceph.filesystems, filesystem, finalizer)
  const pools = poolsOfFilesystem(filesystem, world.osds)
  const before = objectAt(filesystem, 'status')
  const refusal = refusalOf(filesystem, pools)
  if (!isReady) return void (await writeStatus(api, place, filesystem, { ...before, phase: 'Progressing' }))
  if (refusal !== undefined) {
    const conditions = conditionsWith(filesystem, { type: 'Failure', status: 'True', reason: 'ReconcileFailed', message: refusal }, timeText(parts.now()), () => false)
    return void (await writeStatus(api, place, filesystem, { ...before, phase: 'Failure', conditions }))
  }
  // The MDS cannot write its first objects: it stays `creating`.
  if (!pools.every(isActive)) return void (await writeStatus(api, place, filesystem, { ...before, phase: 'Progressing' }))
  const conditions = conditionsWith(filesystem, { type: 'Ready', status: 'True', reason: 'ReconcileSucceeded', message: 'the filesystem is ready' }, timeText(parts.now()), () => false)
  await writeStatus(api, place, filesystem, { ...before, phase: 'Ready', conditions, observedGeneration: numberAt(filesystem, 'metadata', 'generation') ?? 1 })
}

/** validateFilesystem of Rook, and what `ceph fs new` refuses. */
function refusalOf(filesystem: JsonObject, pools: readonly PoolState[]): string | undefined {
  const name = nameOf(filesystem)
  const names = arrayAt(filesystem, 'spec', 'dataPools').map((each) => textAt(each, 'name')).filter((each) => each !== '')
  if ((numberAt(filesystem, 'spec', 'metadataServer', 'activeCount') ?? 0) < 1) return 'MetadataServer.ActiveCount must be at least 1'
  if (new Set(names).size < names.length) return 'duplicate pool names in the data pool spec'
  const [metadata, ...data] = pools
  if (metadata?.refusal !== undefined) return `invalid metadata pool: ${metadata.refusal}`
  const bad = data.find(({ refusal }) => refusal !== undefined)
  if (bad?.refusal !== undefined) return `Invalid data pool: ${bad.refusal}`
  const isErasureCoded = (spec: JsonObject): boolean => (numberAt(spec, 'erasureCoded', 'dataChunks') ?? 0) > 0
  if (isErasureCoded(objectAt(filesystem, 'spec', 'metadataPool'))) return `failed enabling ceph fs "${name}": Error EINVAL: pool '${metadata?.name ?? ''}' is an erasure-coded pool and cannot hold metadata`
  if (isErasureCoded(objectAt(filesystem, 'spec', 'dataPools', 0))) {
    return `failed enabling ceph fs "${name}": Error EINVAL: pool '${data[0]?.name ?? ''}' is an erasure-coded pool. Use of an EC pool for the default data pool is discouraged; see the online CephFS documentation for more information. Use --force to override.`
  }
  return undefined
}

async function leave(parts: RookParts, { groups }: CephWorld, filesystem: JsonObject): Promise<void> {
  const own = groups.filter((each) => textAt(each, 'spec', 'filesystemName') === nameOf(filesystem))
  if (own.length === 0) return letGo(parts.api, ceph.filesystems, filesystem, finalizer)
  const message = `CephFilesystem ${JSON.stringify(`${namespaceOf(filesystem)}/${nameOf(filesystem)}`)} will not be deleted until all dependents are removed: ${dependentsText({ CephFilesystemSubVolumeGroups: own })}`
  const conditions = conditionsWith(filesystem, { type: 'DeletionIsBlocked', status: 'True', reason: 'ObjectHasDependents', message }, timeText(parts.now()), () => true)
  await writeStatus(parts.api, place, filesystem, { ...objectAt(filesystem, 'status'), phase: 'Deleting', conditions })
}

export async function settleGroup(parts: RookParts, world: CephWorld, group: JsonObject, isReady: boolean): Promise<void> {
  const { api } = parts
  if (isDeleting(group)) return letGo(api, ceph.subvolumeGroups, group, groupFinalizer)
  await holdWith(api, ceph.subvolumeGroups, group, groupFinalizer)
  const filesystem = world.filesystems.find((each) => nameOf(each) === textAt(group, 'spec', 'filesystemName'))
  const before = objectAt(group, 'status')
  const phase = !isReady || filesystem === undefined || textAt(filesystem, 'status', 'phase') !== 'Ready' ? 'Progressing' : 'Ready'
  const info = phase === 'Ready' ? { info: { clusterID: clusterIdOf(group) }, observedGeneration: numberAt(group, 'metadata', 'generation') ?? 1 } : {}
  await writeStatus(api, groupPlace, group, { ...before, phase, ...info })
}

/** What a StorageClass of the group names as its clusterID: buildClusterID and k8sutil.Hash of Rook. */
function clusterIdOf(group: JsonObject): string {
  const text = `${namespaceOf(group)}-${textAt(group, 'spec', 'filesystemName')}-file-${textAt(group, 'spec', 'name') || nameOf(group)}`
  return textAt(group, 'spec', 'clusterID') || createHash('sha256').update(text).digest('hex').slice(0, 32)
}
