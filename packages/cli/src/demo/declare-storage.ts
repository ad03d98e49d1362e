/** The declaration goes into the cluster: checked, planned, applied, and waited for. */
import { planStorage, readDeclaration } from '@stowage/module'
import type { SourceText } from '@stowage/module'
import { applyPlan } from '@stowage/operations'
import type { StepEvent } from '@stowage/operations'
import { findingsText } from '../output/findings-text.ts'
import { planText } from '../output/plan-text.ts'
import type { DemoWorld } from './demo-world.ts'
import { must, present } from './demo-world.ts'

export async function declareStorage(world: DemoWorld, source: SourceText, color: boolean): Promise<void> {
  const { narrator, client } = world
  narrator.chapter(`0. ${source.file}: checked, planned, applied`)
  const { spec, findings } = readDeclaration([source])
  if (spec === undefined) narrator.print(findingsText(findings, color))
  const plan = planStorage(present(spec, `${source.file} has no faults`))
  narrator.print(planText(plan, color))
  const result = await applyPlan(plan, { client, waitMs: 60_000, listener: (event) => tell(world, event) })
  must(result.ok, `every step of apply came true: ${result.outcomes.filter(({ state }) => state === 'failed' || state === 'blocked').map(({ title, message }) => `${title}: ${message}`).join('; ')}`)
  narrator.done(`applied ${plan.objects.length} objects; drivers are registered on every node`)
  const again = await applyPlan(plan, { client, waitMs: 60_000 })
  must(again.ok && again.changed.length === 0, `a second apply changes nothing (it changed ${again.changed.join(', ')})`)
  narrator.done('applied once more: nothing changed')
}

function tell({ narrator }: DemoWorld, { state, title, message }: StepEvent): void {
  if (state === 'failed' || state === 'blocked') narrator.failed(`${title}: ${message}`)
  else if (state === 'waiting' && message !== '') narrator.note(`waits until ${title}: ${message}`)
}
