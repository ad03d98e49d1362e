/** Checks of snapshots: one controller, and one class of each driver for backups. */
import { didYouMean } from '@stowage/core'
import { installation, defaultController } from '../../spec/resolve/snapshots.ts'
import { valueAt } from '../../spec/value-at.ts'
import { backendsOf, classesOf, fault, warning, type Check, type Fault, type Subject } from '../check.ts'
import { knownFacts } from '../known-facts.ts'
import { classRefusal } from '../velero/subject.ts'

const path = ['spec', 'snapshots']

type DraftSnapshotClass = NonNullable<NonNullable<NonNullable<NonNullable<Subject['draft']['spec']>['snapshots']>['classes']>[string]>

function snapshotClassesOf({ draft }: Subject): readonly (readonly [string, DraftSnapshotClass])[] {
  return Object.entries(draft.spec?.snapshots?.classes ?? {}).map(([name, one]) => [name, one ?? {}])
}

/** Two controllers make each snapshot twice, and delete each other's. */
const oneController: Check = (subject) => {
  const { draft } = subject
  const declared = draft.spec?.snapshots?.controller
  const distribution = draft.spec?.platform?.distribution ?? 'kubernetes'
  const auto = installation('auto', distribution, knownFacts(subject))
  const installed = declared === 'install' || ((declared ?? wanted(subject)) === 'auto' && auto.installed)
  return [
    ...(declared === 'install' && !auto.installed ? [fault('two-snapshot-controllers', [...path, 'controller'], `a second snapshot controller would be installed (${auto.because})`, 'write controller: auto, or external')] : []),
    ...(installed ? nfsControllers(subject) : []),
  ]
}

function wanted({ draft }: Subject): 'auto' | 'none' {
  const { snapshots, backup } = draft.spec ?? {}
  return defaultController({ snapshots: snapshots === undefined ? undefined : {}, backup: { velero: { enableSnapshotBackups: backup?.velero?.enableSnapshotBackups } } })
}

/** csi-driver-nfs ships a controller of its own. */
function nfsControllers(subject: Subject): readonly Fault[] {
  return backendsOf(subject).flatMap(([name, { nfs }]) =>
    valueAt(nfs?.chart?.values, ['externalSnapshotter', 'enabled']) === true
      ? [fault('two-snapshot-controllers', ['spec', 'backends', name, 'nfs', 'chart', 'values', 'externalSnapshotter', 'enabled'], `the chart csi-driver-nfs of backend ${name} would install a snapshot controller beside the plan’s own`, 'remove it, or write snapshots.controller: external')]
      : [],
  )
}

const classesCanBeSnapshotted: Check = (subject) => {
  const classes = new Map(classesOf(subject))
  return snapshotClassesOf(subject).flatMap(([name, { class: of }]): readonly Fault[] => {
    const at = [...path, 'classes', name, 'class']
    if (of === undefined) return []
    const declared = classes.get(of)
    if (declared === undefined) return [fault('unknown-class', at, `snapshot class ${name} names the class ${JSON.stringify(of)}, which is not declared`, didYouMean(of, [...classes.keys()]))]
    const refusal = classRefusal(subject, declared.backend)
    return refusal === undefined ? [] : [fault('class-cannot-snapshot', at, `volumes of class ${of} cannot be snapshotted: ${refusal}`, 'remove the snapshot class')]
  })
}

/** With two labels Velero takes neither for certain. */
const oneClassForBackups: Check = (subject) => {
  const classes = new Map(classesOf(subject))
  const asked = snapshotClassesOf(subject).filter(([, { backups }]) => backups === true)
  return asked.flatMap(([name, { class: of = '' }], index): readonly Fault[] => {
    const kind = driverOf(classes.get(of), subject)
    const other = asked.slice(0, index).find(([, one]) => kind !== undefined && driverOf(classes.get(one.class ?? ''), subject) === kind)
    return other === undefined ? [] : [fault('two-snapshot-classes-for-backups', [...path, 'classes', name, 'backups'], `snapshot classes ${other[0]} and ${name} are both for backups, and both of one driver`, 'keep backups: true at one of them')]
  })
}

/** A word for the driver; all Ceph of one declaration is served by one driver for each kind of volume. */
function driverOf(declared: ReturnType<typeof classesOf>[number][1] | undefined, subject: Subject): string | undefined {
  const backend = declared?.backend === undefined ? undefined : Object.fromEntries(backendsOf(subject))[declared.backend]
  if (backend?.rookCeph !== undefined || backend?.ceph !== undefined) return declared?.filesystem !== undefined || declared?.fsName !== undefined ? 'cephfs' : 'rbd'
  return backend?.nfs === undefined ? undefined : 'nfs'
}

const policies = ['rbd', 'cephfs'] as const

/** The drivers' chart leaves the sidecar out unless it is told; then snapshots are asked for and never made. */
const driversTakeSnapshots: Check = (subject) => {
  const asked = (subject.draft.spec?.snapshots?.controller ?? wanted(subject)) !== 'none'
  if (!asked) return []
  return backendsOf(subject).flatMap(([name, backend]) =>
    (['rookCeph', 'ceph'] as const).flatMap((kind) =>
      policies.flatMap((driver) => {
        const at = ['charts', 'csiDrivers', 'values', 'drivers', driver, 'snapshotPolicy']
        const policy = valueAt(backend[kind], at)
        return policy === undefined || policy === 'volumeSnapshot' || policy === 'volumeGroupSnapshot'
          ? []
          : [fault('driver-takes-no-snapshots', ['spec', 'backends', name, kind, ...at], `the driver ${driver} of backend ${name} is told to take no snapshots, and snapshots are asked for`, 'remove snapshotPolicy, or write volumeSnapshot')]
      }),
    ),
  )
}

/** Somebody counts on what is asked for. */
const controllerHasWork: Check = (subject) => {
  const { draft } = subject
  const controller = draft.spec?.snapshots?.controller
  const given = Object.keys(draft.spec?.snapshots ?? {}).filter((key) => key !== 'controller')
  const unread = controller === 'none' ? given : controller === 'external' ? given.filter((key) => key === 'image' || key === 'replicas') : []
  return unread.map((key) => warning('parameter-without-effect', [...path, key], `${key} does nothing while the snapshot controller is ${controller ?? ''}`, 'remove it'))
}

export const snapshotsChecks: readonly Check[] = [
  oneController, // there is one snapshot controller, not two
  controllerHasWork, // and what is said of it has an effect
  driversTakeSnapshots, // drivers are told to take snapshots
  classesCanBeSnapshotted, // snapshot classes are of classes that can
  oneClassForBackups, // and Velero finds one of each driver
]
