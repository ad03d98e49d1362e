/** What the client gives out. */
import type { Size } from '@stowage/core'

export interface ProxmoxNode {
  readonly node: string
  readonly status: 'unknown' | 'online' | 'offline'
}

export interface VmLocation {
  readonly vmid: number
  readonly node: string
  readonly name?: string
  /** `running`, `stopped`, `unknown` when its node does not report. */
  readonly status?: string
  readonly template: boolean
}

export interface StorageStatus {
  readonly storage: string
  readonly type: string
  /** `images`, `rootdir`, … */
  readonly content: readonly string[]
  readonly active: boolean
  readonly enabled: boolean
  readonly shared: boolean
  /** undefined when Proxmox does not say: unknown is never zero. */
  readonly available?: Size
  readonly total?: Size
  readonly used?: Size
}

export interface StoredVolume {
  readonly volid: string
  readonly size: Size
  readonly format: string
}

export interface VmConfig {
  /** SHA-1 of the config file, pending section included; every write carries it. */
  readonly digest: string
  readonly values: Readonly<Record<string, string>>
}

export interface PendingEntry {
  readonly key: string
  /** What runs. */
  readonly value?: string
  /** What will run after a restart. */
  readonly pending?: string
  /** A deletion that has not taken effect. */
  readonly deleting: boolean
}

export interface TaskStatus {
  readonly running: boolean
  readonly exitStatus?: string
}

export interface ActiveTask {
  readonly upid: string
  readonly type: string
  readonly id: string
}

/** One write of a VM's config. `digest` is not optional. */
export interface ConfigChange {
  readonly digest: string
  readonly set?: Readonly<Record<string, string>>
  readonly remove?: readonly string[]
  /** Pending changes to take back. */
  readonly revert?: readonly string[]
}
