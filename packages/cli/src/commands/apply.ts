/** `stowage apply`: makes the cluster hold what the declaration says. */
import { planStorage } from '@stowage/module'
import { acceptUnknownStep, applyPlan } from '@stowage/operations'
import type { ApplyResult } from '@stowage/operations'
import type { Command } from 'commander'
import { connect, withClusterFlags } from '../cluster/connect.ts'
import type { ClusterFlags, Connection } from '../cluster/connect.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { exitCodeFor, exitCodes, UsageError } from '../output/exit-code.ts'
import { fold } from '../output/fold.ts'
import { stepText } from '../output/step-text.ts'
import { json } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'
import { withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { readForApply } from './read-for-apply.ts'

interface Flags extends ClusterFlags, DeclarationFlags {
  readonly dryRun?: string
  readonly prune?: true
  readonly pruneData?: readonly string[]
  readonly acceptUnknown?: readonly string[]
  readonly forceConflicts?: true
  readonly wait: boolean
  readonly timeout: string
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(withClusterFlags(command))
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .option('--dry-run <mode>', 'server: ask what would change, write nothing', dryRunMode)
    .option('--prune', 'delete what an earlier apply made and the declaration no longer holds, except what holds data')
    .option('--prune-data <id...>', 'with --prune: delete these objects too, though they hold data')
    .option('--force-conflicts', 'take fields that other managers own')
    .option('--accept-unknown <check...>', 'make a Ceph cluster or pool for the first time though the answer of this check is not known')
    .option('--no-wait', 'do not wait until workloads run and drivers are registered')
    .option('--timeout <seconds>', 'for each wait', '300')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage apply storage.yaml', 'make it so; run again after an interruption, it goes on'],
        ['stowage apply --dry-run=server storage.yaml', 'what would change'],
        ['stowage apply --prune storage.yaml', 'and delete what is no longer declared'],
      ),
    )
    .action(async (files: readonly string[], flags: Flags) => {
      const seconds = Number(flags.timeout)
      if (!(seconds > 0)) throw new UsageError(`--timeout ${flags.timeout} is not a number of seconds`)
      let connection: Connection | undefined
      const connected = async (): Promise<Connection> => (connection ??= await connect(flags, terminal))
      const read = await readForApply(files, terminal, flags.json === true, flags, connected)
      if (typeof read === 'number') {
        connection?.effects.close()
        return exit(read)
      }
      const { client, effects } = await connected()
      const interrupt = untilInterrupted()
      try {
        const plan = planStorage(read.spec)
        const gate = acceptUnknownStep({ client, objects: plan.objects, findings: read.findings, accepted: flags.acceptUnknown ?? [] })
        const result = await applyPlan(plan, {
          client,
          gates: gate === undefined ? [] : [gate],
          dryRun: flags.dryRun === 'server',
          prune: flags.prune === true,
          pruneData: flags.pruneData ?? [],
          forceConflicts: flags.forceConflicts === true,
          wait: flags.wait,
          waitMs: seconds * 1000,
          signal: interrupt.signal,
          listener: (event) => terminal.stderr(fold(stepText(event, terminal.color) ?? '', terminal.columns)),
        })
        report(result, flags, terminal)
        exit(result.ok ? exitCodes.ok : interrupt.signal.aborted ? exitCodes.interrupted : exitCodeFor(result.failure))
        if (interrupt.signal.aborted) terminal.stderr('interrupted; run the same command again and it goes on from here\n')
      } finally {
        interrupt.forget()
        effects.close()
      }
    })
}

function report({ changed, outcomes, left }: ApplyResult, { json: asJson, dryRun }: Flags, terminal: CommandContext['terminal']): void {
  if (asJson === true) return terminal.stdout(json('ApplyReport', { dryRun: dryRun === 'server', changed, outcomes, left }))
  for (const { entry, message } of left) terminal.stderr(`left: ${entry.kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name} ${message}\n`)
  const needed = outcomes.filter(({ state }) => state === 'skipped').length
  if (dryRun === 'server') terminal.stdout(needed === 0 ? 'nothing would change\n' : `${steps(needed)} would change something\n`)
  else terminal.stdout(changed.length === 0 ? 'nothing changed\n' : `${steps(changed.length)} changed something\n`)
}

function steps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`
}

function dryRunMode(mode: string): string {
  if (mode !== 'server') throw new UsageError(`--dry-run=${mode} is not known; there is --dry-run=server, and stowage plan needs no cluster at all`)
  return mode
}
