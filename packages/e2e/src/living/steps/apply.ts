import { applyPlan } from '@stowage/operations'
import type { ApplyPlanOptions, ApplyResult } from '@stowage/operations'
import type { Plan } from '@stowage/module'
import { refOf } from '@stowage/kubernetes'
import { notAsPlanned } from '../as-planned.ts'
import type { LivingCluster } from '../cluster.ts'
import { expectNone } from '../step.ts'
import type { Step } from '../step.ts'
import { warningsOf } from './dry-run.ts'

export const apply: Step = {
  name: 'apply',
  appliesTo: () => true,
  run: async ({ plan }, cluster) => {
    cluster.exchanges()
    const result = await applyIn(cluster, plan)
    mustBeOk(result)
    expectNone('warnings', warningsOf(cluster.exchanges()))
    await expectAsPlanned(plan, cluster)
    return `${plan.objects.length} objects, ${plan.helmReleases.length} releases`
  },
}

export function applyIn(cluster: LivingCluster, plan: Plan, options: Partial<ApplyPlanOptions> = {}): Promise<ApplyResult> {
  const { client, helm, waitMs } = cluster
  return applyPlan(plan, { client, helm, waitMs, ...options })
}

export function mustBeOk({ ok, outcomes }: ApplyResult): void {
  if (ok) return
  const last = outcomes.at(-1)
  throw new Error(`apply ended with ${last?.step}: ${last?.state}: ${last?.message}`)
}

export async function expectAsPlanned({ objects }: Plan, { client }: LivingCluster): Promise<void> {
  const faults: string[] = []
  for (const { id, object } of objects) {
    const live = await client.find(refOf(object))
    if (live === undefined) faults.push(`${id} is not there`)
    else faults.push(...notAsPlanned(object, live).map((fault) => `${id}: ${fault}`))
  }
  expectNone('not as planned', faults)
}
