/** Where charts come from: a HelmRepository for each index, an OCIRepository for each chart of a registry. */
import type { HelmRelease, Plan } from '../../plan/plan.ts'
import type { DeliverySpec } from '../../spec/cluster-spec.ts'
import { labelled, named } from '../names-in-cluster.ts'
import { isOci, ociUrl } from '../release-values.ts'
import { releaseName } from '../steps.ts'

export type FluxSpec = NonNullable<DeliverySpec['flux']>

export function sources(plan: Plan, flux: FluxSpec): readonly object[] {
  const repositories = [...new Set(plan.helmReleases.filter((release) => !isOci(release)).map(({ chart }) => chart.repository))]
  return [...repositories.map((url) => helmRepository(flux, plan, url)), ...plan.helmReleases.filter(isOci).map((release) => ociRepository(flux, plan, release))]
}

function helmRepository(flux: FluxSpec, plan: Plan, url: string): object {
  return { apiVersion: 'source.toolkit.fluxcd.io/v1', kind: 'HelmRepository', metadata: { name: repositoryName(plan, url), namespace: flux.namespace }, spec: { interval: '1h', url } }
}

function ociRepository(flux: FluxSpec, plan: Plan, release: HelmRelease): object {
  return {
    apiVersion: 'source.toolkit.fluxcd.io/v1',
    kind: 'OCIRepository',
    metadata: { name: fluxName(plan, releaseName(release)), namespace: flux.namespace },
    spec: {
      interval: '1h',
      url: ociUrl(release),
      // Registries do not take "+" in a tag; Helm writes "_" for it.
      ref: { tag: release.chart.version.replaceAll('+', '_') },
      layerSelector: { mediaType: 'application/vnd.cncf.helm.chart.content.v1.tar+gzip', operation: 'copy' },
    },
  }
}

/** Of what is made in Flux' namespace. */
export function fluxName({ name }: Plan, rest: string): string {
  return named(name, rest, labelled)
}

/** `https://charts.rook.io/release` → `homelab-charts-rook-io-release`. */
export function repositoryName({ name }: Plan, url: string): string {
  const slug = url.replace(/^[a-z]+:\/\//, '').toLowerCase().replaceAll(/[^a-z0-9]+/g, '-').replaceAll(/^-+|-+$/g, '')
  return named(name, slug.slice(-50).replace(/^-+/, ''), labelled)
}
