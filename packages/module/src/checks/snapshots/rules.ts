import type { RuleExplanation } from '../rule-explanation.ts'

export const snapshotsRules: Readonly<Record<string, RuleExplanation>> = {
  'two-snapshot-controllers': { means: 'A second snapshot controller would run beside one that is there.', why: 'Each would make every snapshot, and delete what it did not make itself.', fix: 'Leave snapshots.controller at auto, or write external and let the other one be.' },
  'class-cannot-snapshot': { means: 'A snapshot class for volumes that cannot be snapshotted.', why: 'Every VolumeSnapshot of it would wait for ever.', fix: 'Remove it. Volumes without snapshots are backed up by reading their files.' },
  'two-snapshot-classes-for-backups': { means: 'Two snapshot classes of one driver are for backups.', why: 'Velero finds the class of a driver by a label, and with two of them it fails or takes either.', fix: 'Keep backups: true at one. Volumes of the other are backed up by reading their files.' },
  'driver-takes-no-snapshots': { means: 'The chart of the Ceph drivers is told to leave the snapshot sidecar out.', why: 'VolumeSnapshots would be accepted and never made, and backups would hold nothing.', fix: 'Remove snapshotPolicy from the values: Stowage sets it.' },
}
