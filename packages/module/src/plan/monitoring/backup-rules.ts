/**
 * Alerts on backups. `velero_backup_last_status` is set to 1 every minute whatever happened, so no rule reads it. Every
 * declared schedule has its own bound, made of its cron, and an alert when its figure is not there at all.
 */
import { longestGap } from '../../cron/longest-gap.ts'
import type { ScheduleSpec, VeleroSpec } from '../../spec/velero-spec.ts'
import { alertRule, type AlertRule, type RuleGroup } from './rule.ts'

/** What a backup may take beyond its interval before it counts as late, seconds. */
const slackSeconds = 2 * 3600

export function backupRules(velero: VeleroSpec): RuleGroup {
  return { name: 'stowage-backups', rules: [...failures(), ...velero.schedules.filter(({ paused }) => !paused).flatMap(staleness), ...locations()] }
}

function failures(): readonly AlertRule[] {
  const rule = (alert: string, severity: 'critical' | 'warning', counter: string, what: string): AlertRule =>
    alertRule(alert, severity, `increase(velero_backup_${counter}_total{schedule!=""}[1h]) > 0`, undefined, `a backup of schedule {{ $labels.schedule }} ${what}`, `A backup of schedule {{ $labels.schedule }} ${what} within the last hour. velero backup describe and velero backup logs say why.`)
  return [
    rule('StorageBackupFailed', 'critical', 'failure', 'failed'),
    rule('StorageBackupPartiallyFailed', 'warning', 'partial_failure', 'failed in part'),
    rule('StorageBackupInvalid', 'critical', 'validation_failure', 'was refused by Velero'),
  ]
}

/** The longest time between two runs, and the slack. undefined when the cron cannot be read; the checks refuse that. */
export function staleAfterSeconds({ schedule }: Pick<ScheduleSpec, 'schedule'>): number | undefined {
  const gap = longestGap(schedule)
  return gap === undefined ? undefined : Math.ceil(gap / 1000) + slackSeconds
}

function staleness(schedule: ScheduleSpec): readonly AlertRule[] {
  const bound = staleAfterSeconds(schedule)
  if (bound === undefined) return []
  const metric = `velero_backup_last_successful_timestamp{schedule="${schedule.name}"}`
  const hours = Math.round(bound / 360) / 10
  const rules = [
    alertRule('StorageBackupStale', 'critical', `time() - ${metric} > ${bound}`, '5m', `the last good backup of schedule ${schedule.name} is older than ${hours} hours`, `Schedule ${schedule.name} (${schedule.schedule}) should have made a backup within ${hours} hours, and the last good one is {{ $value | humanizeDuration }} old.`),
    alertRule('StorageBackupUnknown', 'critical', `absent(${metric})`, `${Math.ceil(bound / 60)}m`, `nothing is known of a backup of schedule ${schedule.name}`, `Velero has not told of any good backup of schedule ${schedule.name} for ${hours} hours: none was made, or Velero is not there, or nobody reads its metrics.`),
  ]
  return rules.map((rule) => ({ ...rule, labels: { ...rule.labels, schedule: schedule.name } }))
}

function locations(): readonly AlertRule[] {
  return [
    alertRule('StorageBackupLocationUnavailable', 'critical', 'velero_backup_location_status_gauge == 0', '15m', 'backup location {{ $labels.backup_location_name }} cannot be reached', 'BackupStorageLocation {{ $labels.backup_location_name }} is Unavailable: its status says why (kubectl get backupstoragelocations -A). No backup is written to it until it is back.'),
    alertRule('StorageRepositoryMaintenanceFailed', 'warning', 'increase(velero_repo_maintenance_failure_total[1d]) > 0', undefined, 'maintenance of a backup repository failed', 'Kopia’s maintenance of repository {{ $labels.repository_name }} failed: what expired keeps its space until it runs.'),
  ]
}
