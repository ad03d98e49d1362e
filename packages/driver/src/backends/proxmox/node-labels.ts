/** Keeps each node's region and zone as Proxmox has them: the scheduler places volumes by these labels. */
import type { Clock } from '@stowage/effects'
import type { Log } from '@stowage/core'
import type { NodeDirectory } from '../../node-directory.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { findVm } from './find-vm.ts'
import { topologyOf } from './places.ts'

export interface NodeLabels {
  readonly clusters: readonly ProxmoxCluster[]
  readonly nodes: NodeDirectory & { label(nodeId: string, labels: Readonly<Record<string, string>>): Promise<void> }
  readonly clock: Clock
  readonly log: Log
  readonly stop: AbortSignal
}

const longestPauseMs = 30_000
const firstPauseMs = 2_000

/** Looks and labels until the process ends. A node that is no VM of ours keeps what it has. */
export async function keepNodeLabels(keeper: NodeLabels): Promise<void> {
  const { clock, log, stop } = keeper
  let pause = firstPauseMs
  while (!stop.aborted) {
    let labelled = 0
    try {
      labelled = await labelOnce(keeper)
    } catch (error) {
      if (stop.aborted) return
      log.warn('the labels of the nodes could not be compared with Proxmox', { error })
    }
    // A node that has just joined waits for its labels before it can register the driver; where one joins, others do.
    pause = labelled > 0 ? firstPauseMs : Math.min(pause * 2, longestPauseMs)
    await clock.sleep(pause, stop).catch(() => {})
  }
}

/** How many nodes got other labels. */
async function labelOnce({ clusters, nodes, log }: NodeLabels): Promise<number> {
  const all = await nodes.list()
  let labelled = 0
  for (const cluster of clusters) {
    const { vms } = await cluster.scan.fresh('*')
    for (const facts of all) {
      const vm = findVm({ nodeId: facts.name, facts, region: cluster.region }, vms)
      const wanted = vm === undefined ? {} : topologyOf(cluster.region, vm.node)
      const differing = Object.entries(wanted).filter(([key, value]) => facts.labels[key] !== value)
      if (differing.length === 0) continue
      await nodes.label(facts.name, Object.fromEntries(differing))
      labelled += 1
      log.info('a node was labelled with its place at Proxmox', { node: facts.name, vm: vm?.vmid, ...wanted })
    }
  }
  return labelled
}
