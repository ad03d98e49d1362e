/** `stowage plan`: what a declaration would make; beside an earlier one or a living cluster, what would change and what each change means. */
import { resolve } from 'node:path'
import { FileFailure } from '@stowage/effects'
import { comparePlans, planStorage, worstEffect, type Plan } from '@stowage/module'
import { looksLikePlan, readPlan } from '@stowage/module/plan/compare/saved-plan'
import type { LiveChange } from '@stowage/operations'
import { Option, type Command } from 'commander'
import { withClusterFlags, type ClusterFlags } from '../cluster/cluster-flags.ts'
import { changesMarkdown, changesText } from '../output/changes-text.ts'
import { exitCodes, UsageError } from '../output/exit-code.ts'
import { fold } from '../output/fold.ts'
import { planText } from '../output/plan-text.ts'
import { json, type Terminal } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'
import { specOrExit, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'

interface Options extends DeclarationFlags, ClusterFlags {
  readonly against?: string
  readonly live?: true
  readonly output?: 'text' | 'json' | 'markdown'
  readonly json?: true
  readonly detailedExitcode?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(withClusterFlags(command))
    .argument('<file...>', 'declaration in YAML or JSON; several files are one declaration; "-" is standard input')
    .option('--against <file>', 'an earlier declaration, or a plan saved with -o json: show only what would change, and what each change means')
    .option('--live', 'compare with the living cluster: what an apply would change there (so do --kubeconfig, --context and --as)')
    .addOption(new Option('-o, --output <format>', 'text, json or markdown').choices(['text', 'json', 'markdown']))
    .option('--json', 'the same as -o json')
    .option('--detailed-exitcode', `exit ${exitCodes.changes} when something would change`)
    .addHelpText(
      'after',
      examples(
        ['stowage plan storage.yaml', 'what would exist, in which order, and why'],
        ['stowage plan -o json storage.yaml > plan.json', 'the whole plan as data, objects included'],
        ['stowage plan --against plan.json storage.yaml', 'each change: safe, recreate, migrate or destroys data'],
        ['stowage plan --live -o markdown storage.yaml', 'the same against the cluster, for a review'],
      ) + '\nThe cluster is asked only with --live, and then only asked: nothing is written.\n',
    )
    .action(async (files: readonly string[], flags: Options) => {
      const format = flags.json === true ? 'json' : (flags.output ?? 'text')
      const live = flags.live === true || flags.kubeconfig !== undefined || flags.context !== undefined || flags.as !== undefined
      if (live && flags.against !== undefined) throw new UsageError('--against compares with a file and --live with a cluster: choose one')
      const spec = await specOrExit(files, terminal, format === 'json', flags)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      if (!live && flags.against === undefined) return showPlan(plan, format, terminal)
      const changes = live ? await (await import('./plan-live.ts')).showLive(plan, flags, format, terminal) : await showAgainst(plan, flags, format, terminal)
      if (typeof changes === 'number') return exit(changes)
      if (changes.length > 0 && flags.detailedExitcode === true) exit(exitCodes.changes)
    })
}

type Format = NonNullable<Options['output']>

function showPlan(plan: Plan, format: Format, terminal: Terminal): void {
  if (format === 'json') return terminal.stdout(json('Plan', plan))
  if (format === 'markdown') return terminal.stdout(`\`\`\`text\n${planText(plan, false).replaceAll('```', "'''")}\`\`\`\n`)
  terminal.stdout(fold(planText(plan, terminal.color), terminal.columns))
}

async function showAgainst(plan: Plan, flags: Options, format: Format, terminal: Terminal): Promise<readonly LiveChange[] | number> {
  const { against = '' } = flags
  const earlier = await planIn(against, flags, format, terminal)
  if (typeof earlier === 'number') return earlier
  const changes = comparePlans(earlier, plan)
  if (format === 'json') terminal.stdout(json('PlanComparison', { worst: worstEffect(changes), changes }))
  else if (format === 'markdown') terminal.stdout(changesMarkdown(`${plan.name}: what would change since ${against}`, changes))
  else terminal.stdout(fold(changesText(changes, terminal.color), terminal.columns))
  return changes
}

async function planIn(name: string, flags: Options, format: Format, terminal: Terminal): Promise<Plan | number> {
  const text = await terminal.files.readText(resolve(terminal.cwd, name)).catch((error: unknown) => {
    // Standard input, and what cannot be read, are the declaration's to report.
    if (error instanceof FileFailure) return ''
    throw error
  })
  if (looksLikePlan(text)) return readPlan(text, name)
  const spec = await specOrExit([name], terminal, format === 'json', flags)
  return typeof spec === 'number' ? spec : planStorage(spec)
}
