/** Somebody edits one object of each kind: drift shows just that and who did it, an apply does not fight them, and sets it back when told to. */
import { findDrift } from '@stowage/operations'
import { refOf } from '@stowage/kubernetes'
import type { LivingCluster } from '../cluster.ts'
import { editByHand } from '../edit-by-hand.ts'
import type { HandEdit } from '../edit-by-hand.ts'
import { expectNone } from '../step.ts'
import type { Step } from '../step.ts'
import type { Subject } from '../subject.ts'
import { expectSettled } from './again.ts'
import { applyIn, expectAsPlanned, mustBeOk } from './apply.ts'

export const edited: Step = {
  name: 'edited',
  appliesTo: () => true,
  run: async (subject, cluster) => {
    const edits = await editOneOfEach(subject, cluster)
    await expectDriftOf(edits, subject, cluster)
    await expectConflicts(edits, subject, cluster)
    const { plan } = subject
    mustBeOk(await applyIn(cluster, plan, { forceConflicts: true }))
    await expectAsPlanned(plan, cluster)
    await expectSettled(plan, cluster)
    return `${edits.length} kinds`
  },
}

async function editOneOfEach({ plan }: Subject, { hand }: LivingCluster): Promise<readonly HandEdit[]> {
  const one = new Map(plan.objects.map((planned) => [planned.object.kind, planned]))
  const edits: HandEdit[] = []
  for (const planned of one.values()) edits.push(await editByHand(planned, hand))
  return edits
}

async function expectDriftOf(edits: readonly HandEdit[], { plan }: Subject, cluster: LivingCluster): Promise<void> {
  const { drifts, unknown } = await findDrift(plan, cluster)
  expectNone('drift leaves something open', unknown)
  const faults = edits.flatMap(({ id, field }) => {
    const found = drifts.find((drift) => drift.id === id)
    if (found === undefined) return [`${id}: ${field} was edited and is not seen`]
    const others = found.fields.filter((seen) => !isAt(seen.field, field) || seen.by?.manager !== 'kubectl-edit')
    return others.map((seen) => `${id}: ${field} was edited by kubectl-edit, and drift says ${seen.field} by ${seen.by?.manager ?? 'nobody'}`)
  })
  const extra = drifts.filter(({ id }) => !edits.some((edit) => edit.id === id)).map(({ id, sentence }) => `${id}: nobody edited it: ${sentence}`)
  expectNone('drift', [...faults, ...extra])
}

/** A field, something in it, or the list that it is in, which has one owner. */
function isAt(seen: string, field: string): boolean {
  const inside = (inner: string, outer: string): boolean => inner === outer || inner.startsWith(`${outer}.`) || inner.startsWith(`${outer}[`)
  return inside(seen, field) || inside(field, seen)
}

/** A look at all of it names each, and nothing is written. */
async function expectConflicts(edits: readonly HandEdit[], { plan }: Subject, cluster: LivingCluster): Promise<void> {
  cluster.exchanges()
  const looked = await applyIn(cluster, plan, { dryRun: true })
  expectNone('a dry run wrote', cluster.exchanges().filter(({ writes }) => writes).map(({ method, url }) => `${method} ${url}`))
  const blocked = looked.outcomes.filter(({ state }) => state === 'blocked')
  expectNone('not named as a conflict', edits.filter(({ id }) => !blocked.some(({ step, message }) => step === `apply:${id}` && /kubectl-edit owns /.test(message))).map(({ id }) => `${id}: ${looked.outcomes.find(({ step }) => step === `apply:${id}`)?.message}`))
  const result = await applyIn(cluster, plan)
  if (result.ok) throw new Error('an apply went over what somebody else had edited')
  const [first] = plan.objects.filter(({ id }) => edits.some((edit) => edit.id === id))
  const live = first === undefined ? undefined : await cluster.client.find(refOf(first.object))
  if (live === undefined) throw new Error(`${first?.id} is gone`)
}
