import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { helmId } from '../helm-release.ts'

/** Of the release, and of its chart. */
export const releaseName = 'velero'
export const volumePoliciesName = 'stowage-volume-policies'
export const repositoryConfigName = 'velero-backup-repository'
export const maintenanceConfigName = 'velero-repo-maintenance'
export const changeClassName = 'stowage-change-storage-class'
export const restorerName = 'velero-restorer'

export function releaseId({ namespace }: VeleroSpec): string {
  return helmId(namespace, releaseName)
}
