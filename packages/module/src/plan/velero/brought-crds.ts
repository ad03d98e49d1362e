/** CustomResourceDefinitions that the chart velero brings; a test holds them to the pinned definitions. */
export const veleroCrdNames = [
  'backuprepositories.velero.io',
  'backups.velero.io',
  'backupstoragelocations.velero.io',
  'datadownloads.velero.io',
  'datauploads.velero.io',
  'deletebackuprequests.velero.io',
  'downloadrequests.velero.io',
  'podvolumebackups.velero.io',
  'podvolumerestores.velero.io',
  'restores.velero.io',
  'schedules.velero.io',
  'serverstatusrequests.velero.io',
  'volumesnapshotlocations.velero.io',
] as const
