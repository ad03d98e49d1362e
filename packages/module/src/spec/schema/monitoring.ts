/** Monitors, alerts, dashboards. */
import * as z from 'zod'
import { dnsLabel, labelValue, qualifiedName } from './words.ts'

export const monitoringSchema = z
  .strictObject({
    serviceMonitors: z.boolean().describe('ServiceMonitors and PodMonitors for what has metrics (monitoring.coreos.com/v1; the Prometheus operator must be there). Default: as alerts.'),
    alerts: z.boolean().describe('PrometheusRules: volumes that fill, claims that wait, backups that fail or grow stale, Ceph’s health. Default: false.'),
    dashboards: z.boolean().describe('Grafana dashboards as ConfigMaps. Default: false.'),
    namespace: dnsLabel.describe('Where rules, monitors and dashboards go; also where Prometheus is let in from. Default: the declaration’s namespace.'),
    labels: z.record(qualifiedName, labelValue).describe('Labels by which Prometheus selects rules and monitors, e.g. release: kube-prometheus-stack. Default: none.'),
    dashboardLabels: z.record(qualifiedName, labelValue).describe('Labels by which Grafana’s sidecar finds dashboards. Default: grafana_dashboard: "1".'),
  })
  .partial()
  .describe('Monitors, alerts, dashboards.')
