/** The command tree, on commander. Only the command that is asked for is loaded; the others are their names and summaries. */
import { FileFailure } from '@stowage/effects'
import { stowageVersion } from '@stowage/module/version'
import { Command, CommanderError } from 'commander'
import { commandList } from './commands/command-list.ts'
import type { CommandContext } from './commands/command.ts'
import { fileTrouble } from './output/file-trouble.ts'
import { exitCodeFor, exitCodes, UsageError } from './output/exit-code.ts'
import type { Terminal } from './output/terminal.ts'

/** Runs a command line (without `node` and the script) and says how the process should end. Never throws. */
export async function runCommand(args: readonly string[], terminal: Terminal): Promise<number> {
  let code: number = exitCodes.ok
  const context: CommandContext = { terminal, exit: (wanted) => { code = wanted }, wholeProgram: () => buildProgram(context, () => true) }
  const asked = args.find((argument) => !argument.startsWith('-'))
  const help = asked === 'help' ? args[args.indexOf('help') + 1] : undefined
  try {
    const program = await buildProgram(context, (name) => name === asked || name === help)
    if (asked === undefined && !args.some((argument) => /^(?:-h|--help|-V|--version)$/.test(argument))) {
      terminal.stderr(program.helpInformation())
      return exitCodes.usage
    }
    await program.parseAsync([...args], { from: 'user' })
    return code
  } catch (error) {
    return report(error, terminal)
  }
}

export async function buildProgram(context: CommandContext, wanted: (name: string) => boolean): Promise<Command> {
  const { terminal } = context
  const program = new Command('stowage')
    .description('The storage system of a Kubernetes cluster on Proxmox and bare metal.')
    .version(`stowage ${stowageVersion}`, '-V, --version', 'print the version')
    .helpCommand('help [command]', 'help for a command')
    .showSuggestionAfterError(true)
    .exitOverride()
    .configureOutput({ writeOut: terminal.stdout, writeErr: terminal.stderr })
  for (const { name, summary, load } of commandList) {
    const command = program.command(name).description(summary).copyInheritedSettings(program)
    if (wanted(name)) (await load()).configure(command, context)
  }
  return program
}

function report(error: unknown, { stderr, env }: Terminal): number {
  // Commander has already said what it found.
  if (error instanceof CommanderError) return error.exitCode === 0 ? exitCodes.ok : exitCodes.usage
  const message = error instanceof FileFailure ? fileTrouble(error) : error instanceof Error ? error.message : String(error)
  stderr(`stowage: ${message}\n`)
  if (error instanceof UsageError) stderr('Run stowage --help for what there is.\n')
  if (error instanceof Error && (env['STOWAGE_DEBUG'] ?? '') !== '') stderr(`${error.stack ?? ''}\n`)
  return exitCodeFor(error)
}
