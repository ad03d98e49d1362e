import type { Cancel } from '../clock.ts'
import type { Random } from '../random.ts'
import type { Scheduler } from './scheduler.ts'
import type { Trace } from './trace.ts'

/** Microseconds, uniform between the two. */
export interface Latency {
  readonly min: number
  readonly max: number
}

/** How long one hop takes. The values are of the order of a home network and a local disk. */
export interface Latencies {
  readonly http: Latency
  readonly rpc: Latency
  readonly file: Latency
  readonly program: Latency
}

export const usualLatencies: Latencies = {
  http: { min: 200, max: 3_000 },
  rpc: { min: 50, max: 500 },
  file: { min: 10, max: 200 },
  program: { min: 1_000, max: 20_000 },
}

/** The way between processes: what every virtual effect is made of. */
export class Hops {
  readonly scheduler: Scheduler
  readonly trace: Trace
  readonly latencies: Latencies
  readonly #random: Random
  readonly #pending = new Map<object, () => string>()

  constructor(scheduler: Scheduler, trace: Trace, latencies: Latencies, random: Random) {
    this.scheduler = scheduler
    this.trace = trace
    this.latencies = latencies
    this.#random = random
  }

  /** One event from now, after a seeded latency. */
  hop(kind: keyof Latencies, run: () => void): Cancel {
    const { min, max } = this.latencies[kind]
    return this.scheduler.schedule(min + this.#random.integer(max - min + 1), run)
  }

  record(process: string, kind: string, summary: string): void {
    this.trace.add({ atMicros: this.scheduler.now, process, kind, summary })
  }

  /** Names a call as in flight until the returned function is called, for the message of a run that cannot go on. */
  inFlight(describe: () => string): () => void {
    const key = {}
    this.#pending.set(key, describe)
    return () => this.#pending.delete(key)
  }

  pending(): string[] {
    return [...this.#pending.values()].map((describe) => describe())
  }
}
