/**
 * Argo CD: an Application for each step of objects and for each release, and one above them that brings them in waves. Nothing is pruned by
 * itself, and no Application has a finalizer: deleting one leaves what it made.
 */
import { StorageError } from '@stowage/core'
import type { HelmRelease, Plan } from '../../plan/plan.ts'
import type { DeliverySpec } from '../../spec/cluster-spec.ts'
import { documents } from '../documents.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { labelled, named } from '../names-in-cluster.ts'
import { printYaml } from '../print-yaml.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme } from '../readme.ts'
import { referencesOnly } from '../references-only.ts'
import { isOci } from '../release-values.ts'
import { releaseName, stepsOf, type ObjectStep, type ReleaseStep, type Step } from '../steps.ts'
import { guarded, wavesWithin } from './guards.ts'
import { healthPatch } from './health-patch.ts'
import { manual } from './manual.ts'

type ArgoSpec = NonNullable<DeliverySpec['argocd']>

/** Throws `invalid` when the declaration does not say where the files will be found. */
export function encodeArgocd(plan: Plan, { argocd }: DeliverySpec): readonly EncodedFile[] {
  if (argocd === undefined) throw new StorageError('invalid', 'Argo CD must be told where it finds what is rendered: write spec.delivery.argocd with repoURL and path')
  referencesOnly(plan, 'argocd')
  const steps = stepsOf(plan)
  return [
    yamlFile('root.yaml', printYaml(rootApplication(plan, argocd))),
    ...steps.map((step) => yamlFile(`applications/${step.file}.yaml`, printYaml(applicationOf(plan, argocd, step)))),
    ...steps.flatMap((step) => (step.kind === 'objects' ? [objectsFile(step)] : [])),
    healthPatch(plan, argocd.namespace),
    ...pveumScripts(plan),
    readme(plan, manual(argocd.namespace)),
  ]
}

/** The folder is named without the number: an Application's path stays what it is when phases are added. */
function objectsFile(step: ObjectStep): EncodedFile {
  const waves = wavesWithin(step.objects)
  return yamlFile(`objects/${step.name}/objects.yaml`, documents(step.objects, (planned) => guarded(planned, waves.get(planned.id) ?? 0)))
}

function rootApplication(plan: Plan, argocd: ArgoSpec): object {
  return application(plan.name, argocd, {}, { ...fromGit(argocd), path: within(argocd.path, 'applications') }, argocd.namespace)
}

function applicationOf(plan: Plan, argocd: ArgoSpec, step: Step): object {
  const wave = { 'argocd.argoproj.io/sync-wave': String(step.order), 'argocd.argoproj.io/sync-options': 'Prune=false,Delete=false' }
  if (step.kind === 'release') return application(named(plan.name, step.name, labelled), argocd, wave, chartSource(step), step.release.namespace)
  return application(named(plan.name, step.name, labelled), argocd, wave, { ...fromGit(argocd), path: within(argocd.path, `objects/${step.name}`) }, plan.namespace)
}

function application(name: string, argocd: ArgoSpec, annotations: Readonly<Record<string, string>>, source: object, namespace: string): object {
  return {
    apiVersion: 'argoproj.io/v1alpha1',
    kind: 'Application',
    metadata: { name, namespace: argocd.namespace, ...(Object.keys(annotations).length === 0 ? {} : { annotations }) },
    spec: {
      project: argocd.project,
      source,
      destination: { server: argocd.server, namespace },
      syncPolicy: {
        automated: { prune: false, selfHeal: true },
        syncOptions: ['ServerSideApply=true', 'SkipDryRunOnMissingResource=true', 'ApplyOutOfSyncOnly=true', 'CreateNamespace=false'],
        retry: { limit: 10, backoff: { duration: '15s', factor: 2, maxDuration: '5m' } },
      },
    },
  }
}

/** The top of the repository has no name. */
function within(path: string, rest: string): string {
  return path === '' ? rest : `${path}/${rest}`
}

function fromGit({ repoURL, targetRevision }: ArgoSpec): object {
  return { repoURL, targetRevision }
}

/** Argo CD writes a registry without its `oci://`. */
function chartSource({ release }: ReleaseStep): object {
  const { name, repository, version } = release.chart
  return { repoURL: isOci(release) ? withoutScheme(release) : repository, chart: name, targetRevision: version, helm: { releaseName: releaseName(release), valuesObject: release.values } }
}

function withoutScheme({ chart }: HelmRelease): string {
  return chart.repository.replace(/^oci:\/\//, '').replace(/\/+$/, '')
}
