import type { Cancel, Clock } from '../clock.ts'
import { sleepBy } from '../sleep-by.ts'
import { whileAlive } from './life.ts'
import type { Life } from './life.ts'
import type { Scheduler } from './scheduler.ts'

/** Virtual time as one process sees it. Timers of a dead process never fire. */
export class VirtualClock implements Clock {
  readonly #scheduler: Scheduler
  readonly #startMs: number
  readonly #life: Life

  constructor(scheduler: Scheduler, startMs: number, life: Life) {
    this.#scheduler = scheduler
    this.#startMs = startMs
    this.#life = life
  }

  now(): number {
    return this.#startMs + this.#scheduler.now / 1000
  }

  monotonic(): number {
    return this.#scheduler.now / 1000
  }

  after(ms: number, callback: () => void): Cancel {
    return this.#scheduler.schedule(ms * 1000, () => {
      if (this.#life.alive) callback()
    })
  }

  sleep(ms: number, signal?: AbortSignal): Promise<void> {
    return whileAlive(this.#life, sleepBy((wait, callback) => this.after(wait, callback), ms, signal))
  }
}
