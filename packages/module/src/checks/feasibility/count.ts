/** A number of which only bounds are known, with the facts that make the difference. */
import type { Verdict } from './proof.ts'

export interface Count {
  /** Reached by some completion of the missing facts, and so is `max` (which may be Infinity). */
  readonly min: number
  readonly max: number
  /** What lies between: each adds its weight or does not, whatever the others do. */
  readonly steps: readonly Step[]
}

export interface Step {
  readonly weight: number
  /** Facts that decide whether it is added. */
  readonly deciding: readonly string[]
}

export function exactly(number: number): Count {
  return { min: number, max: number, steps: [] }
}

/** Whether the number is at least `need`, in every completion, in none, or in some. */
export function atLeast({ min, max }: Count, need: number): Verdict {
  if (min >= need) return 'holds'
  return max < need ? 'violated' : 'unknown'
}

export function sum(counts: readonly Count[]): Count {
  return {
    min: counts.reduce((total, { min }) => total + min, 0),
    max: counts.reduce((total, { max }) => total + max, 0),
    steps: counts.flatMap(({ steps }) => steps),
  }
}

/** The facts of which each can tip whether the number is at least `need`, for some values of the others. */
export function decidingOf({ min, steps }: Count, need: number): readonly string[] {
  const alike = steps.every(({ weight }) => weight === 1)
  return steps.filter((step, index) => alike || tips(step, steps.filter((_, place) => place !== index), min, need)).flatMap(({ deciding }) => deciding)
}

/** Whether the others can add up to a number that is short by no more than this one's weight. */
function tips({ weight }: Step, others: readonly Step[], min: number, need: number): boolean {
  let sums = new Set([min])
  for (const other of others) sums = new Set([...sums, ...[...sums].map((reached) => reached + other.weight).filter((reached) => reached < need)])
  return [...sums].some((reached) => reached < need && reached + weight >= need)
}
