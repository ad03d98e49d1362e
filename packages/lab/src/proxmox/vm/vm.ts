import { createHash } from 'node:crypto'
import type { Clock } from '@stowage/effects'
import type { GuestHardware } from '../../machines/disk.ts'
import { FileLock } from '../file-lock.ts'
import type { Volume } from '../storage/storage.ts'

/** What QEMU really holds in a slot, whatever any config says. */
export interface Plugged {
  readonly volume: Volume
  readonly readOnly: boolean
}

/** Turns the machine on and off. Without it a stopped VM only loses its devices. */
export interface GuestPower {
  start(): Promise<void>
  /** Resolves when it is off. */
  stop(): Promise<void>
}

/** A config file, its pending section, and the QEMU process if there is one. */
export class Vm {
  readonly vmid: number
  node: string
  running = false
  /** Seconds, monotonic. */
  startedAt = 0
  readonly config = new Map<string, string>()
  readonly pending = new Map<string, string>()
  /** Pending deletes; the value says whether by force. */
  readonly deletes = new Map<string, boolean>()
  readonly plugged = new Map<string, Plugged>()
  readonly fileLock: FileLock
  hardware: GuestHardware
  power: GuestPower | undefined

  constructor(vmid: number, node: string, clock: Clock) {
    this.vmid = vmid
    this.node = node
    this.hardware = willingGuest
    this.fileLock = new FileLock(clock, 10_000, `can't lock file '/var/lock/qemu-server/lock-${vmid}.conf' - got timeout`)
  }

  get name(): string {
    return this.config.get('name') ?? `VM ${this.vmid}`
  }

  /** sha1 of the config file, pending section included. */
  get digest(): string {
    const lines = (entries: ReadonlyMap<string, string>): string[] => [...entries.keys()].sort().map((key) => `${key}: ${entries.get(key)}`)
    const removals = [...this.deletes].map(([key, force]) => (force ? `!${key}` : key)).sort()
    const pending = [...(removals.length > 0 ? [`delete: ${removals.join(',')}`] : []), ...lines(this.pending)]
    const text = [...lines(this.config), ...(pending.length > 0 ? ['[PENDING]', ...pending] : [])].join('\n')
    return createHash('sha1').update(`${text}\n`).digest('hex')
  }
}

/** A guest that takes and releases everything: a VM that nobody has given a machine. */
const willingGuest: GuestHardware = Object.freeze({
  running: true,
  plug: async () => {},
  unplug: async () => 'released' as const,
  resized: () => {},
})
