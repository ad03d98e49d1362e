/** The table: one row for each thing that a tool is asked to accept. Every declaration goes through all that apply to it. */
import type { Row } from './row.ts'
import { argocdHealth, argocdReads } from './rows/argocd.ts'
import { fluxBuild } from './rows/flux.ts'
import { fluxHealth } from './rows/flux-health.ts'
import { kustomizeBuild } from './rows/kustomize.ts'
import { localCharts } from './rows/local-charts.ts'
import { objectRows } from './rows/objects.ts'
import { chartsLint, chartsTemplate } from './rows/releases.ts'
import { alertRules } from './rows/rules.ts'
import { shellScripts } from './rows/scripts.ts'
import { tofuPlanOfTwin, tofuValidate } from './rows/terraform.ts'

export const rows: readonly Row[] = [
  ...objectRows, // every object in every encoding, strict
  ...shellScripts, // what applies and installs, and the commands for Proxmox
  chartsLint, // our values, by each chart's own rules
  chartsTemplate, // what the charts make of them
  kustomizeBuild, // objects and charts through kustomize
  argocdReads, // Applications
  argocdHealth, // and our health checks
  fluxBuild, // each step through Flux' build
  fluxHealth, // and our expressions for its health checks
  ...localCharts, // the plan's own objects as charts
  tofuValidate, // blocks and providers
  tofuPlanOfTwin, // references, functions and files
  alertRules, // PromQL, templates and labels
]
