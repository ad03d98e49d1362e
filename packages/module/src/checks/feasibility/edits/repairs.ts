/** The edit language for a pool: another class or none, a smaller failure domain, fewer copies or pieces. Never a single copy. */
import type { PoolModel } from '../model.ts'
import { count } from '../words.ts'
import type { EditStep } from './edit.ts'

/** What can be given up for it: the class that was asked for, space, a copy, that copies lie on different hosts. */
export const gifts = ['class', 'space', 'copies', 'domain'] as const
export type Gift = (typeof gifts)[number]

export interface Repair {
  readonly pool: PoolModel
  readonly steps: readonly EditStep[]
  readonly gives: readonly Gift[]
}

/** Smallest first; the first changes nothing. `classes` are those that devices have. */
export function repairsOf(pool: PoolModel, classes: readonly string[]): readonly Repair[] {
  const repairs = [keep(pool)].flatMap((one) => withClass(one, classes)).flatMap(withDomain).flatMap(withFewer)
  return repairs.toSorted((a, b) => a.steps.length - b.steps.length || weightOf(a.gives) - weightOf(b.gives))
}

function keep(pool: PoolModel): Repair {
  return { pool, steps: [], gives: [] }
}

function withClass(repair: Repair, classes: readonly string[]): readonly Repair[] {
  const { deviceClass, ...rest } = repair.pool
  if (deviceClass === undefined) return [repair]
  const path = fieldOf(repair.pool, 'deviceClass')
  return [
    repair,
    ...classes
      .filter((one) => one !== deviceClass)
      .map((one) => also(repair, { ...rest, deviceClass: one }, 'class', { ...inPool(rest, `write deviceClass: ${one} for {pool}`), path, value: one })),
    also(repair, rest, 'class', { ...inPool(rest, 'remove deviceClass from {pool}'), path }),
  ]
}

function withDomain(repair: Repair): readonly Repair[] {
  const { pool } = repair
  const path = fieldOf(pool, 'failureDomain')
  const lower = (domain: string): Repair =>
    also(repair, { ...pool, failureDomain: domain, subDomain: domain === 'host' ? 'osd' : pool.subDomain }, 'domain', { ...inPool(pool, `write failureDomain: ${domain} for {pool}`), path, value: domain })
  if (pool.failureDomain === 'osd' || pool.perDomain > 1) return [repair]
  return pool.failureDomain === 'host' ? [repair, lower('osd')] : [repair, lower('host'), lower('osd')]
}

function withFewer(repair: Repair): readonly Repair[] {
  const { pool } = repair
  if (pool.perDomain > 1) return [repair]
  return pool.chunks === undefined ? fewerCopies(repair) : fewerPieces(repair, pool.chunks)
}

const fewestCopies = 2
/** Nobody keeps more copies, or cuts data into more pieces of a kind. */
const most = 16

function fewerCopies(repair: Repair): readonly Repair[] {
  const { pool } = repair
  const largest = Math.min(pool.pieces - 1, most)
  const sizes = Array.from({ length: Math.max(0, largest - fewestCopies + 1) }, (_, index) => largest - index)
  return [repair, ...sizes.map((size) => also(repair, { ...pool, pieces: size }, 'copies', { ...inPool(pool, `keep ${count(size, 'copy')} in {pool}`), path: fieldOf(pool, 'replicated', 'size'), value: size }))]
}

/** k from 2 and m from 1; fewer coding pieces than before only as a last way. */
function fewerPieces(repair: Repair, { data, coding }: { readonly data: number; readonly coding: number }): readonly Repair[] {
  const { pool } = repair
  const down = (from: number): readonly number[] => Array.from({ length: Math.max(0, Math.min(from, most)) }, (_, index) => Math.min(from, most) - index)
  const other = down(coding).flatMap((m) => down(data).filter((k) => k >= 2 && (k !== data || m !== coding)).map((k) => ({ k, m })))
  return [
    repair,
    ...other.map(({ k, m }) =>
      also(repair, { ...pool, pieces: k + m, chunks: { data: k, coding: m } }, m < coding ? 'copies' : 'space', { ...inPool(pool, `cut data into ${k}+${m} pieces in {pool}`), path: fieldOf(pool, 'erasureCoded'), value: { dataChunks: k, codingChunks: m } }),
    ),
  ]
}

function also({ steps, gives }: Repair, pool: PoolModel, gift: Gift, step: EditStep): Repair {
  return { pool, steps: [...steps, step], gives: [...new Set([...gives, gift])] }
}

function inPool({ name }: Pick<PoolModel, 'name'>, pattern: string): Pick<EditStep, 'text' | 'pattern' | 'pool'> {
  return { text: pattern.replace('{pool}', `pool ${name}`), pattern, pool: name }
}

const weights: Readonly<Record<Gift, number>> = { class: 0, space: 0, copies: 2, domain: 4 }

/** How much is given up, measured in steps. */
export function weightOf(given: readonly Gift[]): number {
  return given.reduce((total, gift) => total + weights[gift], 0)
}

/** A data pool that nobody wrote stands where it would be written. */
function fieldOf({ path }: PoolModel, ...field: readonly string[]): EditStep['path'] {
  return path.at(-1) === 'filesystem' || path.at(-2) === 'filesystems' ? [...path, 'dataPools', 0, ...field] : [...path, ...field]
}
