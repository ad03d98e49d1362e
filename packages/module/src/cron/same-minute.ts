/** Whether two crons ever begin close to each other. */
import type { CronFields } from './cron.ts'
import { matchingDays, timesOfDay } from './longest-gap.ts'

/** What is compared, computed once for each cron. */
export interface Starts {
  readonly zone: string
  readonly times: readonly number[]
  readonly days: ReadonlySet<number>
}

export function startsOf(cron: CronFields): Starts {
  return { zone: cron.zone, times: timesOfDay(cron), days: new Set(matchingDays(cron)) }
}

/** The smallest distance in minutes below `limit` at which both run on one day; undefined when there is none. Zones must be the same. */
export function closestStart(a: Starts, b: Starts, limit: number): number | undefined {
  if (a.zone !== b.zone) return undefined
  const apart = smallestDistance(a.times, b.times)
  if (apart >= limit) return undefined
  const [few, many] = a.days.size < b.days.size ? [a.days, b.days] : [b.days, a.days]
  for (const day of few) if (many.has(day)) return apart
  return undefined
}

/** Both ascending. */
function smallestDistance(a: readonly number[], b: readonly number[]): number {
  let best = Number.POSITIVE_INFINITY
  let [i, j] = [0, 0]
  while (i < a.length && j < b.length) {
    const [x, y] = [a[i] ?? 0, b[j] ?? 0]
    best = Math.min(best, Math.abs(x - y))
    if (x < y) i += 1
    else j += 1
  }
  return best
}
