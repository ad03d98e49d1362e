/** A cluster from its configuration. */
import { setMaxListeners } from 'node:events'
import { ownerVmid, type Log } from '@stowage/core'
import type { Effects } from '@stowage/effects'
import { createProxmoxClient, type ConnectionSource } from '@stowage/proxmox'
import { TurnsByKey } from '../../volume/turns.ts'
import type { ProxmoxCluster } from './cluster.ts'
import { KnownTasks } from './known-tasks.ts'
import { SharedScan } from './scan.ts'

export interface ClusterOptions {
  readonly name: string
  readonly region: string
  readonly source: ConnectionSource
  /** The VMID in the names of disks; default 9999. */
  readonly owner?: number
}

export function openCluster({ name, region, source, owner = ownerVmid }: ClusterOptions, { clock, random, http }: Pick<Effects, 'clock' | 'random' | 'http'>, log: Log, stop: AbortSignal): ProxmoxCluster {
  const own = log.with({ cluster: name })
  // Every operation that waits listens to it; eleven of them are no leak.
  setMaxListeners(0, stop)
  const client = createProxmoxClient({ clock, random, http, log: own, source })
  return {
    name,
    region,
    owner,
    client,
    scan: new SharedScan(client),
    turns: new TurnsByKey(),
    tasks: new KnownTasks(),
    clock,
    random: random.fork(`cluster/${name}`),
    log: own,
    stop,
    startedAt: clock.monotonic(),
    born: new Set(),
    homes: new Map(),
  }
}
