/** Nothing is left to do: a second apply writes nothing, `plan` sees no change, and `drift` none. */
import { findDrift, planLive } from '@stowage/operations'
import type { Plan } from '@stowage/module'
import type { LivingCluster } from '../cluster.ts'
import { expectNone } from '../step.ts'
import type { Step } from '../step.ts'
import { applyIn, mustBeOk } from './apply.ts'

export const again: Step = {
  name: 'again',
  appliesTo: () => true,
  run: async ({ plan }, cluster) => {
    await expectSettled(plan, cluster)
    return 'no change'
  },
}

export async function expectSettled(plan: Plan, cluster: LivingCluster): Promise<void> {
  await expectNoWrite(plan, cluster)
  const { changes, adopted, foreign, unknown } = await planLive(plan, cluster)
  expectNone('plan sees changes', changes.map(({ id, action, fields, sentence }) => `${action} ${id}: ${fields.map(({ field }) => field).join(', ')}: ${sentence}`))
  // Proxmox hosts are not asked, and the plan says so.
  expectNone('plan leaves something open', [...adopted, ...foreign, ...unknown.filter((text) => !/actions on Proxmox hosts/.test(text))])
  const drift = await findDrift(plan, cluster)
  expectNone('drift sees', drift.drifts.map(({ id, kind, sentence, fields }) => `${kind} ${id}: ${fields.map(({ field }) => field).join(', ')}: ${sentence}`))
  expectNone('drift leaves something open', [...drift.adoptable, ...drift.foreign, ...drift.unknown])
}

async function expectNoWrite(plan: Plan, cluster: LivingCluster): Promise<void> {
  const before = cluster.upgrades()
  cluster.exchanges()
  const result = await applyIn(cluster, plan)
  mustBeOk(result)
  expectNone('a second apply changed', result.changed)
  expectNone('a second apply wrote', cluster.exchanges().filter(({ writes }) => writes).map(({ method, url }) => `${method} ${url}`))
  if (cluster.upgrades() !== before) throw new Error(`a second apply ran helm upgrade ${cluster.upgrades() - before} times`)
}
