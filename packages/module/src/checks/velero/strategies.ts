/** Closure: what a backup needs in order really to hold data is there, or is named. */
import { classesOf, fault, volumesOf, warning, type Check, type Fault, type Subject } from '../check.ts'
import { pathOf, about } from './schedules.ts'
import { classesOutOfReach } from './snapshot-reach.ts'
import { classesBySnapshot, classRefusal, ofVelero, readsFiles, schedulesOf, usesSnapshots, veleroPath } from './subject.ts'

const strategy = [...veleroPath, 'enableSnapshotBackups']

/** A snapshot needs a controller, and a class that can. */
export const snapshotsCanBeTaken: Check = ofVelero((velero, subject) => {
  if (!usesSnapshots(velero)) return []
  const without: readonly Fault[] = subject.draft.spec?.snapshots?.controller === 'none' ? [fault('snapshots-without-controller', ['spec', 'snapshots', 'controller'], 'backups are to be snapshots, and snapshots.controller is none: no snapshot would ever become ready', 'write controller: auto, or enableSnapshotBackups: false')] : []
  const { can, cannot } = classesBySnapshot(subject)
  if (can.length > 0 || cannot.length === 0) return without
  const refusals = [...new Set(classesOf(subject).map(([, { backend }]) => classRefusal(subject, backend)))].filter((one) => one !== undefined)
  return [...without, fault('nothing-to-snapshot', strategy, `backups are to be snapshots, and no class can be snapshotted: ${refusals.join('; ')}`, 'write enableSnapshotBackups: false; the files of these volumes are read instead')]
})

/** What neither strategy takes is named. */
export const everyClassIsBackedUp: Check = ofVelero((velero, subject) => {
  if (readsFiles(velero)) return []
  const path = [...veleroPath, 'enableFilesystemBackups']
  if (!usesSnapshots(velero)) return [warning('backup-without-data', path, 'neither strategy is on: backups hold the objects of the cluster, and no data of any volume', 'leave enableFilesystemBackups at its default, or write enableSnapshotBackups: true')]
  const { can, cannot } = classesBySnapshot(subject)
  const beyond = classesOutOfReach(subject)
  const left = (names: readonly string[], why: string): readonly Fault[] =>
    can.length === 0 || names.length === 0 ? [] : [{ ...warning('class-not-backed-up', path, `volumes of ${names.join(', ')} are in no backup: ${why}, and files are not read`, 'leave enableFilesystemBackups at its default'), object: 'velero' }]
  if (can.length > 0 && beyond.length === can.length) return [fault('nothing-to-snapshot', path, 'backups are to be snapshots only, and no snapshot class is for backups: they would hold no data of any volume', 'remove backups: false from a snapshot class, or leave enableFilesystemBackups at its default')]
  return [...left(cannot, 'they cannot be snapshotted'), ...left(beyond, 'no snapshot class for backups reaches them (one of each driver is, and that is of one cluster)')]
})

/** A snapshot dies with the storage that it is on. */
export const snapshotsBecomeBackups: Check = ofVelero((velero) => {
  if (!usesSnapshots(velero)) return []
  const all = schedulesOf(velero)
  const stays = all.filter(({ entry }) => entry?.snapshotMoveData === false)
  const moved = all.some(({ entry }) => entry?.snapshotMoveData !== false && entry?.paused !== true)
  return stays.map((one) => {
    const message = `schedule ${one.name} leaves its snapshots on the storage that they were taken of: they are lost together with it`
    const path = one.tier === undefined ? pathOf(one, 'snapshotMoveData') : [...veleroPath, 'schedules', 'gfs', 'snapshotMoveData']
    const remedy = 'remove snapshotMoveData: false'
    return moved && one.tier === undefined ? about(one, warning('snapshot-is-no-backup', path, message, remedy)) : about(one, fault('snapshot-is-no-backup', path, one.tier === 'hourly' ? `${message}; an hourly tier is made for moved data` : `${message}, and nothing else moves the data`, remedy))
  })
})

/** The node-agent reads files; a block device has none. */
export const blockVolumesAreBackedUp: Check = ofVelero((velero, subject) => {
  if (!readsFiles(velero)) return []
  const { cannot } = classesBySnapshot(subject)
  const byFiles = usesSnapshots(velero) ? cannot : classesOf(subject).map(([name]) => name)
  return volumesOf(subject)
    .filter(([, { volumeMode, class: name }]) => volumeMode === 'Block' && name !== undefined && byFiles.includes(name) && !isExcluded(subject, name))
    .map(([name]) => ({ ...warning('block-volume-not-backed-up', ['spec', 'volumes', name, 'volumeMode'], `volume ${name} is a block device, and its class is backed up by reading files: it is in no backup`, 'use a class that can be snapshotted, back it up from within the application, or exclude it with a reason'), object: `volume/${name}` }))
})

function isExcluded({ draft }: Subject, className: string): boolean {
  return Object.values(draft.spec?.backup?.velero?.exclusions ?? {}).some((one) => one?.storageClass === className)
}
