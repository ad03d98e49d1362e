/** What is to be done about a release, from what is planned and what is there. Pure. */
import type { HelmRelease, Verdict } from '@stowage/module'
import type { Difference } from '@stowage/module'
import { judgeRelease } from '@stowage/module/plan/compare/judge-release'
import type { InstalledRelease } from './helm.ts'

export type ReleaseDecision =
  | { readonly state: 'done'; readonly message: string }
  /** `unlock`: helm says that somebody is at work on it; wait until that is over, or can no longer be true. */
  | { readonly state: 'needed'; readonly message: string; readonly unlock?: true; readonly fields: readonly Difference[]; readonly verdict?: Verdict }
  | { readonly state: 'blocked'; readonly message: string; readonly fields: readonly Difference[] }

export interface Standing {
  /** An earlier apply of this plan made it, or took it over. */
  readonly ours: boolean
  /** The person said --adopt. */
  readonly adopt: boolean
}

export function decideRelease(release: HelmRelease, installed: InstalledRelease | undefined, { ours, adopt }: Standing): ReleaseDecision {
  const { chart, namespace, name, id } = release
  const title = `release ${namespace}/${name}`
  if (installed === undefined || installed.status === 'uninstalled') return { state: 'needed', message: `is not installed yet: ${chart.name} ${chart.version}: ${release.reason}`, fields: [] }
  const { fields, verdict } = compareRelease(release, installed)
  const installedName = chartNameOf(installed, chart.name)
  if (installedName !== chart.name) return { state: 'blocked', message: `${title} is of another chart, ${installed.chart}, and the plan wants ${chart.name}: uninstall it (helm uninstall ${name} -n ${namespace}) when what it brought may go, or declare another name`, fields }
  if (installed.status === 'uninstalling') return { state: 'blocked', message: `${title} is being uninstalled by somebody; wait until it is gone and apply again`, fields }
  if (installed.status.startsWith('pending-')) return pending(title, installed, ours, fields)
  const differs = describeFields(release, installed, fields)
  if (!ours && !adopt && (fields.length > 0 || installed.status !== 'deployed')) {
    const why = fields.length > 0 ? differs : `its last change ended as ${installed.status}`
    return { state: 'blocked', message: `${title} was installed by somebody else (revision ${installed.revision}): ${why}. Let the declaration say what is installed, or let Stowage manage it as declared: --adopt ${id}`, fields }
  }
  if (installed.status !== 'deployed') return { state: 'needed', message: `its last change ended as ${installed.status} (revision ${installed.revision}); it is made again`, fields, ...(verdict !== undefined && { verdict }) }
  if (fields.length === 0) return { state: 'done', message: `${chart.name} ${chart.version} is installed as planned${ours ? '' : ', by somebody else: it is adopted'}` }
  return { state: 'needed', message: `${differs}${verdict === undefined ? '' : `: ${verdict.sentence}`}`, fields, ...(verdict !== undefined && { verdict }) }
}

/** Where the installed one differs from the plan's, and what going there means. */
export function compareRelease(release: HelmRelease, installed: InstalledRelease): { readonly fields: readonly Difference[]; readonly verdict: Verdict | undefined } {
  const name = chartNameOf(installed, release.chart.name)
  // Helm does not keep where a chart came from.
  const chart = { name, repository: release.chart.repository, version: installed.chart.slice(name.length + 1) }
  const values = withoutNothing(installed.values)
  const compared = judgeRelease({ name: release.name, namespace: release.namespace, chart, values }, { ...release, values: withoutNothing(release.values) })
  const fields = sameVersion(chart.version, release.chart.version) ? compared.fields.filter(({ field }) => field !== 'chart.version') : compared.fields
  return { ...compared, fields: fields.map(withoutOthersValues) }
}

/** Where the plan sets plain text, what stands there now is no secret. Anything else that somebody gave to the chart may be one. */
function withoutOthersValues(change: Difference): Difference {
  if (!change.field.startsWith('values') || change.before === undefined) return change
  const isPlain = change.after !== undefined && typeof change.before !== 'object'
  return isPlain ? change : { ...change, before: '(not shown)' }
}

/** Helm lists `name-version`; both may hold dashes, so the planned name is tried first. */
function chartNameOf({ chart }: InstalledRelease, planned: string): string {
  if (chart.startsWith(`${planned}-`) && /^v?\d/.test(chart.slice(planned.length + 1))) return planned
  return /^(.*?)-v?\d+\.\d+/.exec(chart)?.[1] ?? chart
}

function sameVersion(one: string, other: string): boolean {
  return one.replace(/^v/, '') === other.replace(/^v/, '')
}

/** A null in values takes a default of the chart away, so it counts; a key that is undefined does not. */
function withoutNothing(values: Readonly<Record<string, unknown>>): Readonly<Record<string, unknown>> {
  const plain: Record<string, unknown> = JSON.parse(JSON.stringify(values))
  return plain
}

function pending(title: string, { status, updatedMs, revision }: InstalledRelease, ours: boolean, fields: readonly Difference[]): ReleaseDecision {
  const since = updatedMs === undefined ? '' : ` since ${new Date(updatedMs).toISOString()}`
  const doing = `is in ${status}${since} (revision ${revision})`
  if (ours) return { state: 'needed', message: `${doing}: another apply is at work on it, or one was interrupted in the middle`, unlock: true, fields }
  return { state: 'blocked', message: `${title} ${doing}, and not by Stowage: wait until helm is done, or, when it was interrupted, take it back with helm rollback, and apply again`, fields }
}

const mostNamed = 8

/** Values may hold what nobody should read in a log, so only their paths are told. */
function describeFields({ chart }: HelmRelease, installed: InstalledRelease, fields: readonly Difference[]): string {
  const version = fields.some(({ field }) => field === 'chart.version') ? [`chart ${installed.chart} becomes ${chart.name}-${chart.version}`] : []
  const paths = fields.flatMap(({ field }) => (field.startsWith('values.') ? [field.slice(7)] : field === 'values' ? ['all of them'] : []))
  const values = paths.length === 0 ? [] : [`values differ in ${paths.slice(0, mostNamed).join(', ')}${paths.length > mostNamed ? ` and ${paths.length - mostNamed} more` : ''}`]
  return [...version, ...values].join('; ')
}

