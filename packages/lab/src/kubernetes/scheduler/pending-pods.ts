/** The scheduling queue: who is next, who waits out a back-off, and who waits for the cluster to change. */
import type { Cancel, Clock } from '@stowage/effects'

const firstBackoffMs = 1_000
const lastBackoffMs = 10_000
/** Whoever found no node is tried again after this long even if nothing happened. */
const flushMs = 300_000

export class PendingPods {
  readonly #clock: Clock
  readonly #wake: () => void
  readonly #active = new Set<string>()
  readonly #backingOff = new Map<string, Cancel>()
  readonly #unschedulable = new Map<string, { readonly readyAt: number; readonly cancel: Cancel }>()
  readonly #attempts = new Map<string, number>()

  constructor(clock: Clock, wake: () => void) {
    this.#clock = clock
    this.#wake = wake
  }

  add(key: string): void {
    if (this.#backingOff.has(key) || this.#unschedulable.has(key)) return
    this.#active.add(key)
    this.#wake()
  }

  next(): string | undefined {
    for (const key of this.#active) {
      this.#active.delete(key)
      return key
    }
    return undefined
  }

  get isEmpty(): boolean {
    return this.#active.size === 0
  }

  /** It found no node: it waits for a change, and at least its back-off. */
  failed(key: string): void {
    this.#drop(key)
    const attempts = (this.#attempts.get(key) ?? 0) + 1
    this.#attempts.set(key, attempts)
    const readyAt = this.#clock.monotonic() + Math.min(lastBackoffMs, firstBackoffMs * 2 ** Math.min(attempts - 1, 20))
    this.#unschedulable.set(key, { readyAt, cancel: this.#clock.after(flushMs, () => this.retry(key)) })
  }

  /** Something happened that may help this pod. */
  retry(key: string): void {
    const waiting = this.#unschedulable.get(key)
    if (waiting === undefined) return
    waiting.cancel()
    this.#unschedulable.delete(key)
    const activate = (): void => {
      this.#backingOff.delete(key)
      this.add(key)
    }
    const rest = waiting.readyAt - this.#clock.monotonic()
    if (rest <= 0) activate()
    else this.#backingOff.set(key, this.#clock.after(rest, activate))
  }

  retryAll(): void {
    for (const key of [...this.#unschedulable.keys()]) this.retry(key)
  }

  /** It is placed, or gone. */
  forget(key: string): void {
    this.#drop(key)
    this.#active.delete(key)
    this.#attempts.delete(key)
  }

  stop(): void {
    for (const key of [...this.#unschedulable.keys(), ...this.#backingOff.keys()]) this.forget(key)
    this.#active.clear()
  }

  #drop(key: string): void {
    this.#unschedulable.get(key)?.cancel()
    this.#unschedulable.delete(key)
    this.#backingOff.get(key)?.()
    this.#backingOff.delete(key)
  }
}
