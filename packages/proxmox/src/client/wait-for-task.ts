/** Awaits a task's end. Its exitstatus is the only place where it says whether it did what was asked. */
import type { Clock } from '@stowage/effects'
import { ProxmoxError, taskFailure } from '../proxmox-error.ts'
import { parseUpid } from '../words/upid.ts'
import type { ProxmoxClient } from './client.ts'

export interface TaskEnd {
  /** `n` of `WARNINGS: n`; 0 for `OK`. A task with warnings did what was asked. */
  readonly warnings: number
}

export interface WaitForTask {
  readonly clock: Clock
  readonly client: Pick<ProxmoxClient, 'taskStatus'>
  readonly upid: string
  /** For the error: `attach disk x to VM 101`. */
  readonly what: string
  /** Ends the waiting, not the task. */
  readonly signal?: AbortSignal
  /** Asked while nobody can say how the task is: why its end need not be awaited any more. */
  readonly lost?: () => Promise<ProxmoxError | undefined>
}

const firstPauseMs = 100
const longestPauseMs = 2_000

/**
 * Resolves for `OK` and `WARNINGS: n`; rejects with the task's own words otherwise. While Proxmox does not answer it keeps asking: the
 * fate of a running mutation must be known. Only the signal ends that, or `lost`.
 */
export async function waitForTask({ clock, client, upid, what, signal, lost }: WaitForTask): Promise<TaskEnd> {
  const node = parseUpid(upid)?.node
  if (node === undefined) throw new ProxmoxError('internal', `${what}: Proxmox answered ${JSON.stringify(upid)} where a task's id was expected`, { fate: 'unknown', repeat: 'later' })
  for (let pause = firstPauseMs; ; pause = Math.min(pause * 1.5, longestPauseMs)) {
    signal?.throwIfAborted()
    const status = await statusOf(client, node, upid)
    if (status !== undefined && !status.running) return taskEnd(what, upid, status.exitStatus ?? 'the task ended without an exit status')
    const reason = status === undefined ? await lost?.() : undefined
    if (reason !== undefined) throw reason
    await clock.sleep(pause, signal)
  }
}

/** undefined while nobody can say. */
async function statusOf(client: WaitForTask['client'], node: string, upid: string) {
  try {
    return await client.taskStatus(node, upid)
  } catch (error) {
    if (error instanceof ProxmoxError && (error.kind === 'unavailable' || error.kind === 'denied')) return undefined
    throw error instanceof ProxmoxError ? new ProxmoxError(error.kind, error.message, { fate: 'unknown', repeat: 'later', words: error.words, cause: error }) : error
  }
}

export function taskEnd(what: string, upid: string, exitStatus: string): TaskEnd {
  if (exitStatus === 'OK') return { warnings: 0 }
  const warnings = /^WARNINGS: (\d+)$/.exec(exitStatus)?.[1]
  if (warnings !== undefined) return { warnings: Number(warnings) }
  throw taskFailure(what, upid, exitStatus)
}
