import type { Clock } from '@stowage/effects'

/** What happened in the world, in order; the demo tells its story from this, tests and invariants look at it. */
export type HistoryKind =
  | 'disk created'
  | 'disk deleted'
  | 'disk resized'
  | 'disk attached'
  | 'attach failed'
  | 'disk detached'
  | 'detach refused'
  | 'vm started'
  | 'vm stopped'
  | 'vm recovered'
  | 'node down'
  | 'node up'

export interface HistoryEvent {
  /** Wall time, milliseconds since the epoch. */
  readonly at: number
  readonly kind: HistoryKind
  readonly node: string
  /** `local-zfs:vm-9999-pvc-…` */
  readonly volid?: string
  readonly vmid?: number
  /** `scsi1` */
  readonly slot?: string
  /** New size, for created and resized disks. */
  readonly bytes?: number
  /** A machine's name, or why something failed. */
  readonly note?: string
}

export class History {
  private readonly clock: Clock
  private readonly listeners = new Set<(event: HistoryEvent) => void>()
  readonly events: HistoryEvent[] = []

  constructor(clock: Clock) {
    this.clock = clock
  }

  add(event: Omit<HistoryEvent, 'at'>): void {
    const stamped: HistoryEvent = Object.freeze({ at: this.clock.now(), ...event })
    this.events.push(stamped)
    for (const listener of this.listeners) listener(stamped)
  }

  /** Calls `listener` at each event, within the change that it tells of. */
  onEvent(listener: (event: HistoryEvent) => void): () => void {
    this.listeners.add(listener)
    return () => void this.listeners.delete(listener)
  }
}
