/** Alerts on Ceph, from the figures of its manager. */
import { alertRule, type RuleGroup } from './rule.ts'

const details: readonly (readonly [string, 'critical' | 'warning', string])[] = [
  ['OSD_FULL', 'critical', 'an OSD is full: writes to the whole cluster stop'],
  ['OSD_NEARFULL', 'warning', 'an OSD is nearly full: add disks or make room before writes stop'],
  ['MDS_ALL_DOWN', 'critical', 'no metadata server runs: the filesystem stands still'],
  ['PG_DAMAGED', 'critical', 'placement groups are damaged: copies of data disagree'],
  ['POOL_NEAR_FULL', 'warning', 'a pool is nearly full'],
  ['MON_DISK_CRIT', 'critical', 'a monitor’s own disk is nearly full'],
]

/** The manager's figures carry the job that Rook's ServiceMonitor gives them. */
export function cephRules(): RuleGroup {
  return {
    name: 'stowage-ceph',
    rules: [
      alertRule('StorageCephError', 'critical', 'ceph_health_status == 2', '5m', 'Ceph is in HEALTH_ERR', 'ceph health detail (in the toolbox) names the cause.'),
      alertRule('StorageCephWarning', 'warning', 'ceph_health_status == 1', '15m', 'Ceph has been in HEALTH_WARN for 15 minutes', 'ceph health detail (in the toolbox) names the cause.'),
      ...details.map(([name, severity, what]) => alertRule(`StorageCeph${camel(name)}`, severity, `ceph_health_detail{name="${name}"} == 1`, '1m', what, `${name}: ${what}.`)),
      alertRule('StorageCephUnknown', 'critical', 'absent(up{job="rook-ceph-mgr"} == 1)', '5m', 'nothing is known of Ceph', 'No manager of Ceph answers Prometheus: it does not run, or nobody reads its metrics.'),
    ],
  }
}

function camel(name: string): string {
  return name.split('_').map((part) => part.charAt(0) + part.slice(1).toLowerCase()).join('')
}
