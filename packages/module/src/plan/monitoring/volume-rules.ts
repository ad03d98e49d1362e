/** Alerts on volumes, from the kubelet's and kube-state-metrics' own figures. Bounds are those of kubernetes-mixin. */
import { alertRule, type RuleGroup } from './rule.ts'

const job = 'job="kubelet", metrics_path="/metrics"'
const writable = 'unless on(cluster, namespace, persistentvolumeclaim) kube_persistentvolumeclaim_access_mode{access_mode="ReadOnlyMany"} == 1 unless on(cluster, namespace, persistentvolumeclaim) kube_persistentvolumeclaim_labels{label_excluded_from_alerts="true"} == 1'
const claim = '{{ $labels.namespace }}/{{ $labels.persistentvolumeclaim }}'

function share(what: 'bytes' | 'inodes'): string {
  const [free, all] = what === 'bytes' ? ['available_bytes', 'capacity_bytes'] : ['inodes_free', 'inodes']
  return `kubelet_volume_stats_${free}{${job}} / kubelet_volume_stats_${all}{${job}}`
}

function used(what: 'bytes' | 'inodes'): string {
  return `kubelet_volume_stats_${what === 'bytes' ? 'used_bytes' : 'inodes_used'}{${job}} > 0`
}

function free(what: 'bytes' | 'inodes'): string {
  return what === 'bytes' ? 'kubelet_volume_stats_available_bytes' : 'kubelet_volume_stats_inodes_free'
}

const words = { bytes: 'space', inodes: 'inodes' } as const

export function volumeRules(): RuleGroup {
  const filling = (['bytes', 'inodes'] as const).flatMap((what) => [
    alertRule(
      what === 'bytes' ? 'StorageVolumeAlmostFull' : 'StorageVolumeAlmostOutOfInodes',
      'critical',
      `(${share(what)}) < 0.03 and ${used(what)} ${writable}`,
      '1m',
      `volume ${claim} has less than 3 % of its ${words[what]} left`,
      `Claim ${claim} has {{ $value | humanizePercentage }} of its ${words[what]} left. Expand it or make room; when it is full, writes fail.`,
    ),
    alertRule(
      what === 'bytes' ? 'StorageVolumeFillingUp' : 'StorageVolumeRunningOutOfInodes',
      'warning',
      `(${share(what)}) < 0.15 and ${used(what)} and predict_linear(${free(what)}{${job}}[6h], 4 * 24 * 3600) < 0 ${writable}`,
      '1h',
      `volume ${claim} will be full within four days`,
      `Claim ${claim} has {{ $value | humanizePercentage }} of its ${words[what]} left, and at the rate of the last six hours none within four days.`,
    ),
  ])
  return {
    name: 'stowage-volumes',
    rules: [
      ...filling,
      alertRule('StorageClaimPending', 'warning', 'kube_persistentvolumeclaim_status_phase{phase="Pending"} == 1', '15m', `claim ${claim} has waited for 15 minutes`, `Claim ${claim} is Pending. A claim whose class waits for its first pod is Pending until a pod uses it; else its events say why (kubectl describe pvc).`),
      alertRule('StorageClaimLost', 'critical', 'kube_persistentvolumeclaim_status_phase{phase="Lost"} == 1', undefined, `claim ${claim} has lost its volume`, `The PersistentVolume of claim ${claim} is gone. Do not delete the claim: its volumeName says which disk it was.`),
      alertRule('StorageVolumeFailed', 'critical', 'kube_persistentvolume_status_phase{phase="Failed"} == 1', undefined, 'volume {{ $labels.persistentvolume }} could not be reclaimed', 'Reclaiming PersistentVolume {{ $labels.persistentvolume }} failed; its events say why (kubectl describe pv).'),
      alertRule('StorageVolumeReleased', 'warning', 'kube_persistentvolume_status_phase{phase="Released"} == 1', '7d', 'volume {{ $labels.persistentvolume }} has belonged to nobody for a week', 'The claim of PersistentVolume {{ $labels.persistentvolume }} is gone, and its data was kept. Give it to a claim, or delete it and its disk.'),
    ],
  }
}
