/** `stowage apply`: makes the cluster hold what the declaration says. */
import { planStorage } from '@stowage/module'
import { acceptUnknownStep, applyPlan } from '@stowage/operations'
import type { ApplyResult } from '@stowage/operations'
import { Option, type Command } from 'commander'
import { connect, withClusterFlags } from '../cluster/connect.ts'
import type { ClusterFlags, Connection } from '../cluster/connect.ts'
import { helmAccess, secretAccess } from '../cluster/helm-access.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { exitCodeFor, exitCodes, UsageError } from '../output/exit-code.ts'
import { fold } from '../output/fold.ts'
import { stepText } from '../output/step-text.ts'
import { json } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'
import { withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'
import { readForApply, refuseUnknownChecks } from './read-for-apply.ts'

interface Flags extends ClusterFlags, DeclarationFlags {
  readonly dryRun?: string
  readonly prune?: true
  readonly pruneData?: readonly string[]
  readonly allowDestroy?: readonly string[]
  readonly allowRecreate?: readonly string[]
  readonly adopt?: readonly string[]
  readonly escrow?: string
  readonly acceptUnknown?: readonly string[]
  readonly forceConflicts?: true
  readonly wait: boolean
  readonly timeout: string
  readonly showUndo?: true
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(withClusterFlags(command))
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .option('--dry-run <mode>', 'server: ask what would change, write nothing', dryRunMode)
    .option('--prune', 'delete what an earlier apply made and the declaration no longer holds, except what holds data')
    .addOption(named('--prune-data <id>', 'with --prune: delete this object too, though data is reached through it; the data itself stays'))
    .addOption(named('--allow-destroy <id>', 'do what destroys the data on this object (id, Kind/name, or a name that only one thing has)'))
    .addOption(named('--allow-recreate <id>', 'delete this StorageClass and make it again, because what has changed cannot be changed in place; volumes stay'))
    .addOption(named('--adopt <id>', 'manage this Helm release or definition from now on, though somebody else installed it and it differs'))
    .option('--escrow <file>', 'where a repository password that is made up is written down before it is used; the file must not be there yet')
    .option('--force-conflicts', 'take fields that other managers own')
    .addOption(named('--accept-unknown <check>', 'make a Ceph cluster or pool for the first time though the answer of this check is not known'))
    .option('--no-wait', 'do not wait until workloads run, operators are done and drivers are registered')
    .option('--timeout <seconds>', 'for each wait', '300')
    .option('--show-undo', 'afterwards, print how each change can be undone')
    .option('--json', 'print the result as JSON')
    .addHelpText(
      'after',
      examples(
        ['stowage apply storage.yaml', 'make it so; run again after an interruption, it goes on'],
        ['stowage apply --dry-run=server storage.yaml', 'what would change'],
        ['stowage apply --prune storage.yaml', 'and delete what is no longer declared'],
        ['stowage apply --allow-destroy CephFilesystem/old --prune storage.yaml', 'and this filesystem with all that is on it'],
      ),
    )
    .action(async (files: readonly string[], flags: Flags) => {
      const seconds = Number(flags.timeout)
      if (!(seconds > 0)) throw new UsageError(`--timeout ${flags.timeout} is not a number of seconds`)
      refuseUnknownChecks(flags.acceptUnknown)
      let connection: Connection | undefined
      const connected = async (): Promise<Connection> => (connection ??= await connect(flags, terminal))
      const read = await readForApply(files, terminal, flags.json === true, flags, connected)
      if (typeof read === 'number') {
        connection?.effects.close()
        return exit(read)
      }
      const { client, effects, ...where } = await connected()
      const interrupt = untilInterrupted()
      try {
        const plan = planStorage(read.spec)
        const gate = acceptUnknownStep({ client, objects: plan.objects, helmReleases: plan.helmReleases, findings: read.findings, accepted: flags.acceptUnknown ?? [] })
        const result = await applyPlan(plan, {
          client,
          helm: helmAccess(flags, terminal, { effects, ...where }, plan),
          secrets: secretAccess(terminal, effects, flags.escrow),
          allowDestroy: flags.allowDestroy ?? [],
          allowRecreate: flags.allowRecreate ?? [],
          adopt: flags.adopt ?? [],
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

function report({ ok, changed, outcomes, left, byHand }: ApplyResult, { json: asJson, dryRun, showUndo }: Flags, terminal: CommandContext['terminal']): void {
  if (asJson === true) return terminal.stdout(json('ApplyReport', { dryRun: dryRun === 'server', changed, outcomes, left, byHand }))
  for (const { entry, message } of left) terminal.stderr(`left: ${entry.kind} ${entry.namespace === undefined ? '' : `${entry.namespace}/`}${entry.name} ${message}\n`)
  // After a failure the last thing that is read is why, not what is to be done elsewhere.
  if (ok && byHand.length > 0) terminal.stderr(`to be done on a Proxmox host, by hand:\n${byHand.map(({ command }) => `  ${command}\n`).join('')}`)
  if (showUndo === true) for (const { title, undo } of outcomes.toReversed()) if (undo !== undefined) terminal.stderr(`undo ${title}: ${undo}\n`)
  const needed = outcomes.filter(({ state }) => state === 'skipped').length
  if (dryRun === 'server') terminal.stdout(needed === 0 ? 'nothing would change\n' : `${steps(needed)} would change something\n`)
  else terminal.stdout(changed.length === 0 ? 'nothing changed\n' : `${steps(changed.length)} changed something\n`)
}

/** One thing each time it is given, so that no file after it is taken for another. */
function named(flags: string, description: string): Option {
  return new Option(flags, `${description}; may be given more than once`).argParser((id: string, before: readonly string[] = []) => [...before, id])
}

function steps(count: number): string {
  return count === 1 ? '1 step' : `${count} steps`
}

function dryRunMode(mode: string): string {
  if (mode !== 'server') throw new UsageError(`--dry-run=${mode} is not known; there is --dry-run=server, and stowage plan needs no cluster at all`)
  return mode
}
