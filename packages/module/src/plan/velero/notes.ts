/** What a reader of the plan should know of backups. */
import { longestGap } from '../../cron/longest-gap.ts'
import { parseGoDuration, spokenDuration } from '../../cron/go-duration.ts'
import type { Spec } from '../../spec/spec.ts'
import type { VeleroSpec } from '../../spec/velero-spec.ts'
import { snapshottedClasses } from './volume-policies.ts'

export function veleroNotes(spec: Spec, velero: VeleroSpec): readonly string[] {
  return [...scheduleNotes(velero, spec.monitoring.alerts), ...strategyNotes(spec, velero), ...nodeNotes(velero), ...restorerNotes(velero), ...offsiteNotes(velero)]
}

function scheduleNotes({ schedules, rpo }: VeleroSpec, alerts: boolean): readonly string[] {
  if (schedules.length === 0) return ['no backup schedule is declared, so none is made: nothing is backed up until somebody does it by hand']
  const active = schedules.filter(({ paused, includedNamespaces }) => !paused && includedNamespaces.includes('*'))
  const gaps = active.flatMap(({ schedule }) => longestGap(schedule) ?? [])
  if (gaps.length === 0) return [schedules.every(({ paused }) => paused) ? 'every backup schedule is paused: nothing is backed up until one is resumed' : 'no schedule that runs takes every namespace: what none of them names is in no backup']
  const longest = spokenDuration(Math.min(...gaps))
  const lasting = spokenDuration(Math.max(...active.map(({ ttl }) => parseGoDuration(ttl) ?? 0)))
  const promised = rpo === undefined ? '' : `, within the ${rpo} that may be lost`
  const heard = alerts ? 'The alert on staleness is what prevents that' : 'No alert is declared (monitoring.alerts), so nobody would hear of it'
  return [
    `at worst ${longest} pass between two backups of everything${promised}`,
    `Velero deletes by age alone and keeps no minimum: when no backup succeeds for ${lasting}, the last one is gone. ${heard}`,
  ]
}

function strategyNotes(spec: Spec, { enableSnapshotBackups, enableFilesystemBackups, exclusions }: VeleroSpec): readonly string[] {
  if (!enableSnapshotBackups && !enableFilesystemBackups) return ['backups hold the objects of the cluster and no data of volumes: neither strategy is on']
  const snapshotted = enableSnapshotBackups ? snapshottedClasses(spec) : []
  const left = exclusions.flatMap(({ storageClass, pvcLabels }) => (storageClass === undefined || pvcLabels !== undefined ? [] : [storageClass]))
  const taken = snapshotted.filter((name) => !left.includes(name))
  const rest = spec.classes.map(({ name }) => name).filter((name) => !snapshotted.includes(name) && !left.includes(name))
  return [
    ...(taken.length === 0 ? [] : [`snapshots, moved to the location: volumes of ${taken.join(', ')}`]),
    ...(enableFilesystemBackups && rest.length > 0 ? [`files are read while they are in use: volumes of ${rest.join(', ')} that a running pod mounts. Volumes without a running pod, of volumeMode Block and of hostPath are not in these backups`] : []),
    ...(enableFilesystemBackups || rest.length === 0 ? [] : [`in no backup: volumes of ${rest.join(', ')}; they are not snapshotted, and files are not read`]),
    ...(exclusions.length === 0 ? [] : [`left out of backups: ${exclusions.map(({ name, reason }) => `${name} (${reason})`).join('; ')}`]),
  ]
}

/** Files are read, and data is moved, only where the node-agent runs. */
function nodeNotes({ nodeAgent: { nodeSelector, tolerations }, enableSnapshotBackups, enableFilesystemBackups }: VeleroSpec): readonly string[] {
  if (!enableSnapshotBackups && !enableFilesystemBackups) return []
  const selected = Object.entries(nodeSelector).map(([key, value]) => `${key}=${value}`)
  const everywhere = tolerations.some(({ key, operator, effect }) => key === undefined && operator === 'Exists' && effect === undefined)
  return [
    ...(selected.length === 0 ? [] : [`the node-agent runs only on nodes with ${selected.join(', ')}: volumes of pods on any other node are in no backup`]),
    ...(everywhere ? [] : ['the node-agent does not tolerate every taint: volumes of pods on nodes that it cannot run on are in no backup']),
  ]
}

function restorerNotes({ restorers }: VeleroSpec): readonly string[] {
  return restorers.length === 0 ? ['no restorers are declared: only cluster administrators can restore'] : []
}

function offsiteNotes({ offsite, locations, schedules }: VeleroSpec): readonly string[] {
  const used = schedules.some(({ storageLocation, paused }) => storageLocation === offsite && !paused)
  if (offsite !== undefined && used) return [`a copy off site goes to ${offsite}`]
  return locations.length > 0 && schedules.length > 0 ? ['no copy off site: whatever takes the bucket takes every backup'] : []
}
