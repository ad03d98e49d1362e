import type { Rights } from '../access/check.ts'
import type { Cluster } from '../cluster.ts'
import type { CallFault } from '../faults.ts'
import { died } from '../schema/failure.ts'
import type { Parameters } from '../schema/verify.ts'
import type { Task, Worker } from '../tasks/tasks.ts'
import { isTaskError } from '../tasks/tasks.ts'

/** One request that passed authentication, the permission check and the schema. */
export interface Call {
  readonly cluster: Cluster
  readonly rights: Rights
  /** The node whose API was asked; the node of `proxyto` is in the parameters. */
  readonly entry: string
  /** Checked against the schema; still text. */
  readonly parameters: Parameters
  readonly fault: CallFault | undefined
}

/** Returns `data` of the envelope. Dies with a PveFailure. */
export type CallHandler = (call: Call) => unknown

/** `GET /version` and so on, with the schema's path. */
export type Calls = Readonly<Record<string, CallHandler>>

/** A parameter that the schema requires. */
export function needed(call: Call, name: string): string {
  const value = call.parameters[name]
  if (value === undefined) throw died(`parameter '${name}' is missing although the schema requires it`)
  return value
}

export function isSet(call: Call, name: string): boolean {
  return /^(1|on|yes|true)$/i.test(call.parameters[name] ?? '')
}

/** Starts a worker as the caller. Faults that aim at tasks take effect here. */
export function fork(call: Call, type: string, id: string, work: (worker: Worker) => Promise<void>): Task {
  const { fault, cluster, rights } = call
  const node = needed(call, 'node')
  return cluster.tasks.start({ node, type, id, user: rights.user }, async (worker) => {
    if (fault?.kind === 'task-fails' && fault.when === 'before') throw died(fault.message)
    await work(worker)
    if (fault?.kind === 'task-fails') throw died(fault.message)
    if (fault?.kind === 'task-warns') worker.warn(fault.message)
  })
}

/**
 * What `delay` and `background_delay` do: waits that many seconds for the task, then answers its UPID if it still runs,
 * null when it went well, its error otherwise.
 */
export async function waitFor(call: Call, task: Task, seconds: string | undefined, failed: (exitstatus: string) => string): Promise<string | null> {
  if (seconds === undefined) return task.upid
  let late = false
  const tooLong = call.cluster.clock.sleep(Number(seconds) * 1000).then(() => {
    late = true
  })
  await Promise.race([task.ended, tooLong])
  if (task.exitstatus === undefined || late) return task.upid
  if (isTaskError(task.exitstatus)) throw died(failed(task.exitstatus))
  return null
}
