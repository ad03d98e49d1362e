/** What the story may look at: the cluster through its API as anybody would, and behind it the lab's own truth. */
import { StorageError } from '@stowage/core'
import { startDeadline } from '@stowage/effects'
import type { Clock } from '@stowage/effects'
import type { KubernetesClient, KubernetesObject } from '@stowage/kubernetes'
import type { Lab } from '@stowage/lab'
import type { Narrator } from './narrator.ts'

export interface DemoWorld {
  readonly clock: Clock
  readonly client: KubernetesClient
  readonly lab: Lab
  readonly narrator: Narrator
  /** Objects of a file under `examples/`, in its order. */
  readonly example: (path: string) => Promise<readonly KubernetesObject[]>
}

/** A step of the story that did not come true. */
export class UntrueStep extends Error {
  override readonly name = 'UntrueStep'
}

/**
 * Asks `probe` again and again until it answers something; the answer is what was seen.
 * Throws `UntrueStep` after `timeoutMs` with what was seen last.
 */
export async function eventually<T>(world: DemoWorld, what: string, probe: () => Promise<T | undefined> | T | undefined, timeoutMs = 20_000): Promise<T> {
  const deadline = startDeadline(world.clock, timeoutMs)
  let last = 'nothing'
  try {
    for (;;) {
      try {
        const seen = await probe()
        if (seen !== undefined) return seen
      } catch (error) {
        if (!(error instanceof StorageError)) throw error
        last = error.message
      }
      if (deadline.remaining() === 0) throw new UntrueStep(`${what}: not seen within ${timeoutMs / 1000} s; last: ${last}`)
      await world.clock.sleep(Math.min(50, deadline.remaining()))
    }
  } finally {
    deadline.done()
  }
}

/** Claims that something is so now. */
export function must(condition: boolean, claim: string): void {
  if (!condition) throw new UntrueStep(`not true: ${claim}`)
}

export function present<T>(value: T | undefined, claim: string): T {
  if (value === undefined) throw new UntrueStep(`not true: ${claim}`)
  return value
}
