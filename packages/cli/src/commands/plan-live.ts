/** `stowage plan --live`: its own file, so that a plan without a cluster loads nothing for one. */
import { worstEffect, type Plan } from '@stowage/module'
import { planLive } from '@stowage/operations'
import type { LiveChange, LivePlan } from '@stowage/operations'
import type { ClusterFlags } from '../cluster/cluster-flags.ts'
import { connect } from '../cluster/connect.ts'
import { helmAccess } from '../cluster/helm-access.ts'
import { untilInterrupted } from '../cluster/interrupt.ts'
import { besidesText, changesMarkdown, changesText } from '../output/changes-text.ts'
import { exitCodes } from '../output/exit-code.ts'
import { fold } from '../output/fold.ts'
import { json, type Terminal } from '../output/terminal.ts'

type Format = 'text' | 'json' | 'markdown'

export async function showLive(plan: Plan, flags: ClusterFlags, format: Format, terminal: Terminal): Promise<readonly LiveChange[] | number> {
  const { client, effects, ...connection } = await connect(flags, terminal)
  const interrupt = untilInterrupted()
  try {
    const found = await planLive(plan, { client, helm: helmAccess(flags, terminal, { effects, ...connection }, plan), signal: interrupt.signal })
    showLivePlan(plan.name, found, format, terminal)
    return found.changes
  } catch (error) {
    if (!interrupt.signal.aborted) throw error
    return exitCodes.interrupted
  } finally {
    interrupt.forget()
    effects.close()
  }
}

function showLivePlan(name: string, found: LivePlan, format: Format, terminal: Terminal): void {
  const { changes } = found
  if (format === 'json') return terminal.stdout(json('LivePlan', { worst: worstEffect(changes), ...found }))
  if (format === 'markdown') return terminal.stdout(changesMarkdown(`${name}: what would change in ${found.server}`, changes, besidesText(found).split('\n').filter((line) => line !== '')))
  terminal.stdout(fold(changesText(changes, terminal.color), terminal.columns))
  terminal.stderr(fold(besidesText(found), terminal.columns))
}
