/** One alert, as a PrometheusRule holds it. */
export interface AlertRule {
  readonly alert: string
  readonly expr: string
  /** A Prometheus duration, e.g. 15m. */
  readonly for?: string
  readonly labels: { readonly severity: 'critical' | 'warning'; readonly schedule?: string }
  readonly annotations: { readonly summary: string; readonly description: string }
}

export interface RuleGroup {
  readonly name: string
  readonly rules: readonly AlertRule[]
}

export function alertRule(alert: string, severity: 'critical' | 'warning', expr: string, wait: string | undefined, summary: string, description: string): AlertRule {
  return { alert, expr, ...(wait === undefined ? {} : { for: wait }), labels: { severity }, annotations: { summary, description } }
}
