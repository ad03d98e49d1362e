import type { SnapshotClassSpec } from '../../spec/cluster-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

/** By this label Velero finds the class of a driver; with two of them it takes none for certain. */
export const veleroClassLabel = 'velero.io/csi-volumesnapshot-class'

export function volumeSnapshotClass(spec: Spec, { name, driverName, deletionPolicy, parameters, forBackups }: SnapshotClassSpec): KubernetesObject {
  return {
    apiVersion: 'snapshot.storage.k8s.io/v1',
    kind: 'VolumeSnapshotClass',
    metadata: { name, labels: { ...labelsOf(spec, 'class'), ...(forBackups ? { [veleroClassLabel]: 'true' } : {}) } },
    driver: driverName,
    deletionPolicy,
    ...(Object.keys(parameters).length === 0 ? {} : { parameters }),
  }
}
