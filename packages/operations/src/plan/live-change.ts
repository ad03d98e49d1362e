import type { Change } from '@stowage/module'
import type { Conflict } from '../apply/conflicts.ts'
import type { Losses } from '../apply/losses.ts'

export interface LiveChange extends Change {
  /** Volumes, claims, pods and backups that stand on it, as the cluster knows them. */
  readonly standing?: Losses
  /** Fields that others own and the plan sets to something else. */
  readonly conflicts?: readonly Conflict[]
  /** The server refuses the change in these words. */
  readonly refused?: string
  /** What an apply needs to be told before it does this: `--allow-destroy ceph.rook.io/CephFilesystem/storage-system/shared`. */
  readonly consent?: string
}
