export interface ProgramRun {
  readonly program: string
  readonly args: readonly string[]
  readonly stdin?: string | Uint8Array
  /** Added to a minimal environment (`PATH`, `LC_ALL=C`), never the parent's. */
  readonly env?: Readonly<Record<string, string>>
  /** The whole process group is killed after this many milliseconds. */
  readonly timeoutMs: number
  readonly signal?: AbortSignal
}

export interface ProgramResult {
  /** null when a signal ended it. */
  readonly exitCode: number | null
  readonly signal: string | null
  readonly stdout: string
  readonly stderr: string
}

export interface Programs {
  /** Resolves with whatever the program exited with. Rejects with `ProgramFailure` when it did not run to its end. */
  run(run: ProgramRun): Promise<ProgramResult>
}

/**
 * `missing`: no such program; nothing ran. `killed`: timed out or aborted, and its end was awaited.
 * `stuck`: killed, but its end did not come (a process in D state): what it did is not known.
 * `too-much-output`: more than the limit; killed.
 */
export type ProgramFailureReason = 'missing' | 'killed' | 'stuck' | 'too-much-output'

export class ProgramFailure extends Error {
  override readonly name = 'ProgramFailure'
  readonly reason: ProgramFailureReason
  readonly program: string
  constructor(reason: ProgramFailureReason, program: string, message: string) {
    super(message)
    this.reason = reason
    this.program = program
  }
}
