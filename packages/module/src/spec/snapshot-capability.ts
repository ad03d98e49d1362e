/** Which volumes can be snapshotted so that Kubernetes can take part in it. */
import type { BackendSpec, ClassSpec } from './spec.ts'

/** Why a class of this backend cannot be snapshotted; undefined when it can. */
export function snapshotRefusal({ kind, driver, snapshotter }: SnapshotSource): string | undefined {
  switch (kind) {
    case 'rookCeph':
    case 'ceph':
      return undefined
    case 'nfs':
      return snapshotter === false ? 'controller.enableSnapshotter of the chart csi-driver-nfs is false' : undefined
    case 'local':
      return 'local volumes are directories: the driver makes no snapshots'
    case 'proxmox':
      // v0.19.1's docs/volumesnapshot.md: a full copy, experimental, and only as root@pam; its chart leaves the sidecar out.
      return driver === 'proxmox-csi-plugin'
        ? 'snapshots of proxmox-csi-plugin are experimental full copies that need root@pam, which no token is'
        : 'Stowage’s Proxmox driver makes no snapshots yet'
  }
}

export interface SnapshotSource {
  readonly kind: BackendSpec['kind']
  readonly driver?: string | undefined
  /** `controller.enableSnapshotter` of csi-driver-nfs' values, where they say it. */
  readonly snapshotter?: unknown
}

export function sourceOf(backend: BackendSpec): SnapshotSource {
  if (backend.kind === 'nfs') return { kind: 'nfs', snapshotter: enableSnapshotter(backend.chart.values) }
  return { kind: backend.kind, ...('driver' in backend ? { driver: backend.driver } : {}) }
}

export function enableSnapshotter(values: Readonly<Record<string, unknown>> | undefined): unknown {
  const controller = values?.['controller']
  return typeof controller === 'object' && controller !== null ? Reflect.get(controller, 'enableSnapshotter') : undefined
}

export function canSnapshot({ backend }: ClassSpec): boolean {
  return snapshotRefusal(sourceOf(backend)) === undefined
}
