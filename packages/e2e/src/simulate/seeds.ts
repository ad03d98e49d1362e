/** Many schedules over the processor's cores, each in a thread of its own; the lowest seed that breaks a rule is the answer. */
import { availableParallelism } from 'node:os'
import { isMainThread, parentPort, Worker, workerData } from 'node:worker_threads'
import { createApiSchema } from '@stowage/lab/proxmox/schema/schema'
import { proxmoxMethods } from '@stowage/wire/proxmox-schema'
import { isSabotage, type Sabotage } from './sabotage.ts'
import { simulate } from './simulate.ts'

/** What a thread tells of one schedule. */
export interface SeedReport {
  readonly seed: number
  readonly events: number
  readonly digest: string
  readonly violation: string | undefined
  readonly orphans: number
  /** Only of a schedule that broke a rule. */
  readonly trace: readonly string[]
}

export interface SeedRange {
  readonly first: number
  readonly count: number
  readonly sabotage: Sabotage | undefined
}

export interface RangeReport {
  readonly schedules: number
  readonly events: number
  readonly orphans: number
  readonly failure: SeedReport | undefined
}

/** `script` is the file that calls `serveSeeds` in a worker. */
export async function runSeeds(script: URL, { first, count, sabotage }: SeedRange): Promise<RangeReport> {
  let next = first
  let schedules = 0
  let events = 0
  let orphans = 0
  let failure: SeedReport | undefined
  const take = (): number | undefined => (next < first + count && failure === undefined ? next++ : undefined)
  const note = (report: SeedReport): void => {
    schedules += 1
    events += report.events
    orphans += report.orphans
    if (report.violation !== undefined && report.seed < (failure?.seed ?? Infinity)) failure = report
  }
  const threads = Math.max(1, Math.min(availableParallelism(), count))
  await Promise.all(Array.from({ length: threads }, () => runThread(script, sabotage, take, note)))
  return { schedules, events, orphans, failure }
}

function runThread(script: URL, sabotage: Sabotage | undefined, take: () => number | undefined, note: (report: SeedReport) => void): Promise<void> {
  return new Promise((resolve, reject) => {
    const worker = new Worker(script, { workerData: { sabotage } })
    const more = (): void => {
      const seed = take()
      if (seed === undefined) void worker.terminate().then(() => resolve())
      // oxlint-disable-next-line unicorn/require-post-message-target-origin -- a thread of this process, not a window
      else worker.postMessage(seed)
    }
    worker.on('online', more)
    worker.on('message', (report: SeedReport) => {
      note(report)
      more()
    })
    worker.on('error', reject)
  })
}

/** The other end, in a worker: a seed comes, a report goes. False in the main thread. */
export function serveSeeds(): boolean {
  const port = parentPort
  if (isMainThread || port === null) return false
  const schema = createApiSchema(proxmoxMethods)
  const sabotage = sabotageOf(workerData)
  port.on('message', (seed: number) => {
    void simulate(seed, { schema, sabotage }).then(
      ({ events, digest, violation, orphans, trace }) => port.postMessage({ seed, events, digest, violation: violation?.message, orphans: orphans.length, trace: violation === undefined ? [] : trace } satisfies SeedReport),
      (error: unknown) => {
        throw error
      },
    )
  })
  return true
}

function sabotageOf(data: unknown): Sabotage | undefined {
  const named = typeof data === 'object' && data !== null && 'sabotage' in data ? data.sabotage : undefined
  return typeof named === 'string' && isSabotage(named) ? named : undefined
}
