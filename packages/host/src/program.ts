/** One choke point for programs: every call has a timeout, every failure becomes one sentence. */
import { StorageError } from '@stowage/core'
import { ProgramFailure, type Effects, type ProgramResult } from '@stowage/effects'

/** What this room needs of a machine. */
export type Host = Pick<Effects, 'clock' | 'files' | 'programs'>

const minute = 60_000
/** Milliseconds. A timeout kills the program; it is long, because half a mkfs helps nobody. */
export const timeouts = {
  mount: 2 * minute,
  probe: minute,
  format: 15 * minute,
  check: 30 * minute,
  grow: 15 * minute,
  quota: 2 * minute,
} as const

/** Runs to the end, whatever the exit code. Throws `internal` for a missing program and `unavailable` for one that had to be killed. */
export async function runProgram(host: Pick<Host, 'programs'>, program: string, args: readonly string[], timeoutMs: number): Promise<ProgramResult> {
  try {
    return await host.programs.run({ program, args, timeoutMs })
  } catch (cause) {
    if (!(cause instanceof ProgramFailure)) throw cause
    const details = { program, args, reason: cause.reason }
    if (cause.reason === 'missing') throw new StorageError('internal', `${program} is not installed on this node; the driver's image or the host must have it`, { details, cause })
    throw new StorageError('unavailable', `${commandLine(program, args)} did not end: ${cause.message}`, { details, cause })
  }
}

/** The same, and any exit code that `good` does not hold throws `internal` with what the program said. */
export async function runOrThrow(host: Pick<Host, 'programs'>, program: string, args: readonly string[], timeoutMs: number, good: readonly number[] = [0]): Promise<ProgramResult> {
  const result = await runProgram(host, program, args, timeoutMs)
  if (result.exitCode === null || !good.includes(result.exitCode)) throw programError(program, args, result)
  return result
}

export function programError(program: string, args: readonly string[], result: ProgramResult): StorageError {
  const end = result.exitCode === null ? `was ended by ${result.signal ?? 'a signal'}` : `exited with ${result.exitCode}`
  const said = saidBy(result)
  return new StorageError('internal', `${commandLine(program, args)} ${end}${said === '' ? '' : `: ${said}`}`, {
    details: { program, args, exitCode: result.exitCode, signal: result.signal, stderr: result.stderr },
  })
}

/** What the program said, on one line of at most 500 characters. */
export function saidBy({ stdout, stderr }: Pick<ProgramResult, 'stdout' | 'stderr'>): string {
  const text = stderr.trim() === '' ? stdout : stderr
  const line = text
    .split('\n')
    .map((part) => part.trim())
    .filter((part) => part !== '' && !part.startsWith('dmesg(1) may have more'))
    .join('; ')
  return line.length > 500 ? `${line.slice(0, 500)}…` : line
}

/** True when the program may still be running: it was killed but its end did not come. */
export function isStuck(error: unknown): boolean {
  return error instanceof StorageError && error.cause instanceof ProgramFailure && error.cause.reason === 'stuck'
}

function commandLine(program: string, args: readonly string[]): string {
  return [program, ...args].map((word) => (/^[\w@%+=:,./-]+$/.test(word) ? word : JSON.stringify(word))).join(' ')
}
