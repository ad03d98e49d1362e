/**
 * Which volume is backed up how: Velero's ResourcePolicies, first match wins. What no policy names goes by the schedule's
 * defaultVolumesToFsBackup, so no volume is taken twice and none is forgotten.
 */
import type { Spec } from '../../spec/spec.ts'
import type { ExclusionSpec, VeleroSpec } from '../../spec/velero-spec.ts'
import { printYaml } from '../../encode/print-yaml.ts'

export interface VolumePolicy {
  readonly conditions: Readonly<Record<string, unknown>>
  readonly action: { readonly type: 'skip' | 'snapshot' | 'fs-backup' }
}

export function volumePolicies(spec: Spec, velero: VeleroSpec): readonly VolumePolicy[] {
  const skipped = velero.exclusions.flatMap(exclusionPolicy)
  if (!velero.enableSnapshotBackups) return skipped
  const snapshotted = snapshottedClasses(spec)
  const rest = spec.classes.map(({ name }) => name).filter((name) => !snapshotted.includes(name))
  const other = velero.enableFilesystemBackups ? 'fs-backup' : 'skip'
  return [
    ...skipped,
    ...(snapshotted.length === 0 ? [] : [{ conditions: { storageClass: snapshotted }, action: { type: 'snapshot' } as const }]),
    ...(rest.length === 0 ? [] : [{ conditions: { storageClass: rest }, action: { type: other } as const }]),
  ]
}

/** Classes whose driver has a VolumeSnapshotClass that Velero takes, and that is of the same cluster. */
export function snapshottedClasses({ snapshots }: Spec): readonly string[] {
  return snapshots.classes.filter(({ forBackups }) => forBackups).flatMap(({ storageClasses }) => storageClasses).toSorted()
}

function exclusionPolicy({ storageClass, pvcLabels }: ExclusionSpec): readonly VolumePolicy[] {
  const conditions = { ...(storageClass === undefined ? {} : { storageClass: [storageClass] }), ...(pvcLabels === undefined ? {} : { pvcLabels }) }
  return Object.keys(conditions).length === 0 ? [] : [{ conditions, action: { type: 'skip' } }]
}

/** The text of the ConfigMap's only key; Velero refuses a ConfigMap with two. */
export function policiesText(policies: readonly VolumePolicy[]): string {
  return printYaml({ version: 'v1', volumePolicies: policies })
}
