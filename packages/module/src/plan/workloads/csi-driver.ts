import type { ServedDriver, Spec } from '../../spec/spec.ts'
import type { KubernetesObject } from '../plan.ts'
import { labelsOf } from '../labels.ts'

/** How Kubernetes treats volumes of a driver name. */
export function csiDriver(spec: Spec, { name, backend }: ServedDriver): KubernetesObject {
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'CSIDriver',
    metadata: { name, labels: labelsOf(spec, 'system') },
    spec: {
      // A disk is hot-plugged into one machine; a directory is where it is.
      attachRequired: backend === 'proxmox',
      podInfoOnMount: true,
      // fsGroup is applied to ReadWriteOnce volumes by the kubelet, as for any block device.
      fsGroupPolicy: 'File',
      // The scheduler looks at the free space of each zone before it places a pod.
      storageCapacity: true,
      requiresRepublish: false,
      seLinuxMount: false,
      volumeLifecycleModes: ['Persistent'],
    },
  }
}
