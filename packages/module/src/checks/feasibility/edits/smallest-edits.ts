/**
 * The smallest edits with which a declaration can work. They are searched in a small language (hosts more, and for each failing
 * pool another class, failure domain or number of copies), and each is judged by all checks before it is given out.
 */
import type { Finding } from '@stowage/core'
import { noFacts } from '../../../facts/facts.ts'
import { readValue, type ReadOptions } from '../../../spec/read.ts'
import { valueAt } from '../../../spec/value-at.ts'
import { atLeast } from '../count.ts'
import { countDomains } from '../domains.ts'
import type { FactBook } from '../fact-book.ts'
import { hostsOf, type Host } from '../hosts.ts'
import { cephModels, type CephModel, type PoolModel } from '../model.ts'
import { domainsNeeded, questionOf } from '../pools.ts'
import { bookOf } from '../prove.ts'
import { applyEdit, type Edit, type EditStep } from './edit.ts'
import { addHost, freeNames, imaginedHost, pinned } from './more-hosts.ts'
import { repairsOf, type Danger, type Repair } from './repairs.ts'

const most = 3

interface Candidate {
  readonly steps: readonly EditStep[]
  readonly danger: Danger
  readonly hosts: number
  /** Whether each pool stays on the class that was asked for. */
  readonly classesKept: boolean
}

/** Up to three, the smallest and safest first. None when nothing is infeasible, or when something else would still be wrong. */
export function smallestEdits(declaration: unknown, options: ReadOptions = {}): readonly Edit[] {
  const spec = valueAt(declaration, ['spec'])
  const book = bookOf(spec, options.facts ?? noFacts)
  const [model, ...others] = cephModels(spec).filter((one) => failingPools(one, hostsOf(one, book), book).length > 0)
  // Two clusters that both cannot work are two questions.
  if (model === undefined || others.length > 0) return []
  const before = errorsOf(declaration, options)
  if (before.some(({ verdict }) => verdict === undefined)) return []
  const edits: Edit[] = []
  for (const candidate of candidates(model, hostsOf(model, book), book)) {
    if (edits.length === most) break
    if (errorsOf(applyEdit(declaration, candidate), options).length === 0) edits.push(described(candidate))
  }
  return edits
}

function errorsOf(declaration: unknown, options: ReadOptions): readonly Finding[] {
  return readValue(declaration, { ...options, proofs: 'refuse' }).findings.filter(({ severity }) => severity === 'error')
}

function failingPools(model: CephModel, hosts: readonly Host[], book: FactBook): readonly PoolModel[] {
  return model.pools.filter((pool) => !pool.opaque && atLeast(countDomains(hosts, model.anyHost, questionOf(pool, pool.deviceClass), book), domainsNeeded(pool)) === 'violated')
}

/** One for each number of added hosts, with classes kept or not, and for each danger that is taken; what takes more for nothing is left out. */
function candidates(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Candidate[] {
  const failing = failingPools(model, hosts, book)
  const asked = [...new Set(failing.flatMap(({ deviceClass }) => deviceClass ?? []))]
  const present = [...new Set(hosts.flatMap(({ devices }) => devices.flatMap(({ classes, used }) => (used === 'yes' && classes.length === 1 ? classes : []))))]
  const names = freeNames(model, book, Math.max(...failing.map(domainsNeeded)))
  const found = [...Array(names.length + 1).keys()].flatMap((added) =>
    [true, false].flatMap((classesKept) =>
      ([0, 1, 2] as const).flatMap((danger): readonly Candidate[] => {
        const candidate = repaired(model, hosts, book, { failing, asked, present, names: names.slice(0, added), danger, classesKept })
        return candidate === undefined ? [] : [candidate]
      }),
    ),
  )
  return found
    .filter((one, index) => !found.some((other, place) => place !== index && dominates(other, one, place < index)))
    .toSorted((a, b) => sizeOf(a) - sizeOf(b) || a.danger - b.danger)
}

/** A host more is hardware, and what is given up weighs as much as two steps. */
function sizeOf({ steps, danger, hosts }: Candidate): number {
  return steps.length + hosts + 2 * danger
}

function dominates(other: Candidate, one: Candidate, earlier: boolean): boolean {
  if (other.danger > one.danger || other.hosts > one.hosts || (one.classesKept && !other.classesKept)) return false
  const better = other.danger < one.danger || other.hosts < one.hosts || (other.classesKept && !one.classesKept)
  return other.steps.length <= one.steps.length && (better || earlier)
}

interface Plan {
  readonly failing: readonly PoolModel[]
  readonly asked: readonly string[]
  readonly present: readonly string[]
  readonly names: readonly string[]
  readonly danger: Danger
  readonly classesKept: boolean
}

function repaired(model: CephModel, hosts: readonly Host[], book: FactBook, { failing, asked, present, names, danger, classesKept }: Plan): Candidate | undefined {
  const withAll = [...hosts, ...names.map((name) => imaginedHost(name, asked))]
  const pins = asked.map((deviceClass) => ({ deviceClass, ...pinned(withAll, deviceClass) }))
  const chosen: Repair[] = []
  const pinSteps: EditStep[] = []
  for (const pool of failing) {
    const judged = repairsOf(pool, present).filter((repair) => repair.danger <= danger && (!classesKept || repair.pool.deviceClass === pool.deviceClass))
    const plain = judged.find((repair) => suffices(repair.pool, withAll, book))
    const pin = pins.find(({ deviceClass }) => deviceClass === pool.deviceClass)
    const withPin = pin === undefined ? undefined : judged.find((repair) => repair.pool.deviceClass === pin.deviceClass && suffices(repair.pool, pin.hosts, book))
    const pinned = withPin !== undefined && pin !== undefined && (plain === undefined || withPin.steps.length + pin.steps.length <= plain.steps.length)
    const repair = pinned ? withPin : plain
    if (repair === undefined) return undefined
    chosen.push(repair)
    if (pinned) pinSteps.push(...pin.steps)
  }
  const classes = asked.filter((one) => chosen.some(({ pool }) => pool.deviceClass === one))
  const added = names.map((name, index) => addHost(model, index, name, classes))
  return { steps: [...added, ...unique(pinSteps), ...chosen.flatMap(({ steps }) => steps)], danger: chosen.reduce<Danger>((worst, repair) => (repair.danger > worst ? repair.danger : worst), 0), hosts: names.length, classesKept: chosen.every(({ pool }, index) => pool.deviceClass === failing[index]?.deviceClass) }
}

function suffices(pool: PoolModel, hosts: readonly Host[], book: FactBook): boolean {
  return atLeast(countDomains(hosts, false, questionOf(pool, pool.deviceClass), book), domainsNeeded(pool)) === 'holds'
}

function unique(steps: readonly EditStep[]): readonly EditStep[] {
  return [...new Map(steps.map((step) => [step.path.join('\0'), step])).values()]
}

const costs: Readonly<Record<Danger, string | undefined>> = {
  0: undefined,
  1: 'less may fail before data is lost',
  2: 'all copies may then lie on one host',
}

function described({ steps, danger, classesKept }: Candidate): Edit {
  const given = [...(classesKept ? [] : ['a pool without its class uses other devices, too']), costs[danger]].filter((cost) => cost !== undefined)
  return { steps, text: steps.map(({ text }) => text).join('; '), ...(given.length === 0 ? {} : { cost: given.join('; ') }) }
}
