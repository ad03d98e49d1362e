/** What the three sidecars have in common: flags, the driver's socket, queues with the sidecars' back-off, an orderly end. */
import { createLog } from '@stowage/core'
import type { Log } from '@stowage/core'
import type { Clock } from '@stowage/effects'
import type { Api } from '../api/api.ts'
import { withQuietEvents } from '../controllers/event-recorder.ts'
import { WorkQueue } from '../controllers/work-queue.ts'
import type { ContainerContext, Program } from '../kubelet/container.ts'
import { CsiClient, greetDriver } from './csi-client.ts'
import type { DriverCapabilities } from './csi-client.ts'
import { FlagError, parseFlags } from './flags.ts'
import type { FlagKinds, Flags } from './flags.ts'
import { holdLease } from './leader-election.ts'

/** Flags that all three take; those about metrics and connections change nothing here. */
const commonFlags = {
  'csi-address': 'text', 'timeout': 'duration', 'v': 'count', 'leader-election': 'boolean', 'leader-election-namespace': 'text', 'leader-election-lease-duration': 'duration',
  'leader-election-renew-deadline': 'duration', 'leader-election-retry-period': 'duration', 'retry-interval-start': 'duration', 'retry-interval-max': 'duration', 'worker-threads': 'count',
  'feature-gates': 'text', 'http-endpoint': 'text', 'metrics-address': 'text', 'metrics-path': 'text', 'kube-api-qps': 'count', 'kube-api-burst': 'count', 'default-fstype': 'text',
  'kubeconfig': 'text', 'master': 'text', 'logtostderr': 'boolean', 'automaxprocs': 'boolean',
} as const satisfies FlagKinds

export interface Sidecar {
  readonly context: ContainerContext
  readonly api: Api
  readonly clock: Clock
  readonly log: Log
  readonly flags: Flags
  readonly client: CsiClient
  readonly driver: DriverCapabilities
  /** `--timeout`. */
  readonly timeoutMs: number
  queue(name: string, work: (key: string) => Promise<void> | void): WorkQueue
  /** Run at the end, in any case. */
  onEnd(run: () => void): void
}

export interface SidecarKind {
  readonly name: string
  readonly flags: FlagKinds
  readonly defaultTimeoutMs: number
  readonly defaultWorkers: number
  /** Watches and queues; returns when all is set up. Throws when the driver lacks what the sidecar needs. */
  start(sidecar: Sidecar): void | Promise<void>
}

/** A sidecar's program. Its watches end with the container, orderly or not. */
export function sidecarProgram(api: Api, kind: SidecarKind): Program {
  return async (context) => {
    const log = createLog(({ level, message, fields }) => context.log(`${level} ${message} ${JSON.stringify(fields)}`))
    const ends: (() => void)[] = []
    try {
      const flags = parseFlags([...context.command.slice(1), ...context.args], { ...commonFlags, ...kind.flags })
      await untilStopped(context, async () => {
        const sidecar = await prepare(context, withQuietEvents(api.as(kind.name)), kind, flags, log, ends)
        await kind.start(sidecar)
      })
      return 0
    } catch (error) {
      context.log(error instanceof FlagError ? error.message : `error: ${error instanceof Error ? error.message : String(error)}`)
      return error instanceof FlagError ? 2 : 1
    } finally {
      for (const end of ends.splice(0).toReversed()) end()
    }
  }
}

async function prepare(context: ContainerContext, api: Api, kind: SidecarKind, flags: Flags, log: Log, ends: (() => void)[]): Promise<Sidecar> {
  const { clock, rpc } = context.effects
  const timeoutMs = flags.duration('timeout', kind.defaultTimeoutMs)
  const client = new CsiClient(rpc, (flags.text('csi-address') ?? '/run/csi/socket').replace(/^unix:\/\//, ''))
  ends.push(() => client.close())
  const driver = await greetDriver(client, clock, timeoutMs)
  log.info('CSI driver is there', { driver: driver.driver })
  const onEnd = (run: () => void): void => void ends.push(run)
  if (flags.on('leader-election', false)) await holdLease({ context, api, clock, log, onEnd }, leaseName(kind.name, driver.driver), flags)
  const queue = (name: string, work: (key: string) => Promise<void> | void): WorkQueue => {
    const made = new WorkQueue({
      clock, log, name, work,
      workers: flags.count('worker-threads', kind.defaultWorkers),
      firstRetryMs: flags.duration('retry-interval-start', 1_000),
      lastRetryMs: flags.duration('retry-interval-max', 300_000),
    })
    onEnd(() => made.stop())
    return made
  }
  return { context, api, clock, log, flags, client, driver, timeoutMs, queue, onEnd }
}

/** As each of them calls it: the provisioner after the driver alone, the others with their own name before it. */
function leaseName(sidecar: string, driver: string): string {
  const prefix = { 'csi-attacher': 'external-attacher-leader-', 'csi-resizer': 'external-resizer-' }[sidecar] ?? ''
  return `${prefix}${driver}`.replaceAll(/[^A-Za-z0-9]/g, '-')
}

/** Runs until SIGTERM, or until `start` fails. */
function untilStopped(context: ContainerContext, start: () => Promise<void>): Promise<void> {
  return new Promise((resolve, reject) => {
    const stop = (): void => resolve()
    if (context.stop.aborted) return stop()
    context.stop.addEventListener('abort', stop, { once: true })
    start().catch((error: unknown) => reject(error as Error))
  })
}
