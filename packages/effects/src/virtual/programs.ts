import { ProgramFailure } from '../programs.ts'
import type { ProgramResult, ProgramRun, Programs } from '../programs.ts'
import type { Hops } from './hops.ts'
import type { Life } from './life.ts'

/** A program as a function. What it leaves out is exit code 0 and empty output. */
export type VirtualProgram = (run: ProgramRun) => Partial<ProgramResult> | Promise<Partial<ProgramResult>>

/** Programs from a table, by name; any other is `missing`. A program that outlives its timeout is `killed`, and its late result is dropped. */
export class VirtualPrograms implements Programs {
  readonly #hops: Hops
  readonly #life: Life
  readonly #table: ReadonlyMap<string, VirtualProgram>

  constructor(hops: Hops, life: Life, table: ReadonlyMap<string, VirtualProgram>) {
    this.#hops = hops
    this.#life = life
    this.#table = table
  }

  run(run: ProgramRun): Promise<ProgramResult> {
    if (!this.#life.alive) return new Promise(() => {})
    const program = this.#table.get(run.program)
    this.#hops.record(this.#life.name, 'program', [run.program, ...run.args].join(' '))
    return new Promise((resolve, reject) => {
      const kill = (why: string): void => over(() => reject(new ProgramFailure('killed', run.program, `${run.program} was killed: ${why}`)))
      const onAbort = (): void => kill('aborted by its caller')
      const cancelTimer = this.#hops.scheduler.schedule(run.timeoutMs * 1000, () => kill(`no end within ${run.timeoutMs} ms`))
      let done = false
      const over = (settle: () => void): void => {
        if (done) return
        done = true
        cancelTimer()
        run.signal?.removeEventListener('abort', onAbort)
        if (this.#life.alive) settle()
      }
      if (run.signal?.aborted) return onAbort()
      run.signal?.addEventListener('abort', onAbort, { once: true })
      this.#hops.hop('program', () => {
        if (done || !this.#life.alive) return
        if (program === undefined) return over(() => reject(new ProgramFailure('missing', run.program, `there is no program ${run.program} on this machine`)))
        Promise.resolve()
          .then(() => program(run))
          .then(
            (result) => this.#hops.hop('program', () => over(() => resolve({ exitCode: 0, signal: null, stdout: '', stderr: '', ...result }))),
            (error: unknown) => over(() => reject(error as Error)),
          )
      })
    })
  }
}
