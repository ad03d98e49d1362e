/** What each controller is given, and what it gives back. */
import type { Log } from '@stowage/core'
import type { Clock, Random } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import type { Caches } from './caches.ts'
import { WorkQueue } from './work-queue.ts'

export interface ControllerParts {
  readonly api: Api
  readonly caches: Caches
  readonly clock: Clock
  readonly random: Random
  readonly log: Log
}

export interface Controller {
  stop(): void
}

export type StartController = (parts: ControllerParts) => Controller

export function queueOf(parts: ControllerParts, name: string, work: (key: string) => void | Promise<void>): WorkQueue {
  return new WorkQueue({ clock: parts.clock, log: parts.log, name, work })
}

/** Calls `run` every `ms` until stopped. */
export function every(parts: Pick<ControllerParts, 'clock'>, ms: number, run: () => void): Controller {
  let cancel = (): void => {}
  const next = (): void => {
    cancel = parts.clock.after(ms, () => {
      run()
      next()
    })
  }
  next()
  return { stop: () => cancel() }
}
