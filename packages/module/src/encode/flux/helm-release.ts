/** A release as a HelmRelease of Flux' helm-controller (v2), beside its Kustomization in Flux' namespace. */
import type { HelmRelease, Plan } from '../../plan/plan.ts'
import { isOci } from '../release-values.ts'
import { releaseMustStay, releaseName } from '../steps.ts'
import { fluxName, repositoryName, type FluxSpec } from './sources.ts'

export function helmRelease(plan: Plan, flux: FluxSpec, release: HelmRelease): object {
  const before = plan.helmReleases.filter(({ id }) => release.dependsOn.includes(id))
  return {
    apiVersion: 'helm.toolkit.fluxcd.io/v2',
    kind: 'HelmRelease',
    metadata: {
      name: fluxName(plan, releaseName(release)),
      namespace: flux.namespace,
      ...(releaseMustStay(release) ? { annotations: { 'kustomize.toolkit.fluxcd.io/prune': 'Disabled' } } : {}),
    },
    spec: {
      interval: flux.interval,
      timeout: '15m',
      releaseName: releaseName(release),
      targetNamespace: release.namespace,
      // Where `helm list` looks for it, and where a release that is there already is found and taken over.
      storageNamespace: release.namespace,
      ...chartOf(plan, flux, release),
      ...(before.length === 0 ? {} : { dependsOn: before.map((one) => ({ name: fluxName(plan, releaseName(one)) })) }),
      install: { crds: 'CreateReplace', remediation: { retries: 3 } },
      upgrade: { crds: 'CreateReplace', remediation: { retries: 3 } },
      values: release.values,
    },
  }
}

function chartOf(plan: Plan, flux: FluxSpec, release: HelmRelease): object {
  if (isOci(release)) return { chartRef: { kind: 'OCIRepository', name: fluxName(plan, releaseName(release)) } }
  const { name, repository, version } = release.chart
  return { chart: { spec: { chart: name, version, interval: '1h', sourceRef: { kind: 'HelmRepository', name: repositoryName(plan, repository), namespace: flux.namespace } } } }
}
