/** One thing that will happen. Ordered by time, then a seeded tie, then the order of scheduling. */
export interface ScheduledEvent {
  /** Integer microseconds since the world's start. */
  readonly at: number
  readonly tie: number
  readonly sequence: number
  /** Undefined once cancelled: it is dropped when its turn comes. */
  run: (() => void) | undefined
}

function before(a: ScheduledEvent, b: ScheduledEvent): boolean {
  if (a.at !== b.at) return a.at < b.at
  if (a.tie !== b.tie) return a.tie < b.tie
  return a.sequence < b.sequence
}

/** A binary heap: the earliest event first. */
export class EventHeap {
  readonly #events: ScheduledEvent[] = []

  get size(): number {
    return this.#events.length
  }

  push(event: ScheduledEvent): void {
    const events = this.#events
    let index = events.length
    events.push(event)
    while (index > 0) {
      const parent = (index - 1) >> 1
      const above = events[parent]
      if (above === undefined || !before(event, above)) break
      events[index] = above
      index = parent
    }
    events[index] = event
  }

  pop(): ScheduledEvent | undefined {
    const events = this.#events
    const first = events[0]
    const last = events.pop()
    if (first === undefined || last === undefined || events.length === 0) return first
    this.#sink(last)
    return first
  }

  #sink(event: ScheduledEvent): void {
    const events = this.#events
    let index = 0
    for (;;) {
      let child = 2 * index + 1
      let below = events[child]
      const right = events[child + 1]
      if (below !== undefined && right !== undefined && before(right, below)) {
        child += 1
        below = right
      }
      if (below === undefined || !before(below, event)) break
      events[index] = below
      index = child
    }
    events[index] = event
  }
}
