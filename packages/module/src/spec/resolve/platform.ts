import type { Distribution, PlatformSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'
import type { Toleration } from '../pod-spec.ts'

/** Where each distribution's kubelet keeps its pods; from the documentation of k0s (worker --kubelet-root-dir) and of MicroK8s. */
export const kubeletRoots = {
  kubernetes: '/var/lib/kubelet',
  k3s: '/var/lib/kubelet',
  rke2: '/var/lib/kubelet',
  talos: '/var/lib/kubelet',
  k0s: '/var/lib/k0s/kubelet',
  microk8s: '/var/snap/microk8s/common/var/lib/kubelet',
} as const satisfies Record<Distribution, string>

const controlPlane: Toleration = { key: 'node-role.kubernetes.io/control-plane', operator: 'Exists', effect: 'NoSchedule' }
const addons: Toleration = { key: 'CriticalAddonsOnly', operator: 'Exists' }
const etcd: Toleration = { key: 'node-role.kubernetes.io/etcd', operator: 'Exists', effect: 'NoExecute' }

/** Taints that each distribution documents for its servers beside the control plane’s own: a controller must be able to run where only servers are left. */
const serverTaints = {
  kubernetes: [],
  talos: [],
  k0s: [],
  microk8s: [],
  k3s: [addons],
  rke2: [addons, etcd],
} as const satisfies Record<Distribution, readonly Toleration[]>

export function resolvePlatform({ platform = {}, driver = {} }: DeclaredSpec): PlatformSpec {
  const distribution = platform.distribution ?? 'kubernetes'
  return {
    distribution,
    kubeletRoot: platform.kubeletRoot ?? driver.kubeletRoot ?? kubeletRoots[distribution],
    serverTolerations: [controlPlane, ...serverTaints[distribution]],
    imageMirrors: platform.imageMirrors ?? {},
    imageDigests: platform.imageDigests ?? {},
    chartMirrors: platform.chartMirrors ?? {},
  }
}
