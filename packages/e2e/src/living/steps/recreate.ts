/** A StorageClass cannot be changed in place: that is planned as what it takes, refused without consent, and carried out with it. */
import { planLive } from '@stowage/operations'
import { refOf } from '@stowage/kubernetes'
import type { Plan, PlannedObject } from '@stowage/module'
import type { LivingCluster } from '../cluster.ts'
import { expectNone } from '../step.ts'
import type { Step } from '../step.ts'
import type { Subject } from '../subject.ts'
import { applyIn, expectAsPlanned, mustBeOk } from './apply.ts'

export const recreate: Step = {
  name: 'recreate',
  appliesTo: ({ plan }) => plan.objects.some(isClass),
  run: async (subject, cluster) => {
    const { planned, plan } = otherPolicy(subject)
    await madeAgain(planned, plan, cluster)
    const back = subject.plan.objects.find(({ id }) => id === planned.id)
    if (back === undefined) throw new Error(`${planned.id} is not in the plan it was taken from`)
    await madeAgain(back, subject.plan, cluster)
    return `${planned.object.metadata.name}, there and back`
  },
}

/** From here on a deleted claim takes its data along: that is more than being made again, and consent is asked for that. */
const expected = { Delete: { effect: 'destroys-data', flag: '--allow-destroy' }, Retain: { effect: 'recreate', flag: '--allow-recreate' } }

async function madeAgain(planned: PlannedObject, plan: Plan, cluster: LivingCluster): Promise<void> {
  const { id } = planned
  const { effect, flag } = planned.object['reclaimPolicy'] === 'Delete' ? expected.Delete : expected.Retain
  const { changes } = await planLive(plan, cluster)
  expectNone('plan also sees', changes.filter((change) => change.id !== id).map((change) => `${change.action} ${change.id}`))
  const [change] = changes
  if (change?.effect !== effect || change.consent !== `${flag} ${id}`) throw new Error(`plan should say ${effect}, ${flag} of ${id}, and says: ${JSON.stringify(change)}`)
  await expectRefused(id, flag, plan, cluster)
  const before = await uidOf(planned, cluster)
  mustBeOk(await applyIn(cluster, plan, flag === '--allow-destroy' ? { allowDestroy: [id] } : { allowRecreate: [id] }))
  await expectAsPlanned(plan, cluster)
  if ((await uidOf(planned, cluster)) === before) throw new Error(`${id} is still the same object`)
}

const isClass = ({ object }: PlannedObject): boolean => object.kind === 'StorageClass'

/** The first class whose other reclaim policy the checks let pass, in a plan that differs from this one in nothing else. */
function otherPolicy({ plan, changed }: Subject): { readonly planned: PlannedObject; readonly plan: Plan } {
  for (const before of plan.objects.filter(isClass)) {
    const policy = before.object['reclaimPolicy'] === 'Delete' ? 'Retain' : 'Delete'
    const other = changed((document) => document.setIn(['spec', 'classes', before.object.metadata.name, 'reclaimPolicy'], policy))
    const planned = other?.objects.find(({ id }) => id === before.id)
    if (other !== undefined && planned?.object['reclaimPolicy'] === policy) return { planned, plan: other }
  }
  throw new Error('no class of this declaration can have another reclaim policy')
}

async function expectRefused(id: string, flag: string, plan: Plan, cluster: LivingCluster): Promise<void> {
  const result = await applyIn(cluster, plan)
  const last = result.outcomes.at(-1)
  if (result.ok || last?.state !== 'blocked' || !last.message.includes(`${flag} ${id}`)) throw new Error(`without consent the apply of ${id} ended as ${last?.state}: ${last?.message}`)
}

async function uidOf({ object }: PlannedObject, { client }: LivingCluster): Promise<string | undefined> {
  return (await client.get(refOf(object))).metadata?.uid
}
