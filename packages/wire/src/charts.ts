/**
 * The charts that Stowage pins, and the keys that the values of each may have: those of its values.yaml, commented-out ones
 * included, and of its schema. Made by scripts/chart-values.mjs, held by hash.
 */
import cephCsiDrivers from './data/charts/ceph-csi-drivers.json' with { type: 'json' }
import csiDriverNfs from './data/charts/csi-driver-nfs.json' with { type: 'json' }
import index from './data/charts/index.json' with { type: 'json' }
import proxmoxCsiPlugin from './data/charts/proxmox-csi-plugin.json' with { type: 'json' }
import rookCeph from './data/charts/rook-ceph.json' with { type: 'json' }
import rookCephCluster from './data/charts/rook-ceph-cluster.json' with { type: 'json' }
import velero from './data/charts/velero.json' with { type: 'json' }

export interface ChartSource {
  /** Repository of the chart: `https://…` of an index, or `oci://…` of the chart itself. */
  readonly source: string
  /** The pinned version. */
  readonly version: string
  /** Of the file in `data/charts`. */
  readonly sha256: string
}

export const chartSources = index satisfies Readonly<Record<string, ChartSource>>

export type PinnedChart = keyof typeof chartSources

/** What may stand in values: a map of the keys that are known, `*` anything, `.` a plain value; `[]` holds the items of a list. */
export type ValueKeys = '*' | '.' | { readonly [key: string]: ValueKeys }

/** Of each chart, at its pinned version. */
export const chartKeys: Readonly<Record<PinnedChart, ValueKeys>> = {
  'rook-ceph': keysOf(rookCeph),
  'ceph-csi-drivers': keysOf(cephCsiDrivers),
  'rook-ceph-cluster': keysOf(rookCephCluster),
  velero: keysOf(velero),
  'csi-driver-nfs': keysOf(csiDriverNfs),
  'proxmox-csi-plugin': keysOf(proxmoxCsiPlugin),
}

export function isPinnedChart(chart: string): chart is PinnedChart {
  return Object.hasOwn(chartSources, chart)
}

/** Data of ours is held by hash, so its shape is known; anything else throws. */
function keysOf(data: unknown): ValueKeys {
  if (isKeys(data)) return data
  throw new TypeError('a file of charts holds something that is no tree of keys')
}

function isKeys(data: unknown): data is ValueKeys {
  if (data === '*' || data === '.') return true
  return typeof data === 'object' && data !== null && Object.values(data).every(isKeys)
}
