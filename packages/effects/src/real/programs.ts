import { spawn } from 'node:child_process'
import type { ChildProcessWithoutNullStreams } from 'node:child_process'
import { ProgramFailure } from '../programs.ts'
import type { ProgramFailureReason, ProgramResult, ProgramRun, Programs } from '../programs.ts'
import { codeOf } from './failure-code.ts'
import { groupRuns, signalGroup } from './process-group.ts'

export interface ProgramLimits {
  /** Bytes of stdout, and as many of stderr; default 16 MiB. */
  readonly maxOutputBytes: number
  /** Between SIGTERM and SIGKILL; default 1000. */
  readonly termMs: number
  /** How long the end is awaited after SIGKILL before a program counts as stuck; default 5000. */
  readonly killMs: number
}

const usualLimits: ProgramLimits = { maxOutputBytes: 16 * 1024 * 1024, termMs: 1_000, killMs: 5_000 }

/** How long output may still come after the program's end: a daemon it left behind can hold the pipes for ever (mount.nfs starts rpc.statd). */
const lateOutputMs = 250

const path = '/usr/local/sbin:/usr/local/bin:/usr/sbin:/usr/bin:/sbin:/bin'

export function realPrograms(limits: Partial<ProgramLimits> = {}): Programs {
  return { run: (run) => new Running(run, { ...usualLimits, ...limits }).result() }
}

class Running {
  readonly #run: ProgramRun
  readonly #limits: ProgramLimits
  readonly #output = { stdout: [] as Uint8Array[], stderr: [] as Uint8Array[] }
  #ended = false

  constructor(run: ProgramRun, limits: ProgramLimits) {
    this.#run = run
    this.#limits = limits
  }

  result(): Promise<ProgramResult> {
    const { program, args, env, timeoutMs, signal } = this.#run
    return new Promise((resolve, reject) => {
      if (signal?.aborted) return reject(new ProgramFailure('killed', program, `${program} was not started: its caller had already given up`))
      const child = spawn(program, args, { cwd: '/', detached: true, env: { PATH: path, LC_ALL: 'C', ...env }, stdio: ['pipe', 'pipe', 'pipe'] })
      const stop = (reason: ProgramFailureReason, why: string): void => {
        if (this.#ended) return
        finish()
        void this.#kill(child, reason, why).then(reject)
      }
      const onAbort = (): void => stop('killed', 'its caller gave up')
      const timer = setTimeout(() => stop('killed', `it had not ended after ${timeoutMs} ms`), timeoutMs)
      const finish = (): void => {
        this.#ended = true
        clearTimeout(timer)
        signal?.removeEventListener('abort', onAbort)
      }
      signal?.addEventListener('abort', onAbort, { once: true })
      child.once('error', (error) => {
        if (this.#ended) return
        finish()
        reject(new ProgramFailure('missing', program, `${program} could not be started: ${codeOf(error)}`))
      })
      child.once('exit', (exitCode, exitSignal) => {
        if (this.#ended) return
        finish()
        void this.#collected(child).then(() => resolve({ exitCode, signal: exitSignal, stdout: this.#text('stdout'), stderr: this.#text('stderr') }))
      })
      this.#connect(child, () => stop('too-much-output', `it wrote more than ${this.#limits.maxOutputBytes} bytes`))
    })
  }

  #connect(child: ChildProcessWithoutNullStreams, onFlood: () => void): void {
    for (const name of ['stdout', 'stderr'] as const) {
      let length = 0
      child[name].on('data', (chunk: Uint8Array) => {
        length += chunk.length
        if (length > this.#limits.maxOutputBytes) return onFlood()
        this.#output[name].push(chunk)
      })
      child[name].on('error', () => {})
    }
    // A program may end without reading its input (EPIPE); its exit code tells.
    child.stdin.on('error', () => {})
    child.stdin.end(this.#run.stdin)
  }

  #collected(child: ChildProcessWithoutNullStreams): Promise<void> {
    return new Promise((resolve) => {
      const timer = setTimeout(() => {
        child.stdout.destroy()
        child.stderr.destroy()
        resolve()
      }, lateOutputMs)
      child.once('close', () => {
        clearTimeout(timer)
        resolve()
      })
    })
  }

  /** Ends the whole group and says whether its end was seen. */
  async #kill(child: ChildProcessWithoutNullStreams, reason: ProgramFailureReason, why: string): Promise<ProgramFailure> {
    const { program } = this.#run
    const { pid } = child
    if (pid === undefined) return new ProgramFailure('missing', program, `${program} could not be started`)
    signalGroup(pid, 'SIGTERM')
    let gone = await endOf(pid, this.#limits.termMs)
    if (!gone) {
      signalGroup(pid, 'SIGKILL')
      gone = await endOf(pid, this.#limits.killMs)
    }
    child.stdout.destroy()
    child.stderr.destroy()
    child.unref()
    const said = this.#text('stderr').trim().slice(-500)
    const tail = said === '' ? '' : `; it had said: ${said}`
    if (gone) return new ProgramFailure(reason, program, `${program} was killed: ${why}${tail}`)
    return new ProgramFailure('stuck', program, `${program} was killed (${why}) and has still not ended; what it did is not known${tail}`)
  }

  #text(name: 'stdout' | 'stderr'): string {
    return new TextDecoder().decode(Buffer.concat(this.#output[name]))
  }
}

async function endOf(leader: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 20) {
    if (!(await groupRuns(leader))) return true
    await new Promise((resolve) => setTimeout(resolve, 20))
  }
  return !(await groupRuns(leader))
}
