/** What watches the storage: rules, monitors, dashboards. They come last, and nothing depends on them. */
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { Contribution, KubernetesObject, Need, PlannedObject } from '../plan.ts'
import { backupRules } from './backup-rules.ts'
import { cephRules } from './ceph-rules.ts'
import { dashboardJson, dashboardsOf } from './dashboards.ts'
import { nodeAgentPodMonitor, veleroServiceMonitor } from './monitors.ts'
import type { RuleGroup } from './rule.ts'
import { volumeRules } from './volume-rules.ts'

export function monitoringContribution(spec: Spec): Contribution {
  const { alerts, serviceMonitors, dashboards, namespace } = spec.monitoring
  const objects = [...(serviceMonitors ? monitors(spec) : []), ...(alerts ? [rules(spec)] : []), ...(dashboards ? dashboardMaps(spec) : [])]
  const foreign = objects.length > 0 && namespace !== spec.namespace && namespace !== spec.velero?.namespace
  const need: Need = { kind: 'Namespace', name: namespace, reason: 'rules, monitors and dashboards go there; it belongs to who watches' }
  return { objects, ...(foreign ? { needs: [need] } : {}), ...(serviceMonitors && spec.drivers.length > 0 ? { notes: ['Stowage’s own driver has no metrics yet: no monitor is made for it'] } : {}) }
}

function rules(spec: Spec): PlannedObject {
  const rook = spec.backends.some((backend) => backend.kind === 'rookCeph' && backend.monitoring)
  const groups: readonly RuleGroup[] = [volumeRules(), ...(spec.velero === undefined ? [] : [backupRules(spec.velero)]), ...(rook ? [cephRules()] : [])]
  const object: KubernetesObject = {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PrometheusRule',
    metadata: { name: 'stowage', namespace: spec.monitoring.namespace, labels: { ...labelsOf(spec, 'system'), ...spec.monitoring.labels } },
    spec: { groups },
  }
  return watching(spec, object, `tells when ${new Intl.ListFormat('en-GB').format(groups.map(({ name }) => name.replace('stowage-', '').replace('ceph', 'Ceph')))} need somebody`, 'nobody is told any more')
}

function monitors(spec: Spec): readonly PlannedObject[] {
  const { velero } = spec
  if (velero === undefined || !velero.metrics) return []
  const agents = velero.enableFilesystemBackups || velero.enableSnapshotBackups
  return [
    watching(spec, veleroServiceMonitor(spec, velero), 'Prometheus reads Velero’s figures', 'alerts on backups have nothing to read'),
    ...(agents ? [watching(spec, nodeAgentPodMonitor(spec, velero), 'Prometheus reads the node-agents’ figures', 'the node-agents’ figures are not read')] : []),
  ]
}

function dashboardMaps(spec: Spec): readonly PlannedObject[] {
  return dashboardsOf(spec).map((dashboard) => {
    const object: KubernetesObject = {
      apiVersion: 'v1',
      kind: 'ConfigMap',
      metadata: { name: dashboard.uid, namespace: spec.monitoring.namespace, labels: { ...labelsOf(spec, 'system'), ...spec.monitoring.dashboardLabels } },
      data: { [`${dashboard.uid}.json`]: dashboardJson(dashboard) },
    }
    return watching(spec, object, `Grafana shows ${dashboard.title}`, 'the dashboard is gone')
  })
}

function watching(spec: Spec, object: KubernetesObject, reason: string, losing: string): PlannedObject {
  const ours = spec.monitoring.namespace === spec.namespace
  return planned('monitoring', object, reason, ours ? [`Namespace/${spec.namespace}`] : [], `${losing}; no data is lost`)
}
