import type { Command } from 'commander'
import { planStorage } from '@stowage/module'
import { examples, type CommandContext } from './command.ts'
import { specOrExit } from './read-declaration.ts'
import { planText } from '../output/plan-text.ts'
import { json } from '../output/terminal.ts'

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  command
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .option('--json', 'print the plan as JSON, objects included')
    .addHelpText(
      'after',
      examples(['stowage plan storage.yaml', 'what would exist, in which order, and why'], ['stowage plan --json storage.yaml', 'the whole plan as data']),
    )
    .action(async (files: readonly string[], { json: asJson }: { readonly json?: true }) => {
      const spec = await specOrExit(files, terminal, asJson === true)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      terminal.stdout(asJson === true ? json('Plan', plan) : planText(plan, terminal.color))
    })
}
