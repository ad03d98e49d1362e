import type { Clock, Random } from '@stowage/effects'
import { taskErrorOf } from '../schema/failure.ts'

export interface Task {
  readonly upid: string
  readonly node: string
  readonly pid: number
  readonly pstart: number
  /** Seconds since the epoch. */
  readonly starttime: number
  readonly type: string
  /** VMID or `9999@local-zfs`; may be empty. */
  readonly id: string
  /** `csi@pve` or `csi@pve!token`. */
  readonly user: string
  readonly log: string[]
  endtime: number | undefined
  /** `OK`, `WARNINGS: n`, or the error; undefined while it runs. */
  exitstatus: string | undefined
  /** Resolves at the end, whatever the end. */
  readonly ended: Promise<void>
}

export interface Worker {
  readonly log: (line: string) => void
  /** Counted into `WARNINGS: n`. */
  readonly warn: (line: string) => void
}

export interface TaskStart {
  readonly node: string
  readonly type: string
  readonly id: string
  readonly user: string
}

/** PVE::RESTEnvironment::fork_worker: a process of its own whose last line says how it ended. */
export class Tasks {
  private readonly clock: Clock
  private readonly random: Random
  readonly all: Task[] = []

  constructor(clock: Clock, random: Random) {
    this.clock = clock
    this.random = random
  }

  start({ node, type, id, user }: TaskStart, work: (worker: Worker) => Promise<void>): Task {
    const pid = 1000 + this.random.integer(4_000_000)
    const pstart = Math.floor(this.clock.monotonic() / 10) + 1_000_000
    const starttime = Math.floor(this.clock.now() / 1000)
    const upid = `UPID:${node}:${hex(pid)}:${hex(pstart)}:${hex(starttime)}:${type}:${id}:${user}:`
    let end: () => void = () => {}
    const ended = new Promise<void>((resolve) => {
      end = resolve
    })
    const task: Task = { upid, node, pid, pstart, starttime, type, id, user, log: [], endtime: undefined, exitstatus: undefined, ended }
    this.all.push(task)
    void this.run(task, work).then(end)
    return task
  }

  find(upid: string): Task | undefined {
    return this.all.find((task) => task.upid === upid)
  }

  private async run(task: Task, work: (worker: Worker) => Promise<void>): Promise<void> {
    let warnings = 0
    const log = (line: string): void => void task.log.push(line)
    const warn = (line: string): void => {
      warnings++
      log(`WARN: ${line}`)
    }
    // A fork takes a moment, so that the caller always has the UPID before the work begins.
    await this.clock.sleep(5 + this.random.integer(40))
    let exitstatus: string
    try {
      await work({ log, warn })
      exitstatus = warnings > 0 ? `WARNINGS: ${warnings}` : 'OK'
    } catch (error) {
      exitstatus = taskErrorOf(error)
    }
    log(exitstatus === 'OK' ? 'TASK OK' : exitstatus.startsWith('WARNINGS: ') ? `TASK ${exitstatus}` : `TASK ERROR: ${exitstatus}`)
    task.endtime = Math.floor(this.clock.now() / 1000)
    task.exitstatus = exitstatus
  }
}

function hex(value: number): string {
  return value.toString(16).toUpperCase().padStart(8, '0')
}

export function isTaskError(exitstatus: string): boolean {
  return exitstatus !== 'OK' && !exitstatus.startsWith('WARNINGS: ')
}
