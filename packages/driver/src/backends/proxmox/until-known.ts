/** Waiting for what must be known. A mutation whose answer was lost is followed up until Proxmox can be read again. */
import { StorageError } from '@stowage/core'
import { ProxmoxError } from '@stowage/proxmox'
import type { ProxmoxCluster } from './cluster.ts'

const firstPauseMs = 500
const longestPauseMs = 10_000
/** A request that was lost on its way may still arrive; after this long without a trace of it, it does not. */
const quietMs = 2_000

/** Why nobody will ever be able to answer, or undefined. */
export type Lost = () => Promise<ProxmoxError | undefined>

const neverLost: Lost = () => Promise.resolve(undefined)

/** Asks again for as long as Proxmox cannot answer. Ends with the process only, or fails with what `lost` says. */
export async function untilKnown<T>(cluster: ProxmoxCluster, what: string, read: () => Promise<T>, lost = neverLost): Promise<T> {
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 2, longestPauseMs)) {
    try {
      return await read()
    } catch (error) {
      if (cluster.stop.aborted || !mayPass(error)) throw error
      const reason = await lost()
      if (reason !== undefined) throw reason
      cluster.log.warn('the outcome of a change is not known yet; asking Proxmox again', { what, error, pauseMs: pause })
      await cluster.clock.sleep(pause * (0.5 + cluster.random.next() / 2), cluster.stop)
    }
  }
}

function mayPass(error: unknown): boolean {
  return error instanceof ProxmoxError ? error.kind === 'unavailable' || error.kind === 'denied' || error.fate === 'unknown' : error instanceof StorageError && error.kind === 'unavailable'
}

/** Waits until no task of ours runs on this VM any more, and long enough that a request on its way has arrived. */
export async function untilQuiet(cluster: ProxmoxCluster, node: string, concerns: (task: { readonly type: string; readonly id: string }) => boolean, lost = neverLost): Promise<void> {
  await cluster.clock.sleep(quietMs, cluster.stop)
  for (;;) {
    const running = await untilKnown(cluster, `tasks on ${node}`, () => cluster.client.activeTasks(node), lost)
    if (!running.some(concerns)) return
    await cluster.clock.sleep(firstPauseMs, cluster.stop)
  }
}

/**
 * Before a process decides about a disk that it has not made: what a process before it had on its way has arrived. Proxmox lets a request wait 10 s for
 * a VM's lock before it becomes a task that can be seen.
 */
export const restartMs = 12_000

export async function settled({ clock, startedAt, stop, born }: ProxmoxCluster, volid: string): Promise<void> {
  const left = startedAt + restartMs - clock.monotonic()
  if (left > 0 && !born.has(volid)) await clock.sleep(left, stop)
}

/** Of a disk that this process made itself nobody else can have anything on its way. Worth knowing only while that matters. */
export function noteBirth({ clock, startedAt, born }: ProxmoxCluster, volid: string): void {
  if (clock.monotonic() - startedAt < restartMs) born.add(volid)
}
