/** Backups that begin together wait for each other, and press on the storage all at once. */
import type { CronFields } from '../../cron/cron.ts'
import { closestStart, startsOf, type Starts } from '../../cron/same-minute.ts'
import { skippedRun } from '../../cron/skipped-run.ts'
import { warning, type Check, type Fault } from '../check.ts'
import { about, cronOf, pathOf } from './schedules.ts'
import { ofVelero, schedulesOf } from './subject.ts'

/** Velero makes one backup after the other; below this distance the second one nearly always waits. */
const tooClose = 5

export const schedulesAreStaggered: Check = ofVelero((velero) => {
  const known = new Map<string, Starts>()
  const all = schedulesOf(velero).flatMap((one) => {
    const cron = cronOf(one)
    return one.entry?.paused === true || cron === undefined || cron.kind === 'every' ? [] : [{ one, starts: remembered(known, cron) }]
  })
  return all.flatMap(({ one, starts }, index): readonly Fault[] => {
    const near = all.slice(0, index).flatMap((other) => {
      const apart = closestStart(other.starts, starts, tooClose)
      return apart === undefined ? [] : [{ name: other.one.name, apart }]
    })
    const [nearest] = near.toSorted((a, b) => a.apart - b.apart)
    if (nearest === undefined) return []
    const more = near.length === 1 ? '' : ` (and ${near.length - 1} more)`
    const path = pathOf(one, 'schedule')
    const waits = 'Velero makes one backup after the other, so one waits'
    const remedy = `begin at least ${tooClose} minutes apart`
    const found =
      nearest.apart === 0
        ? warning('schedules-start-together', path, `schedule ${one.name} begins in the same minute as ${nearest.name}${more}: ${waits}`, remedy)
        : warning('schedules-overlap', path, `schedule ${one.name} begins within ${nearest.apart}m of ${nearest.name}${more}: ${waits}`, remedy)
    return [about(one, found)]
  })
})

/** Where clocks go forward, an hour is missing, and Velero leaves out what would run in it. */
export const runsExist: Check = ofVelero((velero) =>
  schedulesOf(velero).flatMap((one): readonly Fault[] => {
    const cron = cronOf(one)
    const skipped = cron === undefined || cron.kind === 'every' ? undefined : skippedRun(cron)
    if (skipped === undefined) return []
    return [about(one, warning('run-left-out', pathOf(one, 'schedule'), `schedule ${one.name} would run in the hour that is left out when clocks go forward, e.g. on ${skipped}: that run is left out, too`, 'run it at another hour, or leave CRON_TZ out: then its hours are UTC'))]
  }),
)

/** Many schedules have one cron; its days are counted once. */
function remembered(known: Map<string, Starts>, cron: CronFields): Starts {
  const key = `${cron.zone} ${cron.text}`
  const starts = known.get(key) ?? startsOf(cron)
  known.set(key, starts)
  return starts
}
