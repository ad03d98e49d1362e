/** The charts of Ceph, in their order: an operator, then the drivers (Rook 1.20 no longer brings them). */
import { cephDriverName } from '../../spec/ceph/access.ts'
import type { CephBackendSpec, RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { helmRelease } from '../helm-release.ts'
import type { HelmRelease } from '../plan.ts'
import { csiOperatorCrds, rookCrds } from './brought-crds.ts'

export const rookCharts = 'https://charts.rook.io/release'
const csiCharts = 'https://ceph.github.io/ceph-csi-operator'

/** Rook's operator; its chart holds the operator of the CSI drivers, too. */
export function rookRelease({ namespace }: Spec, { charts, monitoring }: RookCephBackendSpec): HelmRelease {
  const values = {
    image: { repository: 'docker.io/rook/ceph', tag: `v${charts.operator.version.replace(/^v/, '')}` },
    crds: { enabled: true },
    currentNamespaceOnly: true,
    csi: { installCsiOperator: true, serviceMonitor: { enabled: monitoring } },
    monitoring: { enabled: monitoring },
  }
  return {
    ...helmRelease(namespace, 'rook-ceph', 'operators', rookCharts, charts.operator, values),
    reason: 'runs Ceph: makes daemons, pools and filesystems of what is declared, and brings their CustomResourceDefinitions',
    dependsOn: [`Namespace/${namespace}`],
    holdsData: true,
    losing: 'daemons go on, and nobody repairs or upgrades them; without its CustomResourceDefinitions the CephCluster is deleted, and with it the way to all data',
    crds: [...rookCrds, ...csiOperatorCrds],
  }
}

/** The operator of the CSI drivers alone, for Ceph that is there already. */
export function csiOperatorRelease({ namespace }: Spec, { charts }: CephBackendSpec): HelmRelease {
  return {
    ...helmRelease(namespace, 'ceph-csi-operator', 'operators', csiCharts, charts.operator, { controllerManager: { manager: { env: { watchNamespace: namespace } } } }),
    reason: 'runs the CSI drivers for Ceph that is there already; brings no daemons',
    dependsOn: [`Namespace/${namespace}`],
    holdsData: false,
    losing: 'drivers go on and nobody configures them; no data is lost',
    crds: csiOperatorCrds,
  }
}

/** Both drivers, whichever classes there are: volumes of a class that was removed must still be mounted. */
export function driversRelease(spec: Spec, backend: RookCephBackendSpec | CephBackendSpec, operator: string): HelmRelease {
  const { namespace } = spec
  const snapshotPolicy = snapshotsWanted(spec) ? 'volumeSnapshot' : 'none'
  const driver = (kind: 'rbd' | 'cephfs') => ({ enabled: true, name: cephDriverName(kind, namespace), snapshotPolicy })
  const imageSet = backend.kind === 'rookCeph' ? { imageSet: { name: 'rook-csi-operator-image-set-configmap' } } : {}
  const values = {
    operatorConfig: {
      create: true,
      namespace,
      driverSpecDefaults: {
        ...imageSet,
        nodePlugin: { priorityClassName: 'system-node-critical', kubeletDirPath: spec.platform.kubeletRoot, tolerations: [{ operator: 'Exists' }] },
        controllerPlugin: { priorityClassName: 'system-cluster-critical' },
      },
    },
    drivers: { rbd: driver('rbd'), cephfs: driver('cephfs'), nfs: { enabled: false }, nvmeof: { enabled: false } },
  }
  return {
    ...helmRelease(namespace, 'ceph-csi-drivers', 'drivers', csiCharts, backend.charts.csiDrivers, values),
    reason: `makes and mounts volumes of Ceph; ${snapshotPolicy === 'none' ? 'no snapshots are declared, so none can be taken' : 'of both drivers snapshots can be taken'}`,
    dependsOn: [operator],
    holdsData: false,
    losing: 'nothing new is made, mounted or unmounted until it is back; mounted volumes stay mounted, no data is lost',
    crds: [],
  }
}

/** The sidecar that takes snapshots needs the CustomResourceDefinitions of snapshots, so it runs only where they are. */
function snapshotsWanted({ snapshots, velero }: Spec): boolean {
  return snapshots.controller !== 'none' || velero?.enableSnapshotBackups === true
}
