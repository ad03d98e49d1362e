/** Whether somebody's snapshot controller runs already: two of them would work against each other. */
import type { Facts } from '@stowage/module'
import type { Deployment } from 'kubernetes-types/apps/v1'
import { factsOf, type Seen } from './kubernetes-facts.ts'

/** Upstream's, its mirrors and RKE2's (rancher/hardened-snapshot-controller, rke2-snapshot-controller); sidecars are csi-snapshotter. */
const image = /(?:^|[/-])snapshot-controller(?::|@|$)/

/** The fact is empty text when every Deployment was seen and none is one; ours, which a plan made, does not count. */
export function factsOfSnapshotController(deployments: readonly Deployment[], seen: Seen): Facts {
  const others = deployments.filter(runsController).filter(({ metadata }) => metadata?.labels?.['app.kubernetes.io/managed-by'] !== 'stowage')
  const [first] = others.map(({ metadata }) => `${metadata?.namespace ?? ''}/${metadata?.name ?? ''}`).toSorted()
  return factsOf('cluster', { snapshotController: first ?? '' }, seen)
}

function runsController({ spec }: Deployment): boolean {
  return (spec?.template.spec?.containers ?? []).some((container) => image.test(container.image ?? ''))
}
