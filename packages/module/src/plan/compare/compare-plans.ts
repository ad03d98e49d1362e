/** What it would mean to go from one plan to another: what is safe, what must be made again, what destroys data. Pure. */
import { deepFreeze } from '../../spec/freeze.ts'
import type { Plan, PlannedObject } from '../plan.ts'
import { differences, type Difference } from './differences.ts'
import { effects, type Effect, type Verdict } from './effect.ts'
import { judgeRemoval, judgeUpdate } from './judge.ts'

export interface Change extends Verdict {
  readonly id: string
  readonly action: 'add' | 'update' | 'remove'
  readonly fields: readonly Difference[]
}

/** In the order in which they would be made: additions and updates as planned, then removals from the last to the first. */
export function comparePlans(before: Plan, after: Plan): readonly Change[] {
  const old = byId(before)
  const wanted = byId(after)
  const made = after.objects.flatMap((planned) => {
    const was = old.get(planned.id)
    return was === undefined ? [added(planned)] : changed(was, planned)
  })
  const removed = before.objects.toReversed().flatMap((planned): Change[] => (wanted.has(planned.id) ? [] : [{ id: planned.id, action: 'remove', fields: [], ...judgeRemoval(planned, before) }]))
  return deepFreeze([...made, ...removed])
}

/** The worst of them; `safe` when nothing changes. */
export function worstEffect(changes: readonly Change[]): Effect {
  return changes.reduce<Effect>((worst, { effect }) => (effects.indexOf(effect) > effects.indexOf(worst) ? effect : worst), 'safe')
}

function byId({ objects }: Plan): ReadonlyMap<string, PlannedObject> {
  return new Map(objects.map((planned) => [planned.id, planned]))
}

function added({ id, reason }: PlannedObject): Change {
  return { id, action: 'add', fields: [], effect: 'safe', sentence: reason }
}

function changed(was: PlannedObject, planned: PlannedObject): readonly Change[] {
  const fields = differences(was.object, planned.object)
  return fields.length === 0 ? [] : [{ id: planned.id, action: 'update', fields, ...judgeUpdate(was, planned, fields) }]
}
