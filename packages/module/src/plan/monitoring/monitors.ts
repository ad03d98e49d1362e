/** What Prometheus reads: Velero's server and node-agents. Rook's operator makes the monitor of its manager itself (CephCluster.spec.monitoring). */
import type { Spec } from '../../spec/spec.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

const port = 'http-monitoring'

/** Of the chart's Service velero: its port is http-monitoring (8085). */
export function veleroServiceMonitor(spec: Spec, velero: VeleroSpec): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'ServiceMonitor',
    metadata: { name: 'stowage-velero', namespace: spec.monitoring.namespace, labels: { ...labelsOf(spec, 'system'), ...spec.monitoring.labels } },
    spec: {
      namespaceSelector: { matchNames: [velero.namespace] },
      selector: { matchLabels: { 'app.kubernetes.io/name': 'velero' } },
      endpoints: [{ port, interval: '30s' }],
    },
  }
}

/** Node-agents have no Service; their figures begin with `podVolume_`. */
export function nodeAgentPodMonitor(spec: Spec, velero: VeleroSpec): KubernetesObject {
  return {
    apiVersion: 'monitoring.coreos.com/v1',
    kind: 'PodMonitor',
    metadata: { name: 'stowage-node-agent', namespace: spec.monitoring.namespace, labels: { ...labelsOf(spec, 'system'), ...spec.monitoring.labels } },
    spec: {
      namespaceSelector: { matchNames: [velero.namespace] },
      selector: { matchLabels: { name: 'node-agent' } },
      podMetricsEndpoints: [{ port, interval: '30s' }],
    },
  }
}
