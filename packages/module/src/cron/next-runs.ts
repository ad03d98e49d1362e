/** When a cron runs after a given time. Pure: the time is an argument. */
import { Cron as Croner } from 'croner'
import { parseCron, type CronFields } from './cron.ts'

/**
 * The next `count` runs after `after`, which is not among them; empty when the text is not a cron. `@every` counts from `after`,
 * since Velero counts from when it started.
 */
export function nextRuns(cron: string, after: Date, count: number): readonly Date[] {
  const parsed = parseCron(cron)
  if ('fault' in parsed) return []
  if (parsed.kind === 'every') return Array.from({ length: count }, (_, index) => new Date(after.getTime() + (index + 1) * parsed.milliseconds))
  return new Croner(spelledOut(parsed), { timezone: parsed.zone, mode: '5-part' }).nextRuns(count, after)
}

/** The library refuses some of what Velero reads (`3/5`, steps above the range): lists of numbers mean the same to both. */
function spelledOut({ minutes, hours, daysOfMonth, months, daysOfWeek, anyDayOfMonth, anyDayOfWeek }: CronFields): string {
  return [minutes, hours, anyDayOfMonth ? ['*'] : [...daysOfMonth], [...months], anyDayOfWeek ? ['*'] : [...daysOfWeek]].map((list) => list.join(',')).join(' ')
}
