/** The JSON Schemas of Prometheus' operator, strict as published, loaded with this module. */
import servicemonitor from '../data/schemas/servicemonitor_v1.json' with { type: 'json' }
import podmonitor from '../data/schemas/podmonitor_v1.json' with { type: 'json' }
import prometheusrule from '../data/schemas/prometheusrule_v1.json' with { type: 'json' }
import type { JsonSchema } from './json-schema.ts'

export const monitoringSchemas = {
  servicemonitor_v1: servicemonitor,
  podmonitor_v1: podmonitor,
  prometheusrule_v1: prometheusrule,
} satisfies Readonly<Record<string, JsonSchema>>
