/** A number of which only bounds are known, with the facts that make the difference. */
import type { Verdict } from './proof.ts'

export interface Count {
  /** Reached by some completion of the missing facts, and so is `max` (which may be Infinity). */
  readonly min: number
  readonly max: number
  /** Facts behind the difference; empty when there is none. */
  readonly deciding: readonly string[]
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
    deciding: counts.flatMap(({ deciding }) => deciding),
  }
}
