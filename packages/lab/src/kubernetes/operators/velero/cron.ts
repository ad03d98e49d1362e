/** When a schedule is due: robfig/cron's standard parser, which Velero uses. Five fields, descriptors, `CRON_TZ=`. */
import { CronFault, parseField } from './cron-fields.ts'
import type { Field } from './cron-fields.ts'

export interface CronSchedule {
  /** The first moment after `ms`, milliseconds since the epoch; undefined when there is none within five years. */
  next(ms: number): number | undefined
}

const names = (list: string, from: number): Readonly<Record<string, number>> => Object.fromEntries(list.split(' ').map((each, index) => [each, index + from]))
const months = names('jan feb mar apr may jun jul aug sep oct nov dec', 1)
const days = names('sun mon tue wed thu fri sat', 0)
const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *', '@annually': '0 0 1 1 *', '@monthly': '0 0 1 * *', '@weekly': '0 0 * * 0', '@daily': '0 0 * * *', '@midnight': '0 0 * * *', '@hourly': '0 * * * *',
}
const minuteMs = 60_000
const fiveYearsMs = 5 * 366 * 86_400_000

/** Throws a CronFault with the parser's words. */
export function parseCron(text: string): CronSchedule {
  const zoned = /^(?:CRON_)?TZ=(\S+)\s+(.*)$/.exec(text)
  const zone = zoned?.[1] ?? 'UTC'
  const local = zoneClock(zone)
  const spec = (zoned?.[2] ?? text).trim()
  const every = /^@every (\d+)(s|m|h)$/.exec(spec)
  if (every !== null) return everySo(Number(every[1]) * { s: 1_000, m: minuteMs, h: 3_600_000 }[every[2] === 's' ? 's' : every[2] === 'm' ? 'm' : 'h'])
  const standard = spec.startsWith('@') ? descriptors[spec] : spec
  if (standard === undefined) throw new CronFault(`unrecognized descriptor: ${spec}`)
  return fieldSchedule(standard, local)
}

function everySo(ms: number): CronSchedule {
  return { next: (after) => Math.floor(after / 1000) * 1000 + ms }
}

function fieldSchedule(spec: string, local: LocalClock): CronSchedule {
  const fields = spec.split(/\s+/)
  if (fields.length !== 5) throw new CronFault(`expected exactly 5 fields, found ${fields.length}: [${fields.join(' ')}]`)
  const [minute = '', hour = '', day = '', month = '', weekday = ''] = fields
  const parsed = {
    minute: parseField(minute, { min: 0, max: 59 }),
    hour: parseField(hour, { min: 0, max: 23 }),
    day: parseField(day, { min: 1, max: 31 }),
    month: parseField(month, { min: 1, max: 12, names: months }),
    weekday: parseField(weekday, { min: 0, max: 6, names: days }),
  }
  return { next: (after) => nextOf(parsed, local, after) }
}

interface Fields {
  readonly minute: Field
  readonly hour: Field
  readonly day: Field
  readonly month: Field
  readonly weekday: Field
}

/** Days that cannot be are stepped over whole, then hours; what is left is looked at minute by minute. */
function nextOf(fields: Fields, local: LocalClock, after: number): number | undefined {
  let at = (Math.floor(after / minuteMs) + 1) * minuteMs
  const end = after + fiveYearsMs
  while (at <= end) {
    const now = local(at)
    if (!fields.month.values.has(now.month) || !isDay(fields, now)) at += ((24 - now.hour) * 60 - now.minute) * minuteMs
    else if (!fields.hour.values.has(now.hour)) at += (60 - now.minute) * minuteMs
    else if (!fields.minute.values.has(now.minute)) at += minuteMs
    else return at
  }
  return undefined
}

/** Cron's old habit: where both are restricted, either will do. */
function isDay({ day, weekday }: Fields, now: LocalTime): boolean {
  const [byDay, byWeekday] = [day.values.has(now.day), weekday.values.has(now.weekday)]
  return day.isStar || weekday.isStar ? byDay && byWeekday : byDay || byWeekday
}

interface LocalTime {
  readonly minute: number
  readonly hour: number
  readonly day: number
  readonly month: number
  readonly weekday: number
}

type LocalClock = (ms: number) => LocalTime

function zoneClock(zone: string): LocalClock {
  if (zone === 'UTC') {
    return (ms) => {
      const date = new Date(ms)
      return { minute: date.getUTCMinutes(), hour: date.getUTCHours(), day: date.getUTCDate(), month: date.getUTCMonth() + 1, weekday: date.getUTCDay() }
    }
  }
  const format = formatOf(zone)
  return (ms) => {
    const parts = new Map(format.formatToParts(ms).map(({ type, value }) => [type, value]))
    const number = (type: Intl.DateTimeFormatPartTypes): number => Number(parts.get(type) ?? '0')
    return { minute: number('minute'), hour: number('hour') % 24, day: number('day'), month: number('month'), weekday: days[(parts.get('weekday') ?? '').toLowerCase()] ?? 0 }
  }
}

function formatOf(zone: string): Intl.DateTimeFormat {
  try {
    return new Intl.DateTimeFormat('en-US', { timeZone: zone, hour12: false, minute: 'numeric', hour: 'numeric', day: 'numeric', month: 'numeric', weekday: 'short' })
  } catch {
    throw new CronFault(`provided bad location ${zone}: unknown time zone ${zone}`)
  }
}
