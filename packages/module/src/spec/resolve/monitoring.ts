import type { MonitoringSpec } from '../cluster-spec.ts'
import { defaultNamespace } from '../default-namespace.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveMonitoring({ monitoring = {}, namespace = defaultNamespace }: DeclaredSpec): MonitoringSpec {
  const alerts = monitoring.alerts ?? false
  return {
    serviceMonitors: monitoring.serviceMonitors ?? alerts,
    alerts,
    dashboards: monitoring.dashboards ?? false,
    namespace: monitoring.namespace ?? namespace,
    labels: monitoring.labels ?? {},
    dashboardLabels: monitoring.dashboardLabels ?? { grafana_dashboard: '1' },
  }
}
