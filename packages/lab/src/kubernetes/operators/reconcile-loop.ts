/** Level-triggered: everything is looked at anew every so often, one round after the other. */
import type { Log } from '@stowage/core'
import type { Clock } from '@stowage/effects'

export interface LoopOptions {
  readonly clock: Clock
  readonly log: Log
  readonly everyMs: number
  /** By name, for the log; in this order. One that throws is tried again in the next round. */
  readonly steps: Readonly<Record<string, () => Promise<void>>>
}

export interface Loop {
  /** One round now, beside the others. */
  round(): Promise<void>
  stop(): void
}

export function startLoop({ clock, log, everyMs, steps }: LoopOptions): Loop {
  const stopped = new AbortController()
  const round = async (): Promise<void> => {
    for (const [name, step] of Object.entries(steps)) {
      if (stopped.signal.aborted) return
      try {
        await step()
      } catch (error) {
        log.warn('an operator could not finish its round', { operator: name, error: error instanceof Error ? error.message : String(error) })
      }
    }
  }
  const run = async (): Promise<void> => {
    while (!stopped.signal.aborted) {
      await round()
      await clock.sleep(everyMs, stopped.signal)
    }
  }
  run().catch((error: unknown) => {
    if (!stopped.signal.aborted) throw error
  })
  return { round, stop: () => stopped.abort(new Error('the operators are stopped')) }
}
