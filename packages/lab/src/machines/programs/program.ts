import type { Clock, Random } from '@stowage/effects'
import type { Kernel } from '../kernel/kernel.ts'

export interface ProgramContext {
  readonly kernel: Kernel
  readonly args: readonly string[]
  readonly stdin: string
  readonly clock: Clock
  readonly random: Random
  /** Aborts when the program is killed. */
  readonly signal: AbortSignal
}

export interface Output {
  readonly exitCode: number
  readonly stdout: string
  readonly stderr: string
}

/** Its work is done in one step; only `sleep` waits. Throws `Errno` for what the kernel refuses and the program would print. */
export interface LinuxProgram {
  /** About how long it runs, milliseconds. */
  readonly ms: number
  readonly run: (context: ProgramContext) => Output | Promise<Output>
}

export const ok = (stdout = ''): Output => ({ exitCode: 0, stdout, stderr: '' })
export const fail = (exitCode: number, stderr: string, stdout = ''): Output => ({ exitCode, stdout, stderr })
