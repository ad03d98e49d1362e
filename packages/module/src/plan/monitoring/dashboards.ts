/** Grafana dashboards as data: a few panels each, of the same figures as the alerts. Format: Grafana's dashboard JSON, schemaVersion 39. */
import type { Spec } from '../../spec/spec.ts'

interface Panel {
  readonly title: string
  readonly type: 'timeseries' | 'stat' | 'table' | 'bargauge'
  readonly unit: string
  readonly expr: string
  readonly legend: string
  /** Of Grafana's 24 columns. */
  readonly width: number
}

export interface Dashboard {
  readonly uid: string
  readonly title: string
  readonly panels: readonly Panel[]
}

const panel = (title: string, type: Panel['type'], unit: string, expr: string, legend: string, width = 12): Panel => ({ title, type, unit, expr, legend, width })

const volumes: Dashboard = {
  uid: 'stowage-volumes',
  title: 'Storage / Volumes',
  panels: [
    panel('Fullest volumes', 'bargauge', 'percentunit', 'topk(15, 1 - kubelet_volume_stats_available_bytes / kubelet_volume_stats_capacity_bytes)', '{{namespace}}/{{persistentvolumeclaim}}'),
    panel('Fewest inodes left', 'bargauge', 'percentunit', 'topk(15, kubelet_volume_stats_inodes_used / kubelet_volume_stats_inodes)', '{{namespace}}/{{persistentvolumeclaim}}'),
    panel('Used', 'timeseries', 'bytes', 'kubelet_volume_stats_used_bytes', '{{namespace}}/{{persistentvolumeclaim}}'),
    panel('Claims by phase', 'timeseries', 'short', 'sum by (phase) (kube_persistentvolumeclaim_status_phase)', '{{phase}}'),
    panel('Requested by class', 'timeseries', 'bytes', 'sum by (storageclass) (kube_persistentvolumeclaim_resource_requests_storage_bytes * on(namespace, persistentvolumeclaim) group_left(storageclass) kube_persistentvolumeclaim_info)', '{{storageclass}}'),
    panel('Volumes that belong to nobody', 'table', 'short', 'kube_persistentvolume_status_phase{phase=~"Released|Failed"} == 1', '{{persistentvolume}}'),
  ],
}

const backups: Dashboard = {
  uid: 'stowage-backups',
  title: 'Storage / Backups',
  panels: [
    panel('Age of the last good backup', 'bargauge', 's', 'time() - velero_backup_last_successful_timestamp{schedule!=""}', '{{schedule}}'),
    panel('Locations', 'stat', 'short', 'velero_backup_location_status_gauge', '{{backup_location_name}}'),
    panel('Failures in a day', 'timeseries', 'short', 'sum by (schedule) (increase(velero_backup_failure_total{schedule!=""}[1d]) + increase(velero_backup_partial_failure_total{schedule!=""}[1d]))', '{{schedule}}'),
    panel('Duration', 'timeseries', 's', 'rate(velero_backup_duration_seconds_sum{schedule!=""}[1d]) / rate(velero_backup_duration_seconds_count{schedule!=""}[1d])', '{{schedule}}'),
    panel('Size of manifests', 'timeseries', 'bytes', 'velero_backup_tarball_size_bytes{schedule!=""}', '{{schedule}}'),
    panel('CSI snapshots that failed in a day', 'timeseries', 'short', 'sum(increase(velero_csi_snapshot_failure_total[1d]))', 'failed'),
  ],
}

const ceph: Dashboard = {
  uid: 'stowage-ceph',
  title: 'Storage / Ceph',
  panels: [
    panel('Health', 'stat', 'short', 'ceph_health_status', '0 OK, 1 WARN, 2 ERR', 6),
    panel('Used of the whole', 'stat', 'percentunit', 'ceph_cluster_total_used_bytes / ceph_cluster_total_bytes', 'used', 6),
    panel('OSDs that are up', 'stat', 'short', 'sum(ceph_osd_up)', 'up', 6),
    panel('OSDs that are in', 'stat', 'short', 'sum(ceph_osd_in)', 'in', 6),
    panel('Pools', 'timeseries', 'percentunit', 'ceph_pool_percent_used * on(pool_id) group_left(name) ceph_pool_metadata', '{{name}}'),
    panel('Latency of OSDs', 'timeseries', 'ms', 'topk(10, ceph_osd_apply_latency_ms)', '{{ceph_daemon}}'),
  ],
}

export function dashboardsOf(spec: Spec): readonly Dashboard[] {
  const rook = spec.backends.some(({ kind }) => kind === 'rookCeph')
  return [volumes, ...(spec.velero === undefined ? [] : [backups]), ...(rook ? [ceph] : [])]
}

/** Panels from left to right, and on to the next row when a row is full. */
export function dashboardJson({ uid, title, panels }: Dashboard): string {
  let x = 0
  let y = 0
  const placed = panels.map((each, index) => {
    if (x + each.width > 24) [x, y] = [0, y + 8]
    const at = { h: 8, w: each.width, x, y }
    x += each.width
    return panelJson(each, index + 1, at)
  })
  const variable = { name: 'datasource', label: 'Data source', type: 'datasource', query: 'prometheus' }
  return JSON.stringify({ uid, title, tags: ['storage'], schemaVersion: 39, editable: true, refresh: '1m', time: { from: 'now-24h', to: 'now' }, templating: { list: [variable] }, panels: placed }, undefined, 2)
}

function panelJson({ title, type, unit, expr, legend }: Panel, id: number, gridPos: object): object {
  const datasource = { type: 'prometheus', uid: '${datasource}' }
  return { id, title, type, gridPos, datasource, fieldConfig: { defaults: { unit }, overrides: [] }, targets: [{ refId: 'A', datasource, expr, legendFormat: legend, ...(type === 'table' ? { format: 'table', instant: true } : {}) }] }
}
