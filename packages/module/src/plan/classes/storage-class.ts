import type { ClassSpec, Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

export const defaultClassAnnotation = 'storageclass.kubernetes.io/is-default-class'

export function storageClass(spec: Spec, declared: ClassSpec): KubernetesObject {
  const annotations = { ...declared.annotations, ...(declared.isDefault ? { [defaultClassAnnotation]: 'true' } : {}) }
  return {
    apiVersion: 'storage.k8s.io/v1',
    kind: 'StorageClass',
    metadata: {
      name: declared.name,
      // Ours last: they say whose it is, and an apply looks for them.
      labels: { ...declared.labels, ...labelsOf(spec, 'class') },
      ...(Object.keys(annotations).length === 0 ? {} : { annotations }),
    },
    provisioner: declared.driverName,
    ...(Object.keys(declared.parameters).length === 0 ? {} : { parameters: declared.parameters }),
    reclaimPolicy: declared.reclaimPolicy,
    volumeBindingMode: declared.volumeBindingMode,
    allowVolumeExpansion: declared.allowVolumeExpansion,
    ...(declared.mountOptions.length === 0 ? {} : { mountOptions: declared.mountOptions }),
    ...(declared.allowedTopologies.length === 0 ? {} : { allowedTopologies: declared.allowedTopologies }),
  }
}
