/** One Proxmox cluster as this driver uses it. */
import type { Log } from '@stowage/core'
import type { Clock, Random } from '@stowage/effects'
import type { ProxmoxClient } from '@stowage/proxmox'
import type { TurnsByKey } from '../../volume/turns.ts'
import type { KnownTasks } from './known-tasks.ts'
import type { SharedScan } from './scan.ts'

export interface ProxmoxCluster {
  readonly name: string
  /** The first part of a volume id, and the value of `topology.kubernetes.io/region`. */
  readonly region: string
  /** The VMID in the names of our disks; 9999 unless the cluster's configuration says otherwise. */
  readonly owner: number
  readonly client: ProxmoxClient
  readonly scan: SharedScan
  /** Config writes of one VM, one after the other: Proxmox's own lock gives up after 10 s. */
  readonly turns: TurnsByKey
  readonly tasks: KnownTasks
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
  /** The process ends: nothing is awaited any more. */
  readonly stop: AbortSignal
  /** `clock.monotonic()` when this process began to look at the cluster. */
  readonly startedAt: number
  /** Volids of disks that this process made in its first moments: see `settled`. */
  readonly born: Set<string>
  /** By the name of a disk, the node on which this process has tried to make it. */
  readonly homes: Map<string, string>
}
