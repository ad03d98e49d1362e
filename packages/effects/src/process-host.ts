import type { Effects } from './effects.ts'

/** One process: a view of the ways out that falls silent when it is killed. */
export interface HostedProcess {
  readonly name: string
  readonly effects: Effects
  readonly alive: boolean
  /** Its timers never fire, its promises never settle, its sockets close. */
  kill(): void
}

/** Starts processes that die alone. `VirtualWorld` is one; `realProcesses` is the other. */
export interface ProcessHost {
  /**
   * `overrides` replace single effects: a machine of the lab brings its own files and programs.
   * Processes of one `machine` see each other's unix sockets; default `''`.
   */
  process(name: string, overrides?: Partial<Effects>, options?: { readonly machine?: string }): HostedProcess
}
