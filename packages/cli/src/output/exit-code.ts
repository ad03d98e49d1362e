/** How a command ends. The same in every command; docs/reference/cli.md has the list for people. */
import { exitCodeOf, isStorageError } from '@stowage/core'
import { FileFailure } from '@stowage/effects'

export const exitCodes = {
  ok: 0,
  /** Findings, or a refusal. */
  findings: 1,
  /** The command line itself is wrong. */
  usage: 2,
  /** The input is not YAML or JSON. */
  unparsable: 3,
  /** A cluster, a Proxmox or a host could not be reached, or refused the credentials. */
  unreachable: 4,
  /** Something would change, or is not as declared. */
  changes: 5,
  /** Ended by Ctrl-C. */
  interrupted: 130,
  /** A fault of Stowage itself. */
  internal: 70,
} as const

export type ExitCode = (typeof exitCodes)[keyof typeof exitCodes]

/** The command line was understood, but asks for something that cannot be. */
export class UsageError extends Error {
  override readonly name = 'UsageError'
}

export function exitCodeFor(error: unknown): number {
  if (error instanceof UsageError) return exitCodes.usage
  // A disk that is full or may not be written is nobody's mistake in the program.
  if (error instanceof FileFailure) return exitCodes.findings
  return isStorageError(error) ? exitCodeOf[error.kind] : exitCodes.internal
}
