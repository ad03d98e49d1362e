import type { Effects } from '../effects.ts'
import type { HttpHandler } from '../http.ts'
import { guardAmbient } from './ambient-guard.ts'
import { VirtualClock } from './clock.ts'
import type { Faults } from './faults.ts'
import { Hops, usualLatencies } from './hops.ts'
import type { Latencies } from './hops.ts'
import { VirtualHttp } from './http.ts'
import type { Route } from './http.ts'
import { Life, silencedAtDeath } from './life.ts'
import { MemoryFiles } from './memory-files.ts'
import { VirtualPrograms } from './programs.ts'
import type { VirtualProgram } from './programs.ts'
import { VirtualRpc } from './rpc.ts'
import type { Sockets } from './rpc.ts'
import { Scheduler } from './scheduler.ts'
import { SeededRandom } from './seeded-random.ts'
import { timedFiles } from './timed-files.ts'
import { Trace } from './trace.ts'

export interface VirtualWorldOptions {
  readonly seed: number | string
  /** Wall time at the start, milliseconds since the epoch; default 2026-01-01T00:00:00Z. */
  readonly startMs?: number
  readonly latencies?: Partial<Latencies>
  /** How many of the last trace records are kept as text; default 10,000. The digest covers all. */
  readonly keepTrace?: number
}

export interface RunOptions {
  /** The run fails when virtual time passes this many milliseconds since the world's start; default 7 days. */
  readonly untilMs?: number
  /** The run fails after this many events; default 1,000,000,000. */
  readonly maxEvents?: number
  /** Makes the ambient clock, timers and chance throw while the world runs; default false. */
  readonly guard?: boolean
}

export interface ProcessOptions {
  /** Processes of one machine see each other's unix sockets and, unless overridden, one tree of files; default `''`. */
  readonly machine?: string
  /** Programs that the process can run, by name; any other is `missing`. */
  readonly programs?: Readonly<Record<string, VirtualProgram>>
}

export interface VirtualProcess {
  readonly name: string
  readonly effects: Effects
  readonly alive: boolean
  /** Its timers never fire, its promises never settle, its sockets and routes are gone, calls to it break. */
  kill(): void
}

/** A world in virtual time: one seeded scheduler under all its processes. The same seed and the same code give the same trace. */
export class VirtualWorld {
  readonly seed: string
  /** Set its members to make calls fail. */
  readonly faults: Faults = {}
  readonly trace: Trace
  readonly #startMs: number
  readonly #random: SeededRandom
  readonly #scheduler: Scheduler
  readonly #hops: Hops
  readonly #routes = new Map<string, Route>()
  readonly #sockets: Sockets = new Map()
  readonly #files = new Map<string, MemoryFiles>()
  readonly #lives = new WeakMap<object, Life>()

  constructor(options: VirtualWorldOptions) {
    this.seed = String(options.seed)
    this.#startMs = options.startMs ?? Date.UTC(2026, 0, 1)
    this.#random = new SeededRandom(this.seed)
    this.trace = new Trace(options.keepTrace ?? 10_000)
    this.#scheduler = new Scheduler(new SeededRandom(`${this.seed}/ties`))
    this.#hops = new Hops(this.#scheduler, this.trace, { ...usualLatencies, ...options.latencies }, new SeededRandom(`${this.seed}/latency`))
  }

  /** Virtual wall time, milliseconds since the epoch. */
  now(): number {
    return this.#startMs + this.#scheduler.now / 1000
  }

  /** Virtual milliseconds since the world's start. */
  elapsed(): number {
    return this.#scheduler.now / 1000
  }

  /** Events run so far. */
  get events(): number {
    return this.#scheduler.count
  }

  /** Chance for the scenario itself. */
  random(name: string): SeededRandom {
    return new SeededRandom(`${this.seed}/scenario/${name}`)
  }

  /**
   * Runs the world until `main` settles. What other processes have scheduled stays for the next run.
   * Fails with `QuiescentError` when nothing is left to happen and main is pending, with `RunLimitError` past a limit.
   */
  async run<T>(main: () => Promise<T>, options: RunOptions = {}): Promise<T> {
    const restore = options.guard === true ? guardAmbient() : () => {}
    try {
      return await this.#scheduler.drive(main, {
        untilMs: options.untilMs ?? 7 * 24 * 3_600_000,
        maxEvents: options.maxEvents ?? 1_000_000_000,
        pending: () => this.#hops.pending(),
        onEvent: ({ at, tie }) => {
          this.trace.mix(at)
          this.trace.mix(tie)
        },
      })
    } finally {
      restore()
    }
  }

  /** A new process. `overrides` replace single effects (a machine of the lab brings its own files and programs) and fall silent with it. */
  process(name: string, overrides: Partial<Effects> = {}, options: ProcessOptions = {}): VirtualProcess {
    const life = new Life(name, options.machine ?? '')
    const effects = { ...this.#effects(life, options), ...this.#silenced(life, overrides) }
    const process: VirtualProcess = {
      name,
      effects,
      get alive() {
        return life.alive
      },
      kill: () => {
        if (!life.alive) return
        this.#hops.record(name, 'killed', '')
        life.end()
      },
    }
    this.#lives.set(process, life)
    return process
  }

  /** Answers requests to an origin, `https://10.0.0.1:6443`. With a process, the route goes away when it is killed. Returns how to remove it. */
  route(origin: string, handler: HttpHandler, process?: VirtualProcess): () => void {
    const key = new URL(origin).origin
    const route: Route = { handler, life: process === undefined ? undefined : this.#lives.get(process) }
    this.#routes.set(key, route)
    return () => {
      if (this.#routes.get(key) === route) this.#routes.delete(key)
    }
  }

  /** Adds a line to the trace, for what the scenario itself does or sees. */
  note(kind: string, summary: string, process = 'world'): void {
    this.#hops.record(process, kind, summary)
  }

  #effects(life: Life, options: ProcessOptions): Effects {
    return {
      clock: new VirtualClock(this.#scheduler, this.#startMs, life),
      random: this.#random.fork(`process/${life.name}`),
      http: new VirtualHttp(this.#hops, this.#routes, this.faults, life),
      programs: new VirtualPrograms(this.#hops, life, new Map(Object.entries(options.programs ?? {}))),
      files: timedFiles(this.#hops, life, this.#filesOf(life.machine)),
      rpc: new VirtualRpc(this.#hops, this.#sockets, this.faults, life),
    }
  }

  #filesOf(machine: string): MemoryFiles {
    const files = this.#files.get(machine) ?? new MemoryFiles(() => this.now())
    this.#files.set(machine, files)
    return files
  }

  #silenced(life: Life, overrides: Partial<Effects>): Partial<Effects> {
    const { clock, random, http, programs, files, rpc } = overrides
    return {
      ...(clock && { clock: silencedAtDeath(life, clock) }),
      ...(random && { random }),
      ...(http && { http: silencedAtDeath(life, http) }),
      ...(programs && { programs: silencedAtDeath(life, programs) }),
      ...(files && { files: silencedAtDeath(life, files) }),
      ...(rpc && { rpc: silencedAtDeath(life, rpc) }),
    }
  }
}
