/** What the checks of backups look at. */
import { declaredSchedules, type NamedSchedule } from '../../spec/resolve/gfs.ts'
import { kindOf } from '../backends.ts'
import { classesOf, type Subject } from '../check.ts'
import { enableSnapshotter, snapshotRefusal } from '../../spec/snapshot-capability.ts'

type Backup = NonNullable<NonNullable<Subject['draft']['spec']>['backup']>
export type DraftVelero = NonNullable<Backup['velero']>
export type DraftLocation = NonNullable<NonNullable<DraftVelero['locations']>[string]>
type SchedulesByName = Exclude<NonNullable<DraftVelero['schedules']>, 'gfs'>
export type DraftSchedule = NonNullable<SchedulesByName[string]>

export const veleroPath = ['spec', 'backup', 'velero'] as const

export function veleroOf({ draft }: Subject): DraftVelero | undefined {
  return draft.spec?.backup?.velero
}

/** A check of Velero alone: nothing to say when it is not declared. */
export function ofVelero<T>(check: (velero: DraftVelero, subject: Subject) => readonly T[]): (subject: Subject) => readonly T[] {
  return (subject) => {
    const velero = veleroOf(subject)
    return velero === undefined ? [] : check(velero, subject)
  }
}

export function locationsOf({ locations }: DraftVelero): readonly (readonly [string, DraftLocation])[] {
  return Object.entries(locations ?? {}).map(([name, location]) => [name, location ?? {}])
}

export function schedulesOf({ schedules, offsite }: DraftVelero): readonly NamedSchedule<DraftSchedule>[] {
  return declaredSchedules<DraftSchedule>({ schedules, offsite })
}

export function usesSnapshots({ enableSnapshotBackups }: DraftVelero): boolean {
  return enableSnapshotBackups === true
}

export function readsFiles({ enableFilesystemBackups }: DraftVelero): boolean {
  return enableFilesystemBackups !== false
}

/** Why volumes of a class cannot be snapshotted; undefined when they can, or when its backend is not known. */
export function classRefusal({ draft }: Subject, backend: string | undefined): string | undefined {
  const backends = draft.spec?.backends
  const declared = backend !== undefined && backends !== undefined && Object.hasOwn(backends, backend) ? backends[backend] : undefined
  const kind = kindOf(declared)
  if (kind === undefined) return undefined
  return snapshotRefusal({ kind, driver: declared?.proxmox?.driver, snapshotter: enableSnapshotter(declared?.nfs?.chart?.values) })
}

/** Names of the classes by whether they can be snapshotted. */
export function classesBySnapshot(subject: Subject): { readonly can: readonly string[]; readonly cannot: readonly string[] } {
  const all = classesOf(subject).map(([name, { backend }]) => ({ name, refusal: classRefusal(subject, backend) }))
  return { can: all.filter(({ refusal }) => refusal === undefined).map(({ name }) => name), cannot: all.filter(({ refusal }) => refusal !== undefined).map(({ name }) => name) }
}
