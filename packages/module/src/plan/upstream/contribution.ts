/** The upstream charts of proxmox-csi-plugin and csi-driver-nfs, for those who stay with them. Their classes are the plan's own objects. */
import type { ChartSpec } from '../../spec/pod-spec.ts'
import type { NfsBackendSpec, ProxmoxBackendSpec, Spec } from '../../spec/spec.ts'
import { helmRelease } from '../helm-release.ts'
import type { Contribution, HelmRelease, Need } from '../plan.ts'

export function upstreamContribution(spec: Spec): Contribution {
  const plugin = spec.backends.find((backend): backend is ProxmoxBackendSpec => backend.kind === 'proxmox' && backend.driver === 'proxmox-csi-plugin')
  const nfs = spec.backends.find((backend): backend is NfsBackendSpec => backend.kind === 'nfs')
  return {
    helmReleases: [...(plugin === undefined ? [] : [proxmoxPlugin(spec, plugin)]), ...(nfs === undefined ? [] : [nfsDriver(spec, nfs)])],
    needs: plugin === undefined ? [] : [pluginSecret(spec, plugin)],
  }
}

/** Values of the chart 0.5.9. The Secret holds config.yaml with the clusters; the chart would otherwise write one with the token in it. */
function proxmoxPlugin(spec: Spec, { name, secretRef, chart }: ProxmoxBackendSpec): HelmRelease {
  const values = {
    existingConfigSecret: secretRef,
    createNamespace: false,
    storageClass: [],
    tolerations: spec.platform.serverTolerations,
    node: { kubeletDir: spec.platform.kubeletRoot },
  }
  return {
    ...release(spec, 'proxmox-csi-plugin', 'oci://ghcr.io/sergelogvinov/charts', chart ?? { version: '', values: {} }, values),
    reason: `serves backend ${name} by the upstream plugin`,
    losing: 'nothing new is made, attached or mounted until it is back; mounted volumes stay mounted, no data is lost',
  }
}

function pluginSecret(spec: Spec, { name, secretRef }: ProxmoxBackendSpec): Need {
  return { kind: 'Secret', namespace: spec.namespace, name: secretRef, reason: `key config.yaml with the clusters and the API token of backend ${name}, as proxmox-csi-plugin reads it; it is never part of a plan` }
}

/** Values of the chart 4.13.4. Its own copy of the snapshot controller stays off: there is one in a cluster. */
function nfsDriver(spec: Spec, { name, chart }: NfsBackendSpec): HelmRelease {
  const values = {
    kubeletDir: spec.platform.kubeletRoot,
    // Its sidecar waits for ever for definitions that are not there.
    controller: { enableSnapshotter: spec.snapshots.controller !== 'none' },
    externalSnapshotter: { enabled: false, customResourceDefinitions: { enabled: false } },
  }
  return {
    ...release(spec, 'csi-driver-nfs', 'https://kubernetes-csi.github.io/csi-driver-nfs', chart, values),
    reason: `mounts the exports of backend ${name}`,
    losing: 'nothing new is mounted until it is back; what is mounted stays mounted, no data is lost',
  }
}

function release(spec: Spec, chart: string, repository: string, declared: ChartSpec, values: Readonly<Record<string, unknown>>): Omit<HelmRelease, 'reason' | 'losing'> {
  const { namespace } = spec
  return { ...helmRelease(namespace, chart, 'drivers', repository, declared, values), dependsOn: [`Namespace/${namespace}`], holdsData: false, crds: [] }
}
