/** Runs that fall into the hour that is left out when clocks go forward: Velero (robfig/cron) leaves them out, too. */
import { matchesDay, type CronFields } from './cron.ts'
import { changesItsClocks, timesOfDay } from './longest-gap.ts'

const minute = 60_000
const hour = 60 * minute
const day = 24 * hour
/** Rules of a zone repeat; over some years every weekday rule meets each day of the month that it can. */
const years = [2026, 2027, 2028, 2029, 2030, 2031]

/** The first day on which a run is left out, `2027-03-28`; undefined when there is none. */
export function skippedRun(cron: CronFields): string | undefined {
  if (!changesItsClocks(cron.zone)) return undefined
  const times = timesOfDay(cron)
  for (const { date, from, to } of years.flatMap((year) => forwardChanges(cron.zone, year))) {
    const comes = matchesDay(cron, date.getUTCMonth() + 1, date.getUTCDate(), date.getUTCDay())
    if (comes && times.some((time) => time >= from && time < to)) return date.toISOString().slice(0, 10)
  }
  return undefined
}

interface ForwardChange {
  /** The local day, as if it were UTC. */
  readonly date: Date
  /** Minutes since midnight that do not exist: from, and up to but without to. */
  readonly from: number
  readonly to: number
}

function forwardChanges(zone: string, year: number): readonly ForwardChange[] {
  const starts = Array.from({ length: 13 }, (_, month) => Date.UTC(year, month, 1))
  return starts.slice(1).flatMap((end, index) => {
    const begin = starts[index] ?? end
    const [before, after] = [offsetAt(zone, begin), offsetAt(zone, end)]
    if (after <= before) return []
    const at = changeBetween(zone, begin, end, before)
    const local = at + before * minute
    const from = Math.round((local % day) / minute)
    return [{ date: new Date(local - (local % day)), from, to: from + after - before }]
  })
}

/** The moment at which the offset is no longer what it was, to the minute. */
function changeBetween(zone: string, begin: number, end: number, before: number): number {
  let [low, high] = [begin, end]
  while (high - low > minute) {
    const middle = low + Math.floor((high - low) / 2 / minute) * minute
    if (offsetAt(zone, middle) === before) low = middle
    else high = middle
  }
  return high
}

/** Minutes east of UTC. */
function offsetAt(timeZone: string, time: number): number {
  const name = new Intl.DateTimeFormat('en', { timeZone, timeZoneName: 'longOffset' }).formatToParts(time).find(({ type }) => type === 'timeZoneName')?.value ?? 'GMT'
  const [, sign = '+', hours = '0', minutes = '0'] = /^GMT(?:([+-])(\d{2}):(\d{2}))?$/.exec(name) ?? []
  return (sign === '-' ? -1 : 1) * (Number(hours) * 60 + Number(minutes))
}
