/** What a command may touch of the terminal it runs in. Data goes to stdout, everything said about it to stderr. */
import type { Files } from '@stowage/effects'

export interface Terminal {
  readonly stdout: (text: string) => void
  readonly stderr: (text: string) => void
  readonly stdin: () => Promise<string>
  readonly env: Readonly<Record<string, string | undefined>>
  readonly cwd: string
  readonly files: Files
  /** Whether stdout is a terminal that shows colour: never with NO_COLOR (no-color.org), always with FORCE_COLOR. */
  readonly color: boolean
  /** Width of stdout when it is a terminal; undefined for a pipe or a file, where no line is broken or cut. */
  readonly columns?: number
  /** The day on which acceptances are judged, `2026-11-21`. Default: this one (UTC). */
  readonly today?: string
}

/** The words of JSON output; every answer has them. */
export const jsonApiVersion = 'stowage.dev/v1alpha1'

export function json(kind: string, fields: object): string {
  return `${JSON.stringify({ apiVersion: jsonApiVersion, kind, ...fields }, undefined, 2)}\n`
}

export function wantsColor(env: Terminal['env'], isTerminal: boolean): boolean {
  if (env['NO_COLOR'] !== undefined && env['NO_COLOR'] !== '') return false
  if (env['FORCE_COLOR'] !== undefined && env['FORCE_COLOR'] !== '' && env['FORCE_COLOR'] !== '0') return true
  return isTerminal && env['TERM'] !== 'dumb'
}
