/** How a command is made known: its name and summary at once, its code when it is asked for. */
import type { Command } from 'commander'
import type { Terminal } from '../output/terminal.ts'

export interface CommandModule {
  /** Options, help, and the action, on a command that has its name and summary already. */
  readonly configure: (command: Command, context: CommandContext) => void
}

export interface CommandEntry {
  readonly name: string
  readonly summary: string
  readonly load: () => Promise<CommandModule>
}

export interface CommandContext {
  readonly terminal: Terminal
  /** How the process will end when the action is done. */
  readonly exit: (code: number) => void
  /** The whole tree with every command's options, for completion and the reference. */
  readonly wholeProgram: () => Promise<Command>
}

/** Examples below the help text, each with what it does. */
export function examples(...lines: readonly (readonly [string, string])[]): string {
  const width = Math.max(...lines.map(([command]) => command.length))
  return `\nExamples:\n${lines.map(([command, what]) => `  ${command.padEnd(width)}  # ${what}`).join('\n')}\n`
}
