/**
 * client-go's rate-limited work queue: a key that is added while it is worked on is worked on again, never twice at once.
 * Each key is an event of its own of the clock.
 */
import type { Log } from '@stowage/core'
import type { Cancel, Clock } from '@stowage/effects'
import { ApiStatusError } from '../api/api.ts'

export interface WorkQueueOptions {
  readonly clock: Clock
  readonly log: Log
  /** For logs. */
  readonly name: string
  /** Throws, or rejects, to be called again after a back-off. */
  readonly work: (key: string) => void | Promise<void>
  /** Keys worked on at once. Default 10. */
  readonly workers?: number
  /** Default 5 ms, as client-go's default controller rate limiter. */
  readonly firstRetryMs?: number
  /** Default 1000 s. */
  readonly lastRetryMs?: number
}

export class WorkQueue {
  readonly #options: WorkQueueOptions
  readonly #waiting = new Set<string>()
  readonly #active = new Set<string>()
  readonly #again = new Set<string>()
  readonly #failures = new Map<string, number>()
  readonly #timers = new Map<string, { readonly at: number; readonly cancel: Cancel }>()
  #pumping = false
  #stopped = false

  constructor(options: WorkQueueOptions) {
    this.#options = options
  }

  add(key: string): void {
    if (this.#stopped) return
    if (this.#active.has(key)) this.#again.add(key)
    else this.#waiting.add(key)
    this.#pump()
  }

  /** The earliest of several wins, as in client-go's delaying queue. */
  addAfter(key: string, ms: number): void {
    if (this.#stopped) return
    const at = this.#options.clock.monotonic() + ms
    const existing = this.#timers.get(key)
    if (existing !== undefined && existing.at <= at) return
    existing?.cancel()
    const cancel = this.#options.clock.after(ms, () => {
      this.#timers.delete(key)
      this.add(key)
    })
    this.#timers.set(key, { at, cancel })
  }

  /** Adds the key after its back-off, and doubles that. */
  retry(key: string): void {
    const failures = this.#failures.get(key) ?? 0
    this.#failures.set(key, failures + 1)
    const { firstRetryMs = 5, lastRetryMs = 1_000_000 } = this.#options
    this.addAfter(key, Math.min(lastRetryMs, firstRetryMs * 2 ** Math.min(failures, 40)))
  }

  /** The next failure starts from the first back-off again. */
  forget(key: string): void {
    this.#failures.delete(key)
  }

  failures(key: string): number {
    return this.#failures.get(key) ?? 0
  }

  stop(): void {
    this.#stopped = true
    for (const { cancel } of this.#timers.values()) cancel()
    this.#timers.clear()
    this.#waiting.clear()
  }

  #pump(): void {
    if (this.#pumping || this.#stopped) return
    this.#pumping = true
    this.#options.clock.after(0, () => {
      this.#pumping = false
      this.#next()
    })
  }

  #next(): void {
    if (this.#stopped || this.#active.size >= (this.#options.workers ?? 10)) return
    for (const key of this.#waiting) {
      this.#waiting.delete(key)
      this.#active.add(key)
      void this.#run(key)
      break
    }
    if (this.#waiting.size > 0) this.#pump()
  }

  async #run(key: string): Promise<void> {
    try {
      await this.#options.work(key)
      this.forget(key)
    } catch (error) {
      this.#logFailure(key, error)
      this.retry(key)
    }
    this.#active.delete(key)
    if (this.#again.delete(key) && !this.#stopped) this.#waiting.add(key)
    if (this.#waiting.size > 0) this.#pump()
  }

  #logFailure(key: string, error: unknown): void {
    if (error instanceof ApiStatusError && error.reason === 'Conflict') return
    const message = error instanceof Error ? error.message : String(error)
    const stack = error instanceof TypeError || error instanceof RangeError ? { stack: error.stack } : {}
    this.#options.log.warn('work will be tried again', { queue: this.#options.name, key, error: message, ...stack })
  }
}
