/**
 * Cron as Velero reads it: robfig/cron v3, `ParseStandard`. Five fields, names of months and days, descriptors (`@daily`,
 * `@every 1h30m`) and a zone in front (`CRON_TZ=` or `TZ=`). Unlike others it knows no 7 for Sunday, no L, W or #.
 */
import { parseGoDuration } from './go-duration.ts'

export interface CronFields {
  readonly kind: 'fields'
  /** IANA name; `UTC` when none is given, which is what Velero's image runs in. */
  readonly zone: string
  readonly minutes: readonly number[]
  readonly hours: readonly number[]
  readonly daysOfMonth: ReadonlySet<number>
  readonly months: ReadonlySet<number>
  /** 0 is Sunday. */
  readonly daysOfWeek: ReadonlySet<number>
  /** Whether a field leaves days open (`*`, `?`); when neither does, cron takes days that match either of the two. */
  readonly anyDayOfMonth: boolean
  readonly anyDayOfWeek: boolean
  /** The same as five plain fields. */
  readonly text: string
}

/** `@every`: from whenever Velero started, so no time of day can be told. */
export interface CronEvery {
  readonly kind: 'every'
  readonly milliseconds: number
}

export type Cron = CronFields | CronEvery

/** What is wrong, as a sentence's end: `has 4 fields, not 5`. */
export interface CronFault {
  readonly fault: string
}

const descriptors: Readonly<Record<string, string>> = {
  '@yearly': '0 0 1 1 *',
  '@annually': '0 0 1 1 *',
  '@monthly': '0 0 1 * *',
  '@weekly': '0 0 * * 0',
  '@daily': '0 0 * * *',
  '@midnight': '0 0 * * *',
  '@hourly': '0 * * * *',
}
const monthNames = ['jan', 'feb', 'mar', 'apr', 'may', 'jun', 'jul', 'aug', 'sep', 'oct', 'nov', 'dec']
const dayNames = ['sun', 'mon', 'tue', 'wed', 'thu', 'fri', 'sat']

interface FieldRule {
  readonly name: string
  readonly low: number
  readonly high: number
  readonly names: readonly string[]
}

const rules: readonly FieldRule[] = [
  { name: 'minute', low: 0, high: 59, names: [] },
  { name: 'hour', low: 0, high: 23, names: [] },
  { name: 'day of month', low: 1, high: 31, names: [] },
  { name: 'month', low: 1, high: 12, names: monthNames },
  { name: 'day of week', low: 0, high: 6, names: dayNames },
]

export function parseCron(text: string): Cron | CronFault {
  const zoned = /^(?:CRON_TZ|TZ)=(\S*)\s+(.*)$/s.exec(text)
  const zone = zoned?.[1] ?? 'UTC'
  const rest = (zoned?.[2] ?? text).trim()
  if (zoned === null && /^(?:CRON_TZ|TZ)=/.test(text)) return { fault: 'holds a zone and nothing else' }
  if (!isZone(zone)) return { fault: `names the zone ${JSON.stringify(zone)}, which is not known` }
  if (rest.startsWith('@')) return parseDescriptor(rest, zone)
  return parseFields(rest, zone)
}

function isZone(zone: string): boolean {
  // Asking the runtime costs a millisecond, and hardly anybody writes another.
  if (zone === 'UTC') return true
  try {
    return zone !== '' && new Intl.DateTimeFormat('en', { timeZone: zone }).resolvedOptions().timeZone !== ''
  } catch {
    return false
  }
}

function parseDescriptor(text: string, zone: string): Cron | CronFault {
  if (text.startsWith('@every ')) {
    const milliseconds = parseGoDuration(text.slice('@every '.length).trim())
    return milliseconds === undefined || milliseconds < 1000 ? { fault: 'has no duration of a second or more after @every' } : { kind: 'every', milliseconds }
  }
  const fields = Object.hasOwn(descriptors, text) ? descriptors[text] : undefined
  return fields === undefined ? { fault: `is none of ${Object.keys(descriptors).join(', ')}, @every <duration>` } : parseFields(fields, zone)
}

function parseFields(text: string, zone: string): Cron | CronFault {
  const fields = text.split(/\s+/).filter((field) => field !== '')
  if (fields.length !== rules.length) return { fault: `has ${fields.length} field${fields.length === 1 ? '' : 's'}, not 5 (minute, hour, day of month, month, day of week)` }
  const parsed: ParsedField[] = []
  for (const [index, rule] of rules.entries()) {
    const field = parseField(fields[index] ?? '', rule)
    if ('fault' in field) return field
    parsed.push(field)
  }
  const [minutes, hours, dom, months, dow] = parsed
  if (minutes === undefined || hours === undefined || dom === undefined || months === undefined || dow === undefined) return { fault: 'has too few fields' }
  const cron: CronFields = {
    kind: 'fields',
    zone,
    minutes: ascending(minutes.values),
    hours: ascending(hours.values),
    daysOfMonth: dom.values,
    months: months.values,
    daysOfWeek: dow.values,
    anyDayOfMonth: dom.any,
    anyDayOfWeek: dow.any,
    text: fields.join(' '),
  }
  return everMatches(cron) ? cron : { fault: 'never comes: no month that it names has that day' }
}

interface ParsedField {
  readonly values: ReadonlySet<number>
  readonly any: boolean
}

function parseField(text: string, rule: FieldRule): ParsedField | CronFault {
  const values = new Set<number>()
  let any = false
  for (const part of text.split(',')) {
    const range = parseRange(part, rule)
    if ('fault' in range) return range
    for (let value = range.from; value <= range.to; value += range.step) values.add(value)
    any ||= range.any
  }
  return { values, any }
}

interface Range {
  readonly from: number
  readonly to: number
  readonly step: number
  readonly any: boolean
}

/** `*`, `?`, `3`, `1-5`, `*` with a step, `1-30/2`, `3/5` (from 3 on). A star with a step above one is no longer "any". */
function parseRange(part: string, rule: FieldRule): Range | CronFault {
  const bad = (why: string): CronFault => ({ fault: `has ${JSON.stringify(part)} as ${rule.name}, ${why}` })
  const match = /^([^-/]+)(?:-([^-/]+))?(?:\/(\d+))?$/.exec(part)
  if (match === null) return bad('which is not a number, a range or a step')
  const [, first = '', last, stepText] = match
  const star = first === '*' || first === '?'
  if (star && last !== undefined) return bad('which is not a range')
  const from = star ? rule.low : valueOf(first, rule)
  const to = star || (last === undefined && stepText !== undefined) ? rule.high : valueOf(last ?? first, rule)
  const step = stepText === undefined ? 1 : Number(stepText)
  if (from === undefined || to === undefined) return bad(`which is not ${rule.low}–${rule.high}${rule.names.length === 0 ? '' : ` or ${rule.names[0] ?? ''}–${rule.names.at(-1) ?? ''}`}${rule.name === 'day of week' ? ' (Sunday is 0)' : ''}`)
  if (step === 0) return bad('whose step is zero')
  if (from > to) return bad('whose end is before its beginning')
  return { from, to, step, any: star && step === 1 }
}

function valueOf(text: string, { low, high, names }: FieldRule): number | undefined {
  const named = names.indexOf(text.toLowerCase())
  if (named !== -1) return named + low
  if (!/^\d+$/.test(text)) return undefined
  const value = Number(text)
  return value >= low && value <= high ? value : undefined
}

function ascending(values: ReadonlySet<number>): readonly number[] {
  return [...values].toSorted((a, b) => a - b)
}

const longestMonth: readonly number[] = [31, 29, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31]

function everMatches({ anyDayOfMonth, anyDayOfWeek, daysOfMonth, months }: CronFields): boolean {
  if (anyDayOfMonth || !anyDayOfWeek) return true
  return [...months].some((month) => [...daysOfMonth].some((day) => day <= (longestMonth[month - 1] ?? 0)))
}

/** Whether it comes on a day; both day fields restricted means either of the two. */
export function matchesDay(cron: CronFields, month: number, dayOfMonth: number, dayOfWeek: number): boolean {
  if (!cron.months.has(month)) return false
  const [byDate, byWeek] = [cron.daysOfMonth.has(dayOfMonth), cron.daysOfWeek.has(dayOfWeek)]
  return cron.anyDayOfMonth || cron.anyDayOfWeek ? byDate && byWeek : byDate || byWeek
}
