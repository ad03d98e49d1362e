/** What the steps of Rook's stand-in know: one CephCluster and what belongs to it. */
import type { Random } from '@stowage/effects'
import type { JsonObject } from '../../api/json.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { nameOf } from '../objects.ts'
import type { PoolState } from './pool-need.ts'
import type { DisksOf, Osd } from './storage-hosts.ts'

export interface RookParts {
  readonly api: ClusterApi
  readonly random: Random
  /** Milliseconds since the epoch. */
  readonly now: () => number
  readonly disksOf: DisksOf
}

/** A CephCluster with what belongs to it: Rook keeps one to a namespace. */
export interface CephWorld {
  readonly cluster: JsonObject
  readonly nodes: readonly JsonObject[]
  readonly osds: readonly Osd[]
  readonly blockPools: readonly JsonObject[]
  readonly filesystems: readonly JsonObject[]
  readonly groups: readonly JsonObject[]
  readonly pools: readonly PoolState[]
}

/** What still needs an object, as Rook lists it: `CephFilesystems: [shared]`. */
export function dependentsText(dependents: Readonly<Record<string, readonly JsonObject[]>>): string {
  return Object.entries(dependents).filter(([, all]) => all.length > 0).map(([kind, all]) => `${kind}: [${all.map(nameOf).join(' ')}]`).toSorted().join(', ')
}
