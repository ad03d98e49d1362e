import type { Command } from 'commander'
import { examples, type CommandContext } from './command.ts'
import { readFromFiles, reportFindings, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { exitCodes } from '../output/exit-code.ts'

interface Flags extends DeclarationFlags {
  readonly strict?: true
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(command)
    .argument('<file...>', 'declaration in YAML or JSON; several files are one declaration; "-" is standard input')
    .option('--strict', 'warnings count as errors')
    .option('--json', 'print the findings as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage check storage.yaml', 'every fault with file:line:column and what to write'],
        ['stowage check base.yaml volumes.yaml', 'one declaration in two files'],
        ['cat storage.yaml | stowage check --json -', 'for scripts'],
      ) + '\nExit codes: 0 valid, 1 invalid, 2 usage, 3 not YAML.\n',
    )
    .action(async (files: readonly string[], flags: Flags) => {
      const { strict, json } = flags
      const read = await readFromFiles(files, terminal, flags)
      const code = reportFindings(files, read, terminal, json === true)
      if (code === exitCodes.ok && json !== true) terminal.stderr(`${files.join(', ')}: valid\n`)
      exit(code === exitCodes.ok && strict === true && read.findings.length > 0 ? exitCodes.findings : code)
    })
}
