import type { Command } from 'commander'
import { comparePlans, planStorage, worstEffect } from '@stowage/module'
import { examples, type CommandContext } from './command.ts'
import { specOrExit, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { fold } from '../output/fold.ts'
import { changesText, planText } from '../output/plan-text.ts'
import { json } from '../output/terminal.ts'

interface Options extends DeclarationFlags {
  readonly against?: string
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(command)
    .argument('<file...>', 'declaration in YAML or JSON; several files are one declaration; "-" is standard input')
    .option('--against <file>', 'an earlier declaration: show only what would change, and what each change means')
    .option('--json', 'print the plan, or the changes, as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage plan storage.yaml', 'what would exist, in which order, and why'],
        ['stowage plan --json storage.yaml', 'the whole plan as data, objects included'],
        ['stowage plan --against before.yaml storage.yaml', 'each change: safe, recreate, migrate or destroys data'],
      ) + '\nThe cluster is not asked: see stowage apply --dry-run=server for that.\n',
    )
    .action(async (files: readonly string[], flags: Options) => {
      const { against, json: asJson } = flags
      const spec = await specOrExit(files, terminal, asJson === true, flags)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      if (against === undefined) return terminal.stdout(asJson === true ? json('Plan', plan) : fold(planText(plan, terminal.color), terminal.columns))
      const earlier = await specOrExit([against], terminal, asJson === true, flags)
      if (typeof earlier === 'number') return exit(earlier)
      const changes = comparePlans(planStorage(earlier), plan)
      terminal.stdout(asJson === true ? json('PlanComparison', { worst: worstEffect(changes), changes }) : fold(changesText(changes, terminal.color), terminal.columns))
    })
}
