/** `stowage drift`: what in the living cluster is not as declared, and who changed it. */
import { planStorage } from '@stowage/module'
import { findDrift } from '@stowage/operations'
import type { Command } from 'commander'
import { connect, withClusterFlags, type ClusterFlags } from '../cluster/connect.ts'
import { helmAccess } from '../cluster/helm-access.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { driftText } from '../output/drift-text.ts'
import { exitCodes } from '../output/exit-code.ts'
import { fold } from '../output/fold.ts'
import { json } from '../output/terminal.ts'
import { examples, type CommandContext } from './command.ts'
import { specOrExit, withDeclarationFlags, type DeclarationFlags } from './read-declaration.ts'

interface Flags extends ClusterFlags, DeclarationFlags {
  readonly json?: true
}

export function configure(command: Command, { terminal, exit }: CommandContext): void {
  withDeclarationFlags(withClusterFlags(command))
    .argument('<file...>', 'declaration in YAML or JSON; "-" is standard input')
    .option('--json', 'print the report as JSON, with the fields that others and the server have set')
    .addHelpText(
      'after',
      examples(
        ['stowage drift storage.yaml', `what is not as declared; exit ${exitCodes.changes} when there is something`],
        ['stowage drift --json storage.yaml', 'the same for machines'],
        ['stowage apply storage.yaml', 'set it back'],
      ) + '\nFields that the declaration leaves to the server or to others are no drift. Nothing is written.\n',
    )
    .action(async (files: readonly string[], flags: Flags) => {
      const spec = await specOrExit(files, terminal, flags.json === true, flags)
      if (typeof spec === 'number') return exit(spec)
      const plan = planStorage(spec)
      const { client, effects, ...connection } = await connect(flags, terminal)
      const interrupt = untilInterrupted()
      try {
        const report = await findDrift(plan, { client, helm: helmAccess(flags, terminal, { effects, ...connection }, plan), signal: interrupt.signal })
        terminal.stdout(flags.json === true ? json('DriftReport', report) : fold(driftText(report, terminal.color), terminal.columns))
        if (report.drifts.length > 0) exit(exitCodes.changes)
      } catch (error) {
        if (!interrupt.signal.aborted) throw error
        exit(exitCodes.interrupted)
      } finally {
        interrupt.forget()
        effects.close()
      }
    })
}
