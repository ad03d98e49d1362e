import type { Clock, ProgramResult, ProgramRun, Programs, Random } from '@stowage/effects'
import { ProgramFailure } from '@stowage/effects'
import { Errno } from './filesystem/errno.ts'
import type { Kernel } from './kernel/kernel.ts'
import type { LinuxProgram, Output } from './programs/program.ts'
import { linuxPrograms } from './programs/table.ts'

/**
 * What a fault does to a run: `fail` answers with these, without or (`after`) with the program's effect having happened;
 * `hang` runs until it is killed; `stuck` cannot even be killed (a process in D state).
 */
export type ProgramFault =
  | { readonly kind: 'fail'; readonly exitCode: number; readonly stderr: string; readonly after?: boolean }
  | { readonly kind: 'hang'; readonly after?: boolean }
  | { readonly kind: 'stuck'; readonly after?: boolean }

export interface MachineProgramsInit {
  readonly clock: Clock
  readonly random: Random
  /** Undefined while the machine is down. */
  readonly kernel: () => Kernel | undefined
  readonly fault: (run: ProgramRun) => ProgramFault | undefined
}

export function createMachinePrograms(init: MachineProgramsInit): Programs {
  return { run: (run) => runProgram(init, run) }
}

async function runProgram(init: MachineProgramsInit, run: ProgramRun): Promise<ProgramResult> {
  const name = run.program.replace(/^(\/usr)?\/s?bin\//, '')
  const program = Object.hasOwn(linuxPrograms, name) ? linuxPrograms[name] : undefined
  if (program === undefined) throw new ProgramFailure('missing', run.program, `there is no program ${run.program} on this machine`)
  const kill = new AbortController()
  return await new Promise<ProgramResult>((resolve, reject) => {
    const timer = init.clock.after(run.timeoutMs, () => end(`no end within ${run.timeoutMs} ms`))
    const onAbort = (): void => end('its caller gave up')
    const fault = init.fault(run)
    const end = (why: string): void => {
      over()
      const reason = fault?.kind === 'stuck' ? 'stuck' : 'killed'
      reject(new ProgramFailure(reason, run.program, `${run.program} was ${reason === 'stuck' ? 'killed and did not end' : 'killed'}: ${why}`))
    }
    const over = (): void => {
      timer()
      kill.abort()
      run.signal?.removeEventListener('abort', onAbort)
    }
    if (run.signal?.aborted === true) return end('its caller had already given up')
    run.signal?.addEventListener('abort', onAbort, { once: true })
    perform(init, run, program, fault, kill.signal).then(
      (result) => {
        if (kill.signal.aborted) return
        over()
        resolve(result)
      },
      (error: unknown) => {
        if (kill.signal.aborted) return
        over()
        reject(error as Error)
      },
    )
  })
}

async function perform(init: MachineProgramsInit, run: ProgramRun, program: LinuxProgram, fault: ProgramFault | undefined, signal: AbortSignal): Promise<ProgramResult> {
  const kernel = init.kernel()
  if (kernel === undefined) throw new ProgramFailure('killed', run.program, `${run.program} cannot run: the machine is down`)
  await init.clock.sleep(program.ms * (0.5 + init.random.next()), signal)
  // The machine went down meanwhile, and the process with it.
  if (kernel.dead) throw new ProgramFailure('killed', run.program, `${run.program} ended with its machine`)
  const acts = fault === undefined || fault.after === true
  const output = acts ? await effectOf(init, kernel, run, program, signal) : undefined
  if (fault?.kind === 'fail') return result({ exitCode: fault.exitCode, stdout: '', stderr: fault.stderr })
  if (fault !== undefined || output === undefined) return await new Promise<never>(() => {})
  return result(output)
}

async function effectOf(init: MachineProgramsInit, kernel: Kernel, run: ProgramRun, program: LinuxProgram, signal: AbortSignal): Promise<Output> {
  const stdin = typeof run.stdin === 'string' ? run.stdin : new TextDecoder().decode(run.stdin ?? new Uint8Array())
  try {
    return await program.run({ kernel, args: run.args, stdin, clock: init.clock, random: init.random, signal })
  } catch (error) {
    if (error instanceof Errno) return { exitCode: 1, stdout: '', stderr: `${run.program}: ${error.message}\n` }
    throw error
  }
}

function result(output: Output): ProgramResult {
  return { ...output, signal: null }
}
