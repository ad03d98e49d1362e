/** How long it can be between two runs of a cron: what a schedule's RPO and the alert on staleness are made of. */
import { matchesDay, parseCron, type Cron, type CronFields } from './cron.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** From a leap year to the next: every distance between two days that a cron can have, but for 29 February around 2100. */
const firstDay = Date.UTC(2024, 0, 1)
const calendar = Array.from({ length: 8 * 366 }, (_, index) => {
  const date = new Date(firstDay + index * day)
  return { month: date.getUTCMonth() + 1, dayOfMonth: date.getUTCDate(), dayOfWeek: date.getUTCDay() }
})

const everyDay: readonly number[] = calendar.map((_, index) => index)

/**
 * Milliseconds between two runs at most. Undefined when the text is not a cron. In a zone whose clocks are changed, an hour is
 * added; a run within the hour that is left out in spring is left out by Velero, too, and that day is not counted here.
 */
export function longestGap(cron: Cron): number
export function longestGap(cron: string): number | undefined
export function longestGap(cron: Cron | string): number | undefined {
  const parsed = typeof cron === 'string' ? parseCron(cron) : cron
  return 'fault' in parsed ? undefined : longestGapOf(parsed)
}

function longestGapOf(cron: Cron): number {
  if (cron.kind === 'every') return cron.milliseconds
  const times = timesOfDay(cron)
  const [first = 0, last = 0] = [times[0], times.at(-1)]
  const within = times.slice(1).map((time, index) => time - (times[index] ?? 0))
  const matching = matchingDays(cron)
  const between = matching.slice(1).map((one, index) => (one - (matching[index] ?? 0)) * day - (last - first) * minute)
  const changes = changesItsClocks(cron.zone) ? hour : 0
  return Math.max(...within.map((minutes) => minutes * minute), ...between) + changes
}

/** Minutes since midnight at which it runs, ascending. */
export function timesOfDay({ hours, minutes }: CronFields): readonly number[] {
  return hours.flatMap((one) => minutes.map((other) => one * 60 + other))
}

/** Days since the beginning of 2024, over eight years. */
export function matchingDays(cron: CronFields): readonly number[] {
  if (cron.anyDayOfMonth && cron.anyDayOfWeek && cron.months.size === 12) return everyDay
  return calendar.flatMap(({ month, dayOfMonth, dayOfWeek }, index) => (matchesDay(cron, month, dayOfMonth, dayOfWeek) ? [index] : []))
}

export function changesItsClocks(zone: string): boolean {
  if (zone === 'UTC') return false
  const offsets = [0, 3, 6, 9].map((month) => offsetAt(zone, Date.UTC(2025, month, 1)))
  return new Set(offsets).size > 1
}

function offsetAt(timeZone: string, time: number): string {
  return new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? ''
}
