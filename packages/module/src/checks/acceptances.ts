/** What the declaration accepts: a refusal becomes a warning that says so, until a day; never one that destroys data. */
import { didYouMean } from '@stowage/core'
import { fault, warning, type Fault, type Subject } from './check.ts'
import { ruleExplanations } from './rules.ts'

type Acceptance = NonNullable<NonNullable<NonNullable<Subject['draft']['spec']>['accept']>[number]>

interface Entry extends Acceptance {
  readonly path: readonly (string | number)[]
}

/** The faults with what is accepted softened, and what is wrong with the acceptances themselves. */
export function withAcceptances(faults: readonly Fault[], { draft, today }: Subject): readonly Fault[] {
  const entries: readonly Entry[] = (draft.spec?.accept ?? []).flatMap((one, index) => (one === undefined ? [] : [{ ...one, path: ['spec', 'accept', index] }]))
  const refused = new Map(entries.map((entry) => [entry, refusalOf(entry, today)]))
  const standing = entries.filter((entry) => refused.get(entry)?.length === 0)
  const used = new Set<Entry>()
  const judged = faults.map((one) => {
    const entry = standing.find(({ check, object }) => one.object !== undefined && check === one.rule && object === one.object)
    if (entry === undefined) return one
    used.add(entry)
    return accepted(one, entry)
  })
  const unused = standing.filter((entry) => !used.has(entry)).map((entry) => acceptsNothing(entry, faults))
  return [...judged, ...[...refused.values()].flat(), ...unused]
}

function accepted(one: Fault, { reason, until }: Entry): Fault {
  return { ...one, severity: one.severity === 'error' ? 'warning' : one.severity, message: `${one.message}; accepted until ${until ?? ''}: ${(reason ?? '').trim()}` }
}

/** Half an entry is reported by the schema, and accepts nothing. */
function refusalOf({ check, object, reason, until, path }: Entry, today: string | undefined): readonly Fault[] {
  if (check === undefined || object === undefined || reason === undefined || until === undefined) return [...(check === undefined ? [] : knownCheck(check, path)), ...ended(until, today, path)]
  return [...knownCheck(check, path), ...ended(until, today, path)]
}

function knownCheck(check: string, path: Entry['path']): readonly Fault[] {
  const rule = Object.hasOwn(ruleExplanations, check) ? ruleExplanations[check] : undefined
  const names = Object.entries(ruleExplanations).flatMap(([name, { acceptable }]) => (acceptable === true ? [name] : []))
  if (rule === undefined) return [fault('acceptance-of-nothing-known', [...path, 'check'], `there is no check ${JSON.stringify(check)} that could be accepted`, didYouMean(check, names))]
  if (rule.destroysData === true) return [fault('acceptance-refused', [...path, 'check'], `${check} cannot be accepted: what it keeps from happening destroys data`, `correct what it says; stowage explain ${check} tells more`)]
  if (rule.acceptable !== true) return [fault('acceptance-refused', [...path, 'check'], `${check} cannot be accepted: without a correction nothing sound can be planned`, `correct what it says; stowage explain ${check} tells more`)]
  return []
}

function ended(until: string | undefined, today: string | undefined, path: Entry['path']): readonly Fault[] {
  if (until === undefined || today === undefined || today <= until) return []
  return [fault('acceptance-ended', [...path, 'until'], `this acceptance ended on ${until}`, 'correct what was accepted, or decide anew and write a later day')]
}

function acceptsNothing({ check = '', object = '', path }: Entry, faults: readonly Fault[]): Fault {
  const objects = faults.flatMap((one) => (one.rule === check && one.object !== undefined ? [one.object] : []))
  const remedy = objects.length === 0 ? 'remove it' : didYouMean(object, [...new Set(objects)])
  return warning('acceptance-without-effect', path, `nothing is found by ${check} about ${object}, so there is nothing to accept`, remedy)
}
