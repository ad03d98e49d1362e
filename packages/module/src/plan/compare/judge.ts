/** What each change of an object means, by its kind. */
import { valueAt } from '../../spec/value-at.ts'
import type { KubernetesObject, Need } from '../plan.ts'
import type { Difference } from './differences.ts'
import type { Verdict } from './effect.ts'
import { locationRules, removedLocation, removedSchedule, removedSnapshotClass, scheduleRules, snapshotClassRules, snapshotLocationRules } from './judge-backup.ts'
import { clusterRules, removedCluster } from './judge-cluster.ts'
import { blockPoolRules, filesystemRules, removedBlockPool, removedFilesystem, removedSubvolumeGroup, subvolumeGroupRules } from './judge-filesystem.ts'
import { judgeKubernetes, policyOf } from './judge-kubernetes.ts'
import { destroys, interrupting, judgeByRules, kindKey, migrate, recreate, safe, type Rule, type Updated } from './rule.ts'

const rules: Readonly<Record<string, readonly Rule[]>> = {
  'ceph.rook.io/CephCluster': clusterRules,
  'ceph.rook.io/CephFilesystem': filesystemRules,
  'ceph.rook.io/CephBlockPool': blockPoolRules,
  'ceph.rook.io/CephFilesystemSubVolumeGroup': subvolumeGroupRules,
  'velero.io/BackupStorageLocation': locationRules,
  'velero.io/VolumeSnapshotLocation': snapshotLocationRules,
  'velero.io/Schedule': scheduleRules,
  'snapshot.storage.k8s.io/VolumeSnapshotClass': snapshotClassRules,
}

/** An update in place, or what Kubernetes takes instead. */
export function judgeUpdate(before: KubernetesObject, after: KubernetesObject, fields: readonly Difference[]): Verdict {
  const updated: Updated = { before, after }
  const own = rules[kindKey(after)]
  if (own === undefined) return judgeKubernetes(updated, fields)
  return judgeByRules(own, fields, updated) ?? safe(`${after.kind} ${after.metadata.name} is changed in place`)
}

/** What goes, and what the plan (or the inventory) that held it says of it. */
export interface Removed {
  readonly object: KubernetesObject
  readonly holdsData: boolean
  /** What losing it would destroy; '' when that is not known any more. */
  readonly losing: string
}

/** What else stood in the plan that it leaves. */
export interface Surroundings {
  readonly needs: readonly Need[]
  readonly objects: readonly { readonly object: KubernetesObject; readonly holdsData: boolean }[]
}

const removals: Readonly<Record<string, (object: KubernetesObject) => Verdict>> = {
  'ceph.rook.io/CephCluster': removedCluster,
  'ceph.rook.io/CephFilesystem': removedFilesystem,
  'ceph.rook.io/CephBlockPool': removedBlockPool,
  'ceph.rook.io/CephFilesystemSubVolumeGroup': removedSubvolumeGroup,
  'velero.io/BackupStorageLocation': removedLocation,
  'velero.io/VolumeSnapshotLocation': removedLocation,
  'velero.io/Schedule': removedSchedule,
  'snapshot.storage.k8s.io/VolumeSnapshotClass': removedSnapshotClass,
  'apiextensions.k8s.io/CustomResourceDefinition': ({ metadata }) => destroys(`definition ${metadata.name} is deleted, and every object of that kind with it`),
}

const stopsWork = new Set(['CSIDriver', 'Deployment', 'DaemonSet', 'StatefulSet'])

export function judgeRemoval(removed: Removed, around: Surroundings): Verdict {
  const { object, holdsData, losing } = removed
  const { kind, metadata } = object
  const known = removals[kindKey(object)]
  if (known !== undefined) return known(object)
  if (kind === 'Namespace') return removedNamespace(removed, around)
  const gone = `${kind === 'StorageClass' ? 'class' : kind} ${metadata.name} is deleted${losing === '' ? '' : `; ${losing}`}`
  if (kind === 'PersistentVolumeClaim' && volumePolicy(object, around) === 'Delete') return destroys(`${gone}; its volume has the policy Delete, and its data goes with it`)
  if (kind === 'PersistentVolume' && policyOf(object) === 'Delete') return destroys(`PersistentVolume ${metadata.name} is deleted, and its data with it`)
  if (holdsData || stopsWork.has(kind)) return interrupting(recreate(gone))
  return safe(gone)
}

function volumePolicy(claim: KubernetesObject, { objects }: Surroundings): string | undefined {
  const name = valueAt(claim, ['spec', 'volumeName'])
  const volume = objects.find(({ object }) => object.kind === 'PersistentVolume' && object.metadata.name === name)
  return volume === undefined ? undefined : policyOf(volume.object)
}

function removedNamespace({ object: { metadata }, losing }: Removed, { needs, objects }: Surroundings): Verdict {
  const secrets = needs.filter((need) => need.kind === 'Secret' && need.namespace === metadata.name).map(({ name }) => name)
  const lost = secrets.length === 0 ? '' : `, and so is Secret ${secrets.join(', ')}: keep a copy`
  const inside = objects.filter(({ object, holdsData }) => holdsData && object.metadata.namespace === metadata.name).map(({ object }) => `${object.kind} ${object.metadata.name}`)
  const gone = `namespace ${metadata.name} is deleted with everything in it${lost}${losing === '' ? '' : `; ${losing}`}`
  return inside.length === 0 ? interrupting(recreate(gone)) : destroys(`${gone}; data is reached through ${inside.join(', ')} in it`)
}

/** Kubernetes renames nothing: under the new name it is made anew, and the old one goes when it is pruned. */
export function judgeRename(before: KubernetesObject, after: KubernetesObject, fields: readonly Difference[]): Verdict {
  const [old, name] = [before.metadata.name, after.metadata.name]
  const renames: Readonly<Record<string, () => Verdict>> = {
    'storage.k8s.io/StorageClass': () => recreate(`class ${old} is made again as ${name}; volumes and claims that exist keep the name ${old}, and cannot be expanded once that class is deleted`),
    PersistentVolume: () => interrupting(recreate(`volume ${old} and its claim are deleted and made again as ${name}; pods that use it must stop; the data stays (${policyOf(before)})`)),
    PersistentVolumeClaim: () => interrupting(recreate(`claim ${old} is deleted and made again as ${name}; pods must name the new one; the data stays`)),
    'ceph.rook.io/CephFilesystem': () => migrate(`Rook renames no filesystem: ${name} is made empty, ${old} stays with its data until its volumes are copied and it is removed`),
    'ceph.rook.io/CephBlockPool': () => migrate(`Rook renames no pool: ${name} is made empty, ${old} stays with its images until they are copied and it is removed`),
    'ceph.rook.io/CephCluster': () => migrate(`Rook renames no cluster: ${name} would be a second one beside ${old}, without its data`),
    'velero.io/BackupStorageLocation': () => recreate(`location ${old} is made again as ${name}, and Velero finds the backups in its bucket under the new name; schedules must name it`),
    'velero.io/Schedule': () => safe(`schedule ${old} goes on as ${name}; backups of ${old} stay until they expire, under its name`),
    'snapshot.storage.k8s.io/VolumeSnapshotClass': () => safe(`snapshot class ${old} is made again as ${name}; snapshots that exist stay as they are`),
  }
  const verdict = renames[kindKey(after)]?.() ?? recreate(`${after.kind} ${old} is deleted and made again as ${name}`)
  const others = fields.length === 0 ? undefined : judgeUpdate(before, after, fields)
  return others?.effect === 'destroys-data' ? { ...others, sentence: `${verdict.sentence}; ${others.sentence}` } : verdict
}
