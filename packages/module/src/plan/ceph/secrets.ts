/** What a VolumeSnapshotClass of a Ceph backend needs: driver, cluster id, and the Secret that may make snapshots. */
import { cephAccess } from '../../spec/ceph/access.ts'
import type { ClassSpec } from '../../spec/spec.ts'

export { cephAccess, cephDriverName, type CephAccess, type CephVolumeKind } from '../../spec/ceph/access.ts'

export interface SnapshotClassOfCeph {
  readonly driver: string
  /** As they stand in the VolumeSnapshotClass (rook v1.20, csi/{rbd,cephfs}/snapshotclass.yaml). */
  readonly parameters: Readonly<Record<string, string>>
}

/** undefined for a class of another backend. Classes with equal answers need one VolumeSnapshotClass. */
export function snapshotClassOfCeph({ backend, volumeKind, parameters }: ClassSpec, namespace: string): SnapshotClassOfCeph | undefined {
  if ((backend.kind !== 'rookCeph' && backend.kind !== 'ceph') || (volumeKind !== 'cephfs' && volumeKind !== 'rbd')) return undefined
  const { driverName, clusterID, provisionerSecret } = cephAccess(backend, volumeKind, namespace)
  return {
    driver: driverName,
    parameters: {
      clusterID: parameters['clusterID'] ?? clusterID,
      'csi.storage.k8s.io/snapshotter-secret-name': provisionerSecret,
      'csi.storage.k8s.io/snapshotter-secret-namespace': namespace,
    },
  }
}
