/** Repeats what is safe to repeat, with jittered back-off. */
import type { Clock, Random } from '@stowage/effects'
import { ProxmoxError } from '../proxmox-error.ts'

export interface Backoff {
  readonly firstMs: number
  readonly longestMs: number
  /** No attempt begins later than this after the first one began. */
  readonly budgetMs: number
}

export const readBackoff: Backoff = { firstMs: 200, longestMs: 2_000, budgetMs: 6_000 }
export const lockBackoff: Backoff = { firstMs: 500, longestMs: 5_000, budgetMs: 60_000 }

/** The pause before attempt `attempt` (1 is the first repetition): between half and the whole of a doubling step. */
export function pauseMs(random: Random, { firstMs, longestMs }: Backoff, attempt: number): number {
  const step = Math.min(longestMs, firstMs * 2 ** (attempt - 1))
  return step / 2 + (step / 2) * random.next()
}

/**
 * A read may always be repeated. A mutation only when Proxmox said that a lock was held (nothing was done), or when
 * nothing reached it.
 */
export function mayRepeat(error: unknown, reading: boolean): boolean {
  if (!(error instanceof ProxmoxError)) return false
  if (error.repeat === 'soon') return true
  if (error.fate === 'unsent') return true
  return reading && (error.fate === 'unknown' || error.meaning === 'node-unreachable')
}

export interface RetryEnvironment {
  readonly clock: Clock
  readonly random: Random
}

export async function withRetry<T>({ clock, random }: RetryEnvironment, reading: boolean, attempt: () => Promise<T>, signal?: AbortSignal): Promise<T> {
  const startedAt = clock.monotonic()
  for (let repetition = 1; ; repetition++) {
    try {
      return await attempt()
    } catch (error) {
      if (!mayRepeat(error, reading)) throw error
      const backoff = error instanceof ProxmoxError && error.repeat === 'soon' ? lockBackoff : readBackoff
      const pause = pauseMs(random, backoff, repetition)
      if (clock.monotonic() - startedAt + pause > backoff.budgetMs) throw error
      await clock.sleep(pause, signal)
    }
  }
}
