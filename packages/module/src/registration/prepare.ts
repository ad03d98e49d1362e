/** From a declaration that may hold values nobody knows yet to a plan and what must be said: all of it before anything is registered. */
import { didYouMean, formatPath, type Finding } from '@stowage/core'
import type { Edit } from '../checks/feasibility/edits/edit.ts'
import { smallestEdits } from '../checks/feasibility/edits/smallest-edits.ts'
import { declarationLeaves } from '../inputs/declaration-leaves.ts'
import { takeInputs, type Leaf, type Path } from '../inputs/leaves.ts'
import type { Plan } from '../plan/plan.ts'
import { planStorage } from '../plan/plan-storage.ts'
import { readValue, type ReadOptions } from '../spec/read.ts'
import { valueAt } from '../spec/value-at.ts'
import { completed } from './completions.ts'
import { registrationsOf } from './registrations.ts'
import { withSecrets, type Contents } from './secrets.ts'

export interface Preparing {
  /** A declaration; Promises and Outputs may stand in it. */
  readonly declaration: unknown
  readonly options: ReadOptions
  readonly contents: Contents
  /** Key of an object or release → id of what exists already. */
  readonly imports: Readonly<Record<string, string>>
  readonly isInput: (value: unknown) => boolean
  /** Where a path of the declaration stands in what the person wrote. Default: there. */
  readonly origin?: (path: Path) => Path
}

export interface Ready {
  readonly plan: Plan
  readonly leaves: readonly Leaf[]
  /** What a reader of the plan should know, and what somebody else must have done. */
  readonly notes: readonly string[]
}

export interface Prepared {
  /** Absent when there are errors. */
  readonly ready?: Ready
  /** Errors and warnings, their paths as the person wrote them. */
  readonly findings: readonly Finding[]
  /** Where something is proved to be impossible: up to three smallest edits, each of which was checked. */
  readonly edits: readonly Edit[]
}

export function prepare({ declaration, options, contents, imports, isInput, origin = (path) => path }: Preparing): Prepared {
  const taken = takeInputs(declaration, isInput, declarationLeaves)
  const read = completed(taken.tree, taken.leaves, origin, (tree) => readValue(tree, options))
  const planned = read.spec === undefined ? undefined : withSecrets(planStorage(read.spec), contents)
  const findings = [
    ...taken.findings.map((finding) => ({ ...finding, path: origin(finding.path) })),
    ...read.findings.filter((finding) => !followsFrom(finding, taken.findings)).map((finding) => ({ ...finding, path: origin(finding.path) })),
    ...timeless(taken.tree, options).map((finding) => ({ ...finding, path: origin(finding.path) })),
    ...(planned === undefined ? [] : [...planned.findings, ...unknownImports(planned.plan, imports)]),
  ]
  const faulty = findings.some(({ severity }) => severity === 'error')
  const edits = findings.some(({ verdict }) => verdict === 'violated') ? smallestEdits(taken.tree, options) : []
  return { findings, edits, ...(planned === undefined || faulty ? {} : { ready: { plan: planned.plan, leaves: taken.leaves, notes: notesOf(planned.plan, taken.leaves, origin) } }) }
}

function notesOf({ needs, notes, hostActions }: Plan, leaves: readonly Leaf[], origin: (path: Path) => Path): readonly string[] {
  const said = [
    ...needs.map(({ kind, namespace, name, reason }) => `must be there already: ${kind} ${namespace === undefined ? '' : `${namespace}/`}${name}: ${reason}`),
    ...(hostActions.length === 0 ? [] : [`not carried out here: ${hostActions.length} action${hostActions.length === 1 ? '' : 's'} on Proxmox hosts; stowage plan lists them, stowage render -o terraform writes them`]),
    ...notes,
  ]
  return said.map((text) => leaves.reduce((rest, { text: isText, standIn, path }) => (isText ? rest.replaceAll(String(standIn), `(${formatPath(origin(path))})`) : rest), text))
}

/** What is missing because it was taken out is said already; and nothing can be proved of what is not there. */
function followsFrom({ path, verdict }: Finding, refused: readonly Finding[]): boolean {
  return refused.length > 0 && (verdict !== undefined || refused.some((other) => other.path.every((part, index) => part === path[index])))
}

function unknownImports(plan: Plan, imports: Readonly<Record<string, string>>): readonly Finding[] {
  const known = registrationsOf(plan).map(({ key }) => key)
  return Object.keys(imports)
    .filter((key) => !known.includes(key))
    .map((key) => ({ rule: 'unknown-import', severity: 'error', message: `the plan has no ${JSON.stringify(key)} to import`, remedy: didYouMean(key, known), path: ['import', key] }))
}

/** A plan is a function of what is written: the day must be written, too. */
function timeless(tree: unknown, { today }: ReadOptions): readonly Finding[] {
  const accepted = valueAt(tree, ['spec', 'accept'])
  if (today !== undefined || !Array.isArray(accepted) || accepted.length === 0) return []
  return [{ rule: 'acceptances-without-a-day', severity: 'warning', message: 'no acceptance ends, because the day is not known here', remedy: 'add the day to the arguments, e.g. today: "2026-11-21"', path: ['spec', 'accept'] }]
}
