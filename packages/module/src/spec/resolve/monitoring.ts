import type { MonitoringSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveMonitoring(spec: DeclaredSpec): MonitoringSpec {
  return { serviceMonitors: false, alerts: false, dashboards: false, namespace: spec.namespace ?? 'storage-system', labels: {}, dashboardLabels: {} }
}
