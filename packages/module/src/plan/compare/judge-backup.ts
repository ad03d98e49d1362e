/** Velero's objects and snapshot classes. Sources: Velero 1.18, backup-storage-location sync and Schedule; external-snapshotter 8.6 has no rule against updates of a VolumeSnapshotClass. */
import { valueAt } from '../../spec/value-at.ts'
import type { KubernetesObject } from '../plan.ts'
import type { Difference } from './differences.ts'
import type { Verdict } from './effect.ts'
import { destroys, migrate, recreate, safe, told, type Rule } from './rule.ts'

export const locationRules: readonly Rule[] = [
  {
    field: /^spec\.(?:provider|objectStorage|objectStorage\.(?:bucket|prefix)|config\.(?:region|s3Url|storageAccount|resourceGroup|project))$/,
    verdict: ({ field, before, after }) => migrate(`the location looks in another place (${field.slice(5)} from ${told(before)} to ${told(after)}): backups that were made before are no longer seen, and cannot be restored from here until they are copied there; they stay where they are`),
  },
  { field: /^spec\.accessMode$/, verdict: ({ after }) => (after === 'ReadOnly' ? safe('no backup is written there any more: schedules that use it fail, restores go on') : safe('backups are written there from now on')) },
  { field: /^spec\.default$/, verdict: ({ after }) => safe(after === true ? 'schedules and backups without a location go there from now on' : 'schedules and backups without a location no longer go there') },
  { field: /^spec\.(?:credential|objectStorage\.caCert|config)\b/, verdict: ({ field }) => safe(`the location is reached with another ${field.slice(5)}; Velero checks it within a minute`) },
]

export const snapshotLocationRules: readonly Rule[] = [
  { field: /^spec\.(?:provider|config)\b/, verdict: () => migrate('snapshots that were made through the location before are looked for in another place, and are not found') },
]

export const scheduleRules: readonly Rule[] = [
  { field: /^spec\.schedule$/, verdict: ({ before, after }) => safe(`backups are made at ${told(after)} instead of ${told(before)}`) },
  { field: /^spec\.template\.ttl$/, verdict: ({ before, after }) => safe(`backups that are made from now on are kept ${told(after)} instead of ${told(before)}; those that exist keep the time that they have`) },
  { field: /^spec\.paused$/, verdict: ({ after }) => safe(after === true ? 'no backup is made until it goes on; those that exist still expire' : 'backups are made again') },
  { field: /^spec\.useOwnerReferencesInBackup$/, verdict: ({ after }) => (after === true ? destroys('backups that are made from now on are deleted with the schedule') : safe('backups that are made from now on outlive the schedule')) },
  { field: /^spec\.template\.(?:snapshotMoveData|defaultVolumesToFsBackup|snapshotVolumes)$/, verdict: ({ field, after }) => safe(`${field.slice(14)} = ${told(after)} for backups that are made from now on${after === false ? ': make sure that something else still takes the data of the volumes' : ''}`) },
  { field: /^spec\.template\.(?:included|excluded|labelSelector|orLabelSelectors|resourcePolicy)/, verdict: ({ field }) => safe(`backups that are made from now on hold something else (${field.slice(14)}); compare what is no longer in them`) },
  { field: /^spec\.template\.storageLocation$/, verdict: ({ before, after }) => safe(`backups that are made from now on go to ${told(after)}; those in ${told(before)} stay and expire there`) },
]

export const snapshotClassRules: readonly Rule[] = [
  { field: /^driver$/, verdict: ({ before, after }) => recreate(`the class snapshots volumes of driver ${told(after)} from now on; snapshots of ${told(before)} stay as they are`) },
  { field: /^deletionPolicy$/, verdict: ({ after }) => (after === 'Delete' ? destroys('snapshots that are made from now on are deleted with the VolumeSnapshot that names them; those that exist keep their policy') : safe('snapshots that are made from now on outlive their VolumeSnapshot')) },
  { field: /^parameters\b/, verdict: ({ field }: Difference) => safe(`snapshots that are made from now on use another ${field}; deleting an old one may need the old secret`) },
]

export function removedLocation({ metadata }: KubernetesObject): Verdict {
  return recreate(`Velero forgets the backups in location ${metadata.name} and deletes nothing in the bucket; declared again, they are found again. Schedules that use it fail until then`)
}

export function removedSchedule({ metadata, ...object }: KubernetesObject): Verdict {
  if (valueAt(object, ['spec', 'useOwnerReferencesInBackup']) === true) return destroys(`the backups of schedule ${metadata.name} belong to it (useOwnerReferencesInBackup) and are deleted with it`)
  return safe(`schedule ${metadata.name} is deleted: no new backups; those that exist stay until they expire`)
}

export function removedSnapshotClass({ metadata }: KubernetesObject): Verdict {
  return safe(`snapshot class ${metadata.name} is deleted: no new snapshots of it, and Velero finds no class for its driver; snapshots that exist stay`)
}
