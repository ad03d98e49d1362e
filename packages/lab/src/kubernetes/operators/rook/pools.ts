/** A CephBlockPool's step: refused, waiting for the cluster, stuck while its placement groups do not serve, or Ready. */
import { numberAt, objectAt, textAt } from '../../api/json.ts'
import type { JsonObject } from '../../api/json.ts'
import { ceph } from '../cluster-api.ts'
import { holdWith, isDeleting, letGo, nameOf, writeStatus } from '../objects.ts'
import { isActive, poolState } from './pool-need.ts'
import type { CephWorld, RookParts } from './world.ts'

const finalizer = 'cephblockpool.ceph.rook.io'
const place = { kind: ceph.blockPools, subresource: true }

export async function settlePool(parts: RookParts, world: CephWorld, pool: JsonObject, isReady: boolean): Promise<void> {
  const { api } = parts
  if (isDeleting(pool)) return letGo(api, ceph.blockPools, pool, finalizer)
  await holdWith(api, ceph.blockPools, pool, finalizer)
  const state = poolState(textAt(pool, 'spec', 'name') || nameOf(pool), objectAt(pool, 'spec'), world.osds)
  const before = objectAt(pool, 'status')
  if (!isReady) return void (await writeStatus(api, place, pool, { ...before, phase: 'Progressing' }))
  if (state.refusal !== undefined) return void (await writeStatus(api, place, pool, { ...before, phase: 'Failure' }))
  // `rbd pool init` writes an object: it hangs while no placement group serves.
  if (!isActive(state)) return void (await writeStatus(api, place, pool, { ...before, phase: 'Progressing' }))
  const status = { ...before, phase: 'Ready', info: { type: (numberAt(pool, 'spec', 'erasureCoded', 'dataChunks') ?? 0) > 0 ? 'Erasure Coded' : 'Replicated', failureDomain: textAt(pool, 'spec', 'failureDomain') || 'host' } }
  await writeStatus(api, place, pool, { ...status, observedGeneration: numberAt(pool, 'metadata', 'generation') ?? 1 })
}
