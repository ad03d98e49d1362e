/** Pools and filesystems with Stowage's defaults: three copies over hosts, data that outlives its object. */
import type { DeclaredBlockPool, DeclaredFilesystem, DeclaredPool } from '../ceph/declared.ts'
import type { CephBlockPoolSpec, CephFilesystemSpec, CephPoolSpec } from '../ceph-spec.ts'
import { definedDeep } from './defined.ts'

export function resolveFilesystem({ name, declared, metadataPool, dataPools }: DeclaredFilesystem): CephFilesystemSpec {
  const { metadataServer = {}, subvolumeGroup = {} } = declared
  const { distributed, export: rank, random } = subvolumeGroup.pinning ?? {}
  const pinning = definedDeep({ distributed, export: rank, random })
  return {
    name,
    metadataPool: resolvePool(metadataPool),
    dataPools: dataPools.map(resolvePool),
    preservePoolNames: declared.preservePoolNames ?? false,
    preserveFilesystemOnDelete: declared.preserveFilesystemOnDelete ?? true,
    metadataServer: {
      activeCount: metadataServer.activeCount ?? 1,
      activeStandby: metadataServer.activeStandby ?? true,
      resources: definedDeep(metadataServer.resources ?? {}),
      placement: definedDeep(metadataServer.placement ?? {}),
      priorityClassName: metadataServer.priorityClassName ?? 'system-cluster-critical',
    },
    subvolumeGroup: {
      name: subvolumeGroup.name ?? 'csi',
      pinning: Object.keys(pinning).length === 0 ? { distributed: 1 } : pinning,
      ...(subvolumeGroup.quota === undefined ? {} : { quota: subvolumeGroup.quota }),
    },
  }
}

export function resolveBlockPool(declared: DeclaredBlockPool): CephBlockPoolSpec {
  return { ...resolvePool(declared), enableRBDStats: declared.pool.enableRBDStats ?? false }
}

/**
 * Where pools have a device class, .mgr needs one as well: a pool that spreads over all overlaps with the others, and the placement
 * group autoscaler stops (rook v1.20, ceph-block-pool-crd: builtin-mgr). It is laid out as the first of these pools by name, so that
 * it fits where that one fits, and the order of a declaration means nothing.
 */
export function resolveMgrPool(declared: DeclaredPool['pool'] | undefined, pools: readonly DeclaredPool[]): CephPoolSpec | undefined {
  if (declared !== undefined) return { ...resolvePool({ name: '.mgr', writtenName: '.mgr', role: 'block', index: 0, path: [], pool: declared }), enableCrushUpdates: declared.enableCrushUpdates ?? true }
  const [model] = pools.filter(({ pool }) => pool.deviceClass !== undefined && pool.erasureCoded === undefined).toSorted((one, other) => (one.name < other.name ? -1 : 1))
  if (model === undefined) return undefined
  const { failureDomain, deviceClass, replicated } = model.pool
  return resolveMgrPool({ failureDomain, deviceClass, replicated }, pools)
}

function resolvePool({ name, writtenName, pool }: DeclaredPool): CephPoolSpec {
  return {
    name,
    named: writtenName !== undefined,
    ...(writtenName === undefined ? {} : { writtenName }),
    failureDomain: pool.failureDomain ?? 'host',
    ...(pool.deviceClass === undefined ? {} : { deviceClass: pool.deviceClass }),
    ...redundancyOf(pool),
    ...(pool.enableCrushUpdates === undefined ? {} : { enableCrushUpdates: pool.enableCrushUpdates }),
    ...(pool.compressionMode === undefined ? {} : { compressionMode: pool.compressionMode }),
    parameters: definedDeep(pool.parameters ?? {}),
    ...(pool.quotas === undefined ? {} : { quotas: definedDeep(pool.quotas) }),
  }
}

function redundancyOf({ replicated = {}, erasureCoded }: DeclaredPool['pool']): Pick<CephPoolSpec, 'replicated' | 'erasureCoded'> {
  if (erasureCoded !== undefined) {
    const { dataChunks = 2, codingChunks = 1, algorithm } = erasureCoded
    return { erasureCoded: { dataChunks, codingChunks, ...(algorithm === undefined ? {} : { algorithm }) } }
  }
  return { replicated: { ...definedDeep(replicated), size: replicated.size ?? 3, requireSafeReplicaSize: replicated.requireSafeReplicaSize ?? true } }
}
