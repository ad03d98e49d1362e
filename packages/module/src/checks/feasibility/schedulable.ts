/** On how many nodes Rook may place a daemon that is not bound to disks: all schedulable ones that placement allows, not storage.nodes. */
import { valueAt } from '../../spec/value-at.ts'
import { values } from './device-classes.ts'
import type { FactBook } from './fact-book.ts'
import { toleratesTaints } from './hosts.ts'
import type { CephModel } from './model.ts'

export interface SchedulableNodes {
  readonly min: number
  readonly max: number
  readonly deciding: readonly string[]
  /** Nodes that certainly are, as far as they are known by name. */
  readonly names: readonly string[]
  /** The facts of the declaration or the cluster do not say how many nodes there are. */
  readonly uncounted: boolean
  /** Placement chooses nodes by labels, which are not among the facts. */
  readonly restricted: boolean
}

/** `placements` are those that hold for the daemon, e.g. that of `all` and of `mon`. */
export function schedulableNodes(model: CephModel, daemon: string, placements: readonly unknown[], book: FactBook): SchedulableNodes {
  const lists = values(book.said('cluster', 'nodes')).map((names) => String(names).split(','))
  const [all] = lists.length === 1 ? lists : []
  const names = [...new Set([...(all ?? model.hosts.map(({ name }) => name)), ...(all === undefined ? book.nodes : [])])]
  const tolerant = toleratesTaints(model, daemon) || placements.some((placement) => valueAt(placement, ['tolerations']) !== undefined)
  const state = (name: string): 'yes' | 'no' | 'open' => {
    const said = values(book.said(`node/${name}`, 'schedulable'))
    if (said.length > 1 || (tolerant && said.includes(false))) return 'open'
    if (said.length === 1) return said[0] === true ? 'yes' : 'no'
    // Where the declaration puts disks, it says that pods may run.
    return model.hosts.some((host) => host.name === name) ? 'yes' : 'open'
  }
  const certain = names.filter((name) => state(name) === 'yes')
  const open = names.filter((name) => state(name) === 'open')
  const counted = values(book.said('cluster', 'schedulableNodes')).map(Number)
  const uncounted = all === undefined && counted.length === 0
  const restricted = placements.some((placement) => valueAt(placement, ['nodeAffinity', 'requiredDuringSchedulingIgnoredDuringExecution']) !== undefined)
  const low = Math.max(certain.length, counted.length === 0 ? 0 : Math.min(...counted))
  const high = counted.length > 0 && !tolerant ? Math.max(low, ...counted) : all === undefined ? Number.POSITIVE_INFINITY : names.length - names.filter((name) => state(name) === 'no').length
  const deciding = uncounted ? ['cluster schedulableNodes'] : counted.length > 0 && !tolerant ? [] : open.map((name) => `node/${name} schedulable`)
  return { min: restricted ? 0 : Math.min(low, high), max: high, deciding, names: certain, uncounted, restricted }
}
