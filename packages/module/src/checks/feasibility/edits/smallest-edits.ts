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
import { listed } from '../words.ts'
import { applyEdit, type Edit, type EditStep } from './edit.ts'
import { addHost, freeNames, imaginedHost, pinned } from './more-hosts.ts'
import { gifts, repairsOf, weightOf, type Gift, type Repair } from './repairs.ts'

const most = 3
/** Each is judged by reading the whole declaration again. */
const mostTried = 12
/** Hosts that are added: who lacks more has another plan in mind. */
const mostHosts = 6

interface Candidate {
  readonly steps: readonly EditStep[]
  readonly gives: readonly Gift[]
  /** Hosts that are added. */
  readonly hosts: number
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
  for (const candidate of candidates(model, hostsOf(model, book), book).slice(0, mostTried)) {
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

/** One for each number of added hosts and for each choice of what may be given up; what takes more for nothing is left out. */
function candidates(model: CephModel, hosts: readonly Host[], book: FactBook): readonly Candidate[] {
  const failing = failingPools(model, hosts, book)
  const names = freeNames(model, book, Math.min(mostHosts, Math.max(...failing.map(domainsNeeded))))
  const found = [...Array(names.length + 1).keys()].flatMap((added) => {
    const ways = waysOf(failing, hosts, names.slice(0, added), book)
    return choices.flatMap((allowed): readonly Candidate[] => {
      const chosen = ways.map((each) => each.find(({ gives }) => gives.every((gift) => allowed.includes(gift))))
      return chosen.every((way) => way !== undefined) ? [together(model, names.slice(0, added), chosen)] : []
    })
  })
  return found.filter((one, index) => !found.some((other, place) => place !== index && dominates(other, one, place < index))).toSorted((a, b) => sizeOf(a) - sizeOf(b))
}

/** Every set of what may be given up. */
const choices: readonly (readonly Gift[])[] = gifts.reduce<readonly (readonly Gift[])[]>((sets, gift) => [...sets, ...sets.map((set) => [...set, gift])], [[]])

/** A host more is hardware. */
function sizeOf({ steps, gives, hosts }: Candidate): number {
  return steps.length + hosts + weightOf(gives)
}

function dominates(other: Candidate, one: Candidate, earlier: boolean): boolean {
  if (other.hosts > one.hosts || other.steps.length > one.steps.length || !other.gives.every((gift) => one.gives.includes(gift))) return false
  return other.hosts < one.hosts || other.steps.length < one.steps.length || other.gives.length < one.gives.length || earlier
}

interface Way extends Repair {
  /** Devices that are said to be of a class. */
  readonly pins: readonly EditStep[]
}

/** For each failing pool what would do, smallest first, with hosts more that have a device of each class that is asked for. */
function waysOf(failing: readonly PoolModel[], hosts: readonly Host[], names: readonly string[], book: FactBook): readonly (readonly Way[])[] {
  const asked = classesOf(failing)
  const present = [...new Set(hosts.flatMap(({ devices }) => devices.flatMap(({ classes, used }) => (used === 'yes' && classes.length === 1 ? classes : []))))]
  const after = [...hosts, ...names.map((name) => imaginedHost(name, asked))]
  const pins = new Map(asked.map((deviceClass) => [deviceClass, pinned(after, deviceClass)]))
  return failing.map((pool) =>
    repairsOf(pool, present)
      .flatMap((repair): readonly Way[] => {
        if (suffices(repair.pool, after, book)) return [{ ...repair, pins: [] }]
        const pin = repair.pool.deviceClass === pool.deviceClass && pool.deviceClass !== undefined ? pins.get(pool.deviceClass) : undefined
        return pin !== undefined && suffices(repair.pool, pin.hosts, book) ? [{ ...repair, pins: pin.steps }] : []
      })
      .toSorted((a, b) => a.steps.length + a.pins.length + weightOf(a.gives) - (b.steps.length + b.pins.length + weightOf(b.gives))),
  )
}

function classesOf(pools: readonly PoolModel[]): readonly string[] {
  return [...new Set(pools.flatMap(({ deviceClass }) => deviceClass ?? []))]
}

function together(model: CephModel, names: readonly string[], chosen: readonly Way[]): Candidate {
  const classes = classesOf(chosen.map(({ pool }) => pool))
  const added = names.map((name, index) => addHost(model, index, name, classes))
  const pins = new Map(chosen.flatMap((way) => way.pins).map((step) => [step.path.join('\0'), step]))
  return { steps: [...added, ...pins.values(), ...chosen.flatMap(({ steps }) => steps)], gives: gifts.filter((gift) => chosen.some(({ gives }) => gives.includes(gift))), hosts: names.length }
}

function suffices(pool: PoolModel, hosts: readonly Host[], book: FactBook): boolean {
  return atLeast(countDomains(hosts, false, questionOf(pool, pool.deviceClass), book), domainsNeeded(pool)) === 'holds'
}

const costs: Readonly<Record<Gift, string>> = {
  class: 'a pool without the class that was asked for uses other devices',
  space: 'the same data takes more room',
  copies: 'less may fail before data is lost',
  domain: 'one host may then hold all copies',
}

/** Steps that are alike in several pools are said once. */
function textOf(steps: readonly EditStep[]): string {
  const alike = new Map<string, EditStep[]>()
  for (const step of steps) alike.set(step.pattern ?? step.text, [...(alike.get(step.pattern ?? step.text) ?? []), step])
  return [...alike].map(([pattern, [first, ...more]]) => (first?.pool === undefined || more.length === 0 ? (first?.text ?? '') : pattern.replace('{pool}', `pools ${listed([first, ...more].map(({ pool }) => pool ?? ''))}`))).join('; ')
}

function described({ steps, gives }: Candidate): Edit {
  return { steps, text: textOf(steps), ...(gives.length === 0 ? {} : { cost: gives.map((gift) => costs[gift]).join('; ') }) }
}
