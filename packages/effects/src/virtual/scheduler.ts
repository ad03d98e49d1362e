import type { Cancel } from '../clock.ts'
import type { SeededRandom } from './seeded-random.ts'
import type { ScheduledEvent } from './event-heap.ts'
import { EventHeap } from './event-heap.ts'

/** Rounds of microtasks and ticks an empty queue is given before it counts as quiescent: chains of nextTick and await need a few. */
const graceRounds = 32

export interface RunLimits {
  /** The run fails when virtual time, in milliseconds since the world's start, passes this. */
  readonly untilMs: number
  /** The run fails after this many events: a program that spins in virtual time would never return. */
  readonly maxEvents: number
  /** What is in flight, for the message of a run that cannot go on. */
  readonly pending: () => readonly string[]
  /** Seen for each event, for the trace. */
  readonly onEvent: (event: ScheduledEvent) => void
}

/** The run cannot go on: nothing is scheduled, and main is not done. Something waits for what is not in the world. */
export class QuiescentError extends Error {
  override readonly name = 'QuiescentError'
}

/** The run went past its limit of virtual time or events. */
export class RunLimitError extends Error {
  override readonly name = 'RunLimitError'
}

export class Scheduler {
  readonly #heap = new EventHeap()
  readonly #ties: SeededRandom
  #sequence = 0
  #cancelled = 0
  #running = false
  #runs = 0
  /** Microseconds since the world's start. */
  now = 0
  /** Events run so far. */
  count = 0

  constructor(ties: SeededRandom) {
    this.#ties = ties
  }

  /** Runs once, `micros` from now (at least one microsecond, so that every hop is an event of its own); never, for Infinity. */
  schedule(micros: number, run: () => void): Cancel {
    if (micros === Number.POSITIVE_INFINITY) return () => {}
    const at = this.now + Math.max(1, Math.round(micros))
    const event: ScheduledEvent = { at, tie: this.#ties.word(), sequence: this.#sequence++, run }
    this.#heap.push(event)
    return () => {
      if (event.run === undefined) return
      event.run = undefined
      this.#cancelled += 1
    }
  }

  /** Events that are scheduled and not cancelled. */
  get waiting(): number {
    return this.#heap.size - this.#cancelled
  }

  async drive<T>(main: () => Promise<T>, limits: RunLimits): Promise<T> {
    if (this.#running) throw new Error('the world is already running: a run cannot start inside another')
    this.#running = true
    const last = this.count + limits.maxEvents
    try {
      return await new Promise<T>((resolve, reject) => {
        const end = (finish: () => void): void => {
          this.#running = false
          finish()
        }
        main().then((value) => end(() => resolve(value)), (error: unknown) => end(() => reject(error as Error)))
        this.#loop(limits, last, (error) => end(() => reject(error)))
      })
    } finally {
      this.#running = false
    }
  }

  /** One event, then all microtasks and ticks it caused, then the next. Whatever waits for a real turn of the loop is left behind. */
  #loop(limits: RunLimits, last: number, fail: (error: Error) => void): void {
    let idle = 0
    // The last step of a run that has ended must not join the loop of the next one.
    const run = ++this.#runs
    const later = (): void => queueMicrotask(() => process.nextTick(step))
    const step = (): void => {
      if (!this.#running || run !== this.#runs) return
      const event = this.#next()
      if (event === undefined) {
        idle += 1
        return idle > graceRounds ? fail(this.#quiescent(limits)) : later()
      }
      idle = 0
      if (event.at > limits.untilMs * 1000) return fail(new RunLimitError(`the world passed ${limits.untilMs} ms and main is still pending${listed(limits.pending())}`))
      if (this.count >= last) return fail(new RunLimitError(`the world ran ${limits.maxEvents} events, to ${this.now / 1000} ms, and main is still pending${listed(limits.pending())}`))
      this.#perform(event, limits, fail)
      later()
    }
    later()
  }

  #perform(event: ScheduledEvent, limits: RunLimits, fail: (error: Error) => void): void {
    this.now = event.at
    this.count += 1
    limits.onEvent(event)
    const run = event.run
    event.run = undefined
    try {
      run?.()
    } catch (error) {
      fail(error instanceof Error ? error : new Error(String(error)))
    }
  }

  #next(): ScheduledEvent | undefined {
    for (;;) {
      const event = this.#heap.pop()
      if (event === undefined || event.run !== undefined) return event
      this.#cancelled -= 1
    }
  }

  #quiescent(limits: RunLimits): QuiescentError {
    return new QuiescentError(`quiescent: something waits for the outside, at ${this.now / 1000} ms after ${this.count} events${listed(limits.pending())}`)
  }
}

function listed(pending: readonly string[]): string {
  if (pending.length === 0) return '; no call of the world is in flight, so main waits for a promise that nothing in the world will settle'
  const shown = pending.slice(0, 10)
  return `; in flight: ${shown.join('; ')}${pending.length > shown.length ? `; and ${pending.length - shown.length} more` : ''}`
}
