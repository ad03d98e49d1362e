/** The plan's Helm releases: our values through each chart, and what the chart makes of them through kubeconform. */
import { isDeepStrictEqual } from 'node:util'
import { writeFile } from 'node:fs/promises'
import { join } from 'node:path'
import { stringify } from 'yaml'
import type { HelmRelease } from '@stowage/module'
import { kubernetesVersion } from '@stowage/wire/kubernetes'
import type { ShelvedChart } from '../chart-shelf.ts'
import { documentsIn, isFields } from '../documents.ts'
import type { Rendered } from '../rendered.ts'
import { accepted, refused, type Row, type Site, type Verdict } from '../row.ts'
import { runTool, saidBy } from '../run-tool.ts'
import { conform, conformCommand } from './conform.ts'

export const chartsLint: Row = {
  of: 'charts',
  command: 'helm lint',
  needs: ['helm'],
  unproved: "templates of charts other than Rook's: stand-ins with the real values file, and for Velero the real schema of values",
  appliesTo: ({ plan }) => plan.helmReleases.length > 0,
  run: (rendered, site) => eachRelease(rendered, site, ({ chart, values }) => linted(site, chart, values)),
}

export const chartsTemplate: Row = {
  of: 'charts',
  command: `helm template | ${conformCommand}`,
  needs: ['helm', 'kubeconform'],
  unproved: "what charts other than Rook's make of the values: of those only that each value arrives",
  appliesTo: ({ plan }) => plan.helmReleases.length > 0,
  run: (rendered, site) => eachRelease(rendered, site, (prepared) => templated(site, prepared)),
}

interface Prepared {
  readonly release: HelmRelease
  readonly chart: ShelvedChart
  /** Path of the values file. */
  readonly values: string
}

/** All releases, whatever one of them brings to light. */
async function eachRelease({ plan }: Rendered, site: Site, judge: (prepared: Prepared) => Promise<Verdict>): Promise<Verdict> {
  const verdicts = await Promise.all(
    plan.helmReleases.map(async (release) => {
      const values = join(await site.folder(), 'values.yaml')
      await writeFile(values, stringify(release.values))
      const { ok, said } = await judge({ release, chart: site.charts.find(release.chart.name, release.chart.version), values })
      return { ok, said: `${release.chart.name}: ${said}` }
    }),
  )
  const bad = verdicts.filter(({ ok }) => !ok)
  return bad.length > 0 ? refused(bad.map(({ said }) => said).join('\n')) : accepted(verdicts.map(({ said }) => said).join('; '))
}

export async function linted(site: Site, chart: ShelvedChart, values: string): Promise<Verdict> {
  const ran = await runTool(site.tool('helm'), ['lint', chart.path, '--quiet', '--values', values])
  return ran.code === 0 ? accepted(chart.standIn ? 'stand-in' : 'its own templates') : refused(saidBy(ran))
}

async function templated(site: Site, { release, chart, values }: Prepared): Promise<Verdict> {
  const args = ['template', release.name, chart.path, '--namespace', release.namespace, '--values', values, '--include-crds', '--kube-version', kubernetesVersion]
  const ran = await runTool(site.tool('helm'), args)
  if (ran.code !== 0) return refused(saidBy(ran))
  if (!chart.standIn) return conform(site, ran.stdout)
  const lost = lostValues(release.values, printedValues(ran.stdout))
  return lost.length === 0 ? accepted(`${Object.keys(release.values).length} keys of values arrive`) : refused(`these values do not arrive: ${lost.join(', ')}`)
}

/** What the stand-in's one template printed. */
export function printedValues(text: string): unknown {
  const [object] = documentsIn(text)
  const data = isFields(object) ? object['data'] : undefined
  const values = isFields(data) ? data['values'] : undefined
  if (typeof values !== 'string') throw new Error(`a stand-in chart printed something else than its values: ${text.slice(0, 200)}`)
  const parsed: unknown = JSON.parse(values)
  return parsed
}

/** Paths of what was asked for and is not so in what arrived; Helm merges maps and replaces everything else. */
export function lostValues(wanted: unknown, arrived: unknown, path = ''): readonly string[] {
  if (isFields(wanted) && Object.keys(wanted).length > 0) {
    if (!isFields(arrived)) return [path]
    return Object.entries(wanted).flatMap(([key, value]) => lostValues(value, arrived[key], path === '' ? key : `${path}.${key}`))
  }
  if (isFields(wanted)) return isFields(arrived) ? [] : [path]
  // Helm takes a null as "without the chart's default".
  return isDeepStrictEqual(wanted, arrived) || (wanted === null && arrived === undefined) ? [] : [path]
}
