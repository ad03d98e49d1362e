/** Checks of when backups are made, and of how long they are kept. */
import { didYouMean } from '@stowage/core'
import { parseCron, type Cron } from '../../cron/cron.ts'
import { parseGoDuration, spokenDuration } from '../../cron/go-duration.ts'
import { longestGap } from '../../cron/longest-gap.ts'
import { gfsTiers, type NamedSchedule } from '../../spec/resolve/gfs.ts'
import { fault, warning, type Check, type Fault } from '../check.ts'
import { locationsOf, ofVelero, schedulesOf, veleroPath, type DraftSchedule, type DraftVelero } from './subject.ts'

type Named = NamedSchedule<DraftSchedule>

export function pathOf({ path }: Pick<Named, 'path'>, ...field: readonly string[]): readonly string[] {
  return [...veleroPath, ...path, ...field]
}

/** A fault about one schedule, by which it can be accepted. */
export function about({ name }: Named, found: Fault): Fault {
  return { ...found, object: `schedule/${name}` }
}

/** Undefined for one that cannot be read; that is a fault of its own. */
export function cronOf({ schedule }: Pick<Named, 'schedule'>): Cron | undefined {
  const parsed = schedule === undefined ? undefined : parseCron(schedule)
  return parsed === undefined || 'fault' in parsed ? undefined : parsed
}

/** A schedule says when, and the set's own fields stand in the set alone. */
export const schedulesSayWhen: Check = ofVelero(({ schedules }) => {
  if (schedules === undefined || schedules === 'gfs') return []
  return Object.entries(schedules).flatMap(([name, entry]) => {
    const path = [...veleroPath, 'schedules', name]
    const foreign = name === 'gfs' ? (['schedule', 'ttl', 'storageLocation', 'renamedFrom'] as const) : gfsTiers
    const strangers = foreign.filter((field) => entry?.[field] !== undefined)
    const where = name === 'gfs' ? 'each tier of the set has its own' : 'it belongs to the set, under the name gfs'
    return [
      ...strangers.map((field) => fault('foreign-schedule-field', [...path, field], `${field} means nothing in schedule ${name}: ${where}`, name === 'gfs' ? `write it under daily, weekly or monthly` : `move it to schedules.gfs.${field}`)),
      ...(name !== 'gfs' && entry !== undefined && entry.schedule === undefined ? [fault('missing-field', [...path, 'schedule'], `schedule ${name} does not say when`, 'add schedule, five cron fields, e.g. "17 0 * * *"')] : []),
    ]
  })
})

/** Two schedules of one name are one object: the later would silently take the place of the other. */
export const schedulesHaveTheirNames: Check = ofVelero((velero) => {
  const all = schedulesOf(velero)
  const tiers = new Set(all.flatMap(({ tier, name }) => (tier === undefined ? [] : [name])))
  return all.filter(({ tier, name }) => tier === undefined && tiers.has(name)).map((one) => fault('duplicate-name', pathOf(one), `schedule ${one.name} has the name of a tier of the set gfs; one of the two would be lost`, 'rename it, or change the tier under schedules.gfs'))
})

/** Velero marks a schedule with a bad cron FailedValidation, and makes no backup. */
export const cronsAreValid: Check = ofVelero((velero) =>
  schedulesOf(velero).flatMap((one) => {
    const parsed = one.schedule === undefined ? undefined : parseCron(one.schedule)
    const remedy = /^(?:CRON_)?TZ=/.test(one.schedule ?? '') ? 'write e.g. "CRON_TZ=Europe/Berlin 17 0 * * *"' : 'write five fields, e.g. "17 0 * * *" for every day at 0:17'
    return parsed === undefined || !('fault' in parsed) ? [] : [fault('invalid-cron', pathOf(one, 'schedule'), `the cron ${JSON.stringify(one.schedule)} of schedule ${one.name} ${parsed.fault}`, remedy)]
  }),
)

/** Cron takes days that match either of two restricted fields: `0 3 1-7 * 0` is not the first Sunday. */
export const cronsMeanWhatTheySay: Check = ofVelero((velero) =>
  schedulesOf(velero).flatMap((one) => {
    const cron = cronOf(one)
    if (cron === undefined || cron.kind === 'every' || cron.anyDayOfMonth || cron.anyDayOfWeek) return []
    return [about(one, fault('cron-or', pathOf(one, 'schedule'), `the cron ${JSON.stringify(one.schedule)} of schedule ${one.name} restricts the day of the month and the day of the week: it runs on days that match either, not both`, 'leave one of the two at *'))]
  }),
)

/** Between two runs there must be a copy, and better two. */
export const copiesOutliveTheInterval: Check = ofVelero((velero) =>
  schedulesOf(velero).flatMap((one): readonly Fault[] => {
    const cron = cronOf(one)
    const text = one.ttl ?? velero.defaultBackupTTL ?? '720h'
    const ttl = parseGoDuration(text)
    if (cron === undefined || ttl === undefined || one.entry?.paused === true) return []
    const gap = longestGap(cron)
    const path = one.ttl === undefined ? pathOf(one) : pathOf(one, 'ttl')
    if (ttl <= gap) return [about(one, fault('ttl-below-interval', path, `backups of schedule ${one.name} are kept for ${text}, and it can be ${spokenDuration(gap)} to the next: in between there is none`, `write a ttl above ${spokenDuration(2 * gap)}`))]
    if (ttl <= 2 * gap && one.tier !== 'hourly') return [about(one, warning('ttl-below-two-intervals', path, `backups of schedule ${one.name} are kept for ${text}, and it can be ${spokenDuration(gap)} to the next: when one fails, the last good one is gone before the one after it`, `write a ttl above ${spokenDuration(2 * gap)}`))]
    return []
  }),
)

/** How much work may be lost is a matter of the longest gap. */
export const promisesCanBeKept: Check = ofVelero((velero) => {
  const all = schedulesOf(velero)
  const broken = all.flatMap((one): readonly Fault[] => {
    const [cron, rpo] = [cronOf(one), parseGoDuration(one.rpo ?? '')]
    if (cron === undefined || rpo === undefined) return []
    const path = one.tier === undefined ? pathOf(one, 'rpo') : [...veleroPath, 'schedules', 'gfs', 'rpo']
    if (one.entry?.paused === true) return [about(one, fault('rpo-not-kept', path, `schedule ${one.name} promises ${one.rpo ?? ''} and is paused`, 'remove paused, or rpo'))]
    const gap = longestGap(cron)
    return gap <= rpo ? [] : [about(one, fault('rpo-not-kept', path, `schedule ${one.name} promises that at most ${one.rpo ?? ''} of work is lost, and it can be ${spokenDuration(gap)} between two of its backups`, 'run it more often, or promise less'))]
  })
  return [...broken, ...overall(velero, all)]
})

function overall(velero: DraftVelero, all: readonly Named[]): readonly Fault[] {
  const rpo = parseGoDuration(velero.rpo ?? '')
  if (rpo === undefined) return []
  const whole = all.filter(({ entry }) => entry?.paused !== true && entry?.includedNamespaces === undefined && entry?.labelSelector === undefined)
  const gaps = whole.flatMap((one) => cronOf(one) ?? []).map((cron) => longestGap(cron))
  const best = Math.min(...gaps)
  if (best <= rpo) return []
  const seen = gaps.length === 0 ? 'no schedule takes every namespace' : `with the schedules that take every namespace it can be ${spokenDuration(best)} between two backups`
  return [{ ...fault('rpo-not-kept', [...veleroPath, 'rpo'], `at most ${velero.rpo ?? ''} of work may be lost, and ${seen}`, 'add a schedule that runs more often, e.g. schedules.gfs.hourly: {}'), object: 'velero' }]
}

/** Locations are named as they are declared, and can be written to. */
export const schedulesNameALocation: Check = ofVelero((velero) => {
  const locations = new Map(locationsOf(velero))
  const named = schedulesOf(velero).filter(({ tier }) => tier !== 'offsite').map((one) => ({ name: one.storageLocation, path: pathOf(one.tier === undefined ? one : { path: ['schedules', 'gfs'] }, 'storageLocation'), who: `schedule ${one.name}` }))
  const offsite = velero.offsite === undefined ? [] : [{ name: velero.offsite, path: [...veleroPath, 'offsite'], who: 'offsite' }]
  return [...named, ...offsite].flatMap(({ name, path, who }): readonly Fault[] => {
    if (name === undefined) return []
    const location = locations.get(name)
    if (location === undefined) return [fault('unknown-location', path, `${who} names the location ${JSON.stringify(name)}, which is not declared`, didYouMean(name, [...locations.keys()]))]
    return location.accessMode === 'ReadOnly' ? [fault('read-only-location', path, `${who} writes to location ${name}, which is ReadOnly`, 'write to another one, or make it ReadWrite')] : []
  })
})

/** A copy off site is somewhere else than the others. */
export const offsiteIsElsewhere: Check = ofVelero((velero) => {
  const all = schedulesOf(velero)
  const offsite = all.find(({ tier }) => tier === 'offsite')
  if (velero.offsite === undefined) {
    return offsite === undefined ? [] : [fault('offsite-without-location', pathOf(offsite), 'the tier offsite has no location to go to', 'add offsite with the name of a location that stands elsewhere')]
  }
  const location = new Map(locationsOf(velero)).get(velero.offsite)
  const isDefault = location?.default === true || (location !== undefined && locationsOf(velero).length === 1)
  if (isDefault) return [fault('offsite-is-default', [...veleroPath, 'offsite'], `the copy off site goes to ${velero.offsite}, where all others go, too`, 'declare a second location that stands elsewhere')]
  const used = offsite !== undefined || all.some(({ storageLocation }) => storageLocation === velero.offsite)
  return used ? [] : [warning('offsite-without-schedule', [...veleroPath, 'offsite'], `offsite names ${velero.offsite}, and no schedule copies anything there`, 'use schedules: gfs, or a schedule of your own with that storageLocation')]
})
