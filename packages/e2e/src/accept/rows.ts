/** The table: one row for each thing that a tool is asked to accept. Every declaration goes through all that apply to it. */
import type { Row } from './row.ts'
import { kubectlObjects } from './rows/objects.ts'
import { chartsLint, chartsTemplate } from './rows/releases.ts'
import { alertRules } from './rows/rules.ts'

export const rows: readonly Row[] = [
  kubectlObjects, // every object, strict
  chartsLint, // our values, by each chart's own rules
  chartsTemplate, // what the charts make of them
  alertRules, // PromQL, templates and labels
]
