import type { Spec } from '../../spec/spec.ts'
import type { BackupLocationSpec, SnapshotLocationSpec, VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'

export function backupStorageLocation(spec: Spec, { namespace }: VeleroSpec, location: BackupLocationSpec): KubernetesObject {
  const { name, provider, bucket, prefix, isDefault, accessMode, config, credential, caCert, validationFrequency, backupSyncPeriod } = location
  return {
    apiVersion: 'velero.io/v1',
    kind: 'BackupStorageLocation',
    metadata: { name, namespace, labels: labelsOf(spec, 'system') },
    spec: {
      provider,
      objectStorage: { bucket, ...(prefix === undefined ? {} : { prefix }), ...(caCert === undefined ? {} : { caCert: Buffer.from(caCert).toString('base64') }) },
      default: isDefault,
      accessMode,
      ...(Object.keys(config).length === 0 ? {} : { config }),
      ...(credential === undefined ? {} : { credential }),
      ...(validationFrequency === undefined ? {} : { validationFrequency }),
      ...(backupSyncPeriod === undefined ? {} : { backupSyncPeriod }),
    },
  }
}

export function volumeSnapshotLocation(spec: Spec, { namespace }: VeleroSpec, { name, provider, config, credential }: SnapshotLocationSpec): KubernetesObject {
  return {
    apiVersion: 'velero.io/v1',
    kind: 'VolumeSnapshotLocation',
    metadata: { name, namespace, labels: labelsOf(spec, 'system') },
    spec: { provider, ...(Object.keys(config).length === 0 ? {} : { config }), ...(credential === undefined ? {} : { credential }) },
  }
}
