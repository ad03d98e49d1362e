import type { Spec } from '../../spec/spec.ts'
import type { ScheduleSpec, VeleroSpec } from '../../spec/velero-spec.ts'
import { labelsOf } from '../labels.ts'
import type { KubernetesObject } from '../plan.ts'
import { volumePoliciesName } from './names.ts'

export const tierLabel = 'stowage.dev/tier'
export const rpoAnnotation = 'stowage.dev/rpo'

/** `policies`: whether there are volume policies for it to name. */
export function schedule(spec: Spec, velero: VeleroSpec, declared: ScheduleSpec, policies: boolean): KubernetesObject {
  const { name, paused, tier, rpo } = declared
  return {
    apiVersion: 'velero.io/v1',
    kind: 'Schedule',
    metadata: {
      name,
      namespace: velero.namespace,
      labels: { ...labelsOf(spec, 'system'), ...(tier === undefined ? {} : { [tierLabel]: tier }) },
      ...(rpo === undefined ? {} : { annotations: { [rpoAnnotation]: rpo } }),
    },
    // Without owner references, the backups stay when the schedule goes.
    spec: { schedule: declared.schedule, paused, useOwnerReferencesInBackup: false, template: template(velero, declared, policies) },
  }
}

/** A BackupSpec. What the declaration writes under `template` is put beside what is decided here, and checked not to contradict it. */
function template(velero: VeleroSpec, declared: ScheduleSpec, policies: boolean): Readonly<Record<string, unknown>> {
  const { includedNamespaces, excludedNamespaces, labelSelector, storageLocation, volumeSnapshotLocations } = declared
  return {
    ...declared.template,
    ttl: declared.ttl,
    includedNamespaces,
    ...(excludedNamespaces.length === 0 ? {} : { excludedNamespaces }),
    ...(labelSelector === undefined ? {} : { labelSelector }),
    ...(storageLocation === undefined ? {} : { storageLocation }),
    ...(volumeSnapshotLocations.length === 0 || 'volumeSnapshotLocations' in declared.template ? {} : { volumeSnapshotLocations }),
    snapshotVolumes: declared.snapshotVolumes,
    snapshotMoveData: declared.snapshotMoveData,
    defaultVolumesToFsBackup: declared.defaultVolumesToFsBackup,
    ...(policies ? { resourcePolicy: { kind: 'configmap', name: volumePoliciesName } } : {}),
    ...(velero.hooks.length === 0 ? {} : { hooks: { resources: velero.hooks } }),
  }
}
