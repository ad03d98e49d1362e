/**
 * Terraform and OpenTofu: a `helm_release` for each release and for each small chart of the plan's own objects, one after another. Nothing
 * needs the cluster at plan time. No provider is configured here and no credential is in it: both come from the environment.
 */
import type { HelmRelease, Plan } from '../../plan/plan.ts'
import type { DeliverySpec } from '../../spec/cluster-spec.ts'
import { guardedSteps, type ChartStep, type GuardedStep } from '../chart/guarded-charts.ts'
import { localChart } from '../chart/local-chart.ts'
import type { EncodedFile } from '../encoded-file.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme } from '../readme.ts'
import { referencesOnly } from '../references-only.ts'
import { isOci, valuesFile } from '../release-values.ts'
import { releaseMustStay, releaseName, stepsBefore } from '../steps.ts'
import { manual } from './manual.ts'
import { proxmoxFolders } from './proxmox-access.ts'
import { identifier, insideModule, literal, terraformFile } from './terraform-json.ts'
import { helmProvider, requires } from './providers.ts'

export function encodeTerraform(plan: Plan, { terraform }: DeliverySpec): readonly EncodedFile[] {
  referencesOnly(plan, 'terraform')
  const resources = guardedSteps(plan).map((step) => ({ ...resourceOf(step), order: step.step.order }))
  const moved = plan.helmReleases.flatMap(movedRelease)
  const blocks = Object.fromEntries(resources.map((one) => [one.name, { ...one.body, depends_on: stepsBefore(resources, one).map(({ name }) => `helm_release.${name}`) }]))
  return [
    terraformFile('versions.tf.json', requires({ helm: helmProvider })),
    terraformFile('main.tf.json', { resource: { helm_release: blocks }, ...(moved.length === 0 ? {} : { moved }) }),
    ...guardedSteps(plan).flatMap((step) => (step.kind === 'chart' ? localChart(step.chart, `charts/${step.chart.name}`) : [valuesFile(step.step.release, 'values')])),
    ...(terraform?.proxmox === false ? pveumScripts(plan) : proxmoxFolders(plan)),
    readme(plan, manual(terraform?.proxmox !== false)),
  ]
}

interface Resource {
  readonly name: string
  readonly body: Readonly<Record<string, unknown>>
}

function resourceOf(step: GuardedStep): Resource {
  return step.kind === 'chart' ? chartResource(step) : releaseResource(step.step.release)
}

/** Helm keeps the record of a release in a namespace that is there before any of the plan's is made. */
export const recordNamespace = 'kube-system'

function chartResource({ chart, guarded }: ChartStep): Resource {
  const folder = `charts/${chart.name}`
  return {
    name: identifier(chart.name),
    body: {
      name: chart.name,
      namespace: recordNamespace,
      chart: insideModule(folder),
      // The provider does not look into a local chart: a new hash is what tells it that objects have changed.
      values: [`\${yamlencode({ objects = filesha256("\${path.module}/${folder}/objects.yaml") })}`],
      // A namespace that was made by hand, to put a Secret into it, becomes the chart's.
      take_ownership: true,
      ...common,
      ...lifecycle(guarded),
    },
  }
}

function releaseResource(release: HelmRelease): Resource {
  const { name, repository, version } = release.chart
  return {
    name: addressOf(release, release.name),
    body: {
      name: releaseName(release),
      namespace: release.namespace,
      repository: literal(isOci(release) ? repository.replace(/\/+$/, '') : repository),
      chart: literal(name),
      version: literal(version),
      values: [`\${file("\${path.module}/${valuesFile(release, 'values').path}")}`],
      ...common,
      ...lifecycle(releaseMustStay(release)),
    },
  }
}

const common = { create_namespace: false, wait: true, timeout: 900, max_history: 5 }

function lifecycle(guarded: boolean): object {
  return guarded ? { lifecycle: { prevent_destroy: true } } : {}
}

function addressOf({ namespace }: HelmRelease, name: string): string {
  return identifier(`${namespace}_${name}`)
}

function movedRelease(release: HelmRelease): readonly object[] {
  const [from, to] = [addressOf(release, releaseName(release)), addressOf(release, release.name)]
  return from === to ? [] : [{ from: `helm_release.${from}`, to: `helm_release.${to}` }]
}
