/**
 * The operators of Rook, Velero and the snapshot controller, as far as others can see them: through the status of their objects. They act where
 * the Deployments of the real ones are, in the lab (`labCluster`) as beside a real API server (`httpCluster`). No Ceph, no backup and no
 * snapshot is behind them.
 */
import { silentLog } from '@stowage/core'
import type { Log } from '@stowage/core'
import type { Clock, Random } from '@stowage/effects'
import type { JsonObject } from '../api/json.ts'
import type { ClusterApi } from './cluster-api.ts'
import { startLoop } from './reconcile-loop.ts'
import type { Loop } from './reconcile-loop.ts'
import { rookRound } from './rook/operator.ts'
import type { DisksOf } from './rook/storage-hosts.ts'
import { snapshotRound } from './snapshots/operator.ts'
import { parseCron } from './velero/cron.ts'
import { veleroRound } from './velero/operator.ts'

export type OperatorName = 'rook' | 'velero' | 'snapshots'

export interface StatusControllerOptions {
  readonly api: ClusterApi
  readonly clock: Clock
  readonly random: Random
  readonly log?: Log
  /** Default: all three. */
  readonly only?: readonly OperatorName[]
  /** Between two rounds. Default 2 000. */
  readonly everyMs?: number
  /** What the nodes' disks are. Default: what a CephCluster names is believed to be there. */
  readonly disksOf?: DisksOf
  /** What the object store says of a BackupStorageLocation's bucket, undefined when it can be listed. Default: every bucket is there. */
  readonly bucketFault?: (location: JsonObject) => string | undefined
}

/** Stops when told; `round()` runs one round at once, for those who do not want to wait. */
export function startStatusControllers(options: StatusControllerOptions): Loop {
  const { api, clock, random, log = silentLog, everyMs = 2_000, only = ['rook', 'velero', 'snapshots'], disksOf = () => undefined, bucketFault = () => undefined } = options
  const now = (): number => clock.now()
  const chance = random.fork('rook')
  const nextRun = rememberedRuns()
  const all = {
    rook: () => rookRound({ api, random: chance, now, disksOf }),
    velero: () => veleroRound({ api, now, bucketFault, nextRun }),
    snapshots: () => snapshotRound({ api, now }),
  } satisfies Record<OperatorName, () => Promise<void>>
  return startLoop({ clock, log, everyMs, steps: Object.fromEntries(only.map((name) => [name, all[name]])) })
}

/** A schedule is asked every round and answers the same until its last backup changes. */
function rememberedRuns(): (expression: string, after: number) => number | undefined {
  const known = new Map<string, { readonly after: number; readonly next: number | undefined }>()
  return (expression, after) => {
    const found = known.get(expression)
    if (found?.after === after) return found.next
    const next = parseCron(expression).next(after)
    known.set(expression, { after, next })
    return next
  }
}
