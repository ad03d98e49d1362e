/** What is left out, who may restore, and what becomes of classes. */
import { didYouMean } from '@stowage/core'
import { classesOf, fault, warning, type Check, type Fault } from '../check.ts'
import { ofVelero, schedulesOf, usesSnapshots, veleroPath } from './subject.ts'

export const exclusionsAreMeant: Check = ofVelero(({ exclusions }, subject) => {
  const classes = classesOf(subject).map(([name]) => name)
  return Object.entries(exclusions ?? {}).flatMap(([name, one]): readonly Fault[] => {
    const path = [...veleroPath, 'exclusions', name]
    const { reason, namespace, storageClass, pvcLabels } = one ?? {}
    const what = [namespace !== undefined && 'namespace', storageClass !== undefined && 'storageClass', pvcLabels !== undefined && 'pvcLabels'].filter((part) => part !== false)
    return [
      ...(reason !== undefined && reason.trim().length < 3 ? [fault('exclusion-without-reason', [...path, 'reason'], `exclusion ${name} gives no reason`, 'write why its loss would not matter')] : []),
      ...(what.length === 0 ? [fault('exclusion-of-nothing', path, `exclusion ${name} names nothing that is left out`, 'add namespace, or storageClass and pvcLabels')] : []),
      ...(namespace !== undefined && what.length > 1 ? [fault('exclusion-too-narrow', path, `exclusion ${name} names a namespace and ${what.slice(1).join(' and ')}: Velero leaves out whole namespaces, or volumes by class and label in all of them`, 'make two exclusions, or label the claims')] : []),
      ...(storageClass !== undefined && !classes.includes(storageClass) ? [warning('unknown-class', [...path, 'storageClass'], `exclusion ${name} names the class ${JSON.stringify(storageClass)}, which is not declared`, didYouMean(storageClass, classes))] : []),
    ]
  })
})

/** Velero refuses a backup whose namespaces are included and excluded at once. */
export const exclusionsDoNotEmptySchedules: Check = ofVelero((velero) => {
  const whole = Object.entries(velero.exclusions ?? {}).flatMap(([name, one]) => (one?.namespace === undefined ? [] : [{ name: `exclusion ${name}`, namespace: one.namespace }]))
  return schedulesOf(velero).flatMap((one): readonly Fault[] => {
    const included = one.entry?.includedNamespaces ?? []
    const own = (one.entry?.excludedNamespaces ?? []).map((namespace) => ({ name: 'excludedNamespaces', namespace }))
    const both = [...whole, ...own].find(({ namespace }) => included.includes(namespace))
    if (both === undefined) return []
    return [fault('namespace-in-and-out', [...veleroPath, 'schedules', one.tier === undefined ? one.name : 'gfs', 'includedNamespaces'], `schedule ${one.name} includes the namespace ${both.namespace ?? ''}, and ${both.name} leaves it out: Velero refuses such a backup`, 'decide for one of the two')]
  })
})

/** Locations of snapshots mean nothing to backups that take none. */
export const snapshotLocationsAreUsed: Check = ofVelero((velero) =>
  usesSnapshots(velero) ? [] : Object.keys(velero.snapshotLocations ?? {}).map((name) => warning('parameter-without-effect', [...veleroPath, 'snapshotLocations', name], `snapshot location ${name} does nothing while backups take no snapshots`, 'write enableSnapshotBackups: true, or remove it')),
)

/** The plan makes Velero's namespace, labels it privileged, and would take it along when it goes. */
export const namespaceIsItsOwn: Check = ofVelero(({ namespace }) =>
  namespace === 'default' || namespace?.startsWith('kube-') === true
    ? [fault('namespace-of-others', [...veleroPath, 'namespace'], `namespace ${namespace} belongs to Kubernetes, and Velero’s is made by the plan: labelled privileged, and deleted with it`, 'leave namespace out, or write one of its own')]
    : [],
)

/** A class that is not there makes every restore wait for ever. */
export const restoredClassesExist: Check = ofVelero(({ changeStorageClass }, subject) => {
  const classes = classesOf(subject).map(([name]) => name)
  return Object.entries(changeStorageClass ?? {}).flatMap(([from, to]): readonly Fault[] => {
    const path = [...veleroPath, 'changeStorageClass', from]
    if (to === undefined || classes.includes(to)) return to === from ? [fault('conflicting-fields', path, `class ${from} would become itself`, 'remove it')] : []
    return [warning('unknown-class', path, `restored volumes of ${from} become ones of ${JSON.stringify(to)}, which is not declared: they would wait for ever`, didYouMean(to, classes))]
  })
})

/** A restore overwrites what is there: it is not for everybody. */
export const restorersAreNamed: Check = ofVelero(({ restorers }) =>
  (restorers ?? []).flatMap((one, index): readonly Fault[] => {
    const path = [...veleroPath, 'restorers', index]
    const { kind, name = '', namespace } = one ?? {}
    if (/^system:(?:authenticated|unauthenticated|serviceaccounts)$/.test(name)) return [fault('everybody-restores', [...path, 'name'], `${name} is everybody: whoever restores can read and replace everything`, 'name the people or the group that may')]
    if (kind === 'ServiceAccount' && namespace === undefined) return [fault('missing-field', [...path, 'namespace'], `service account ${name} has no namespace`, 'add namespace')]
    return kind !== undefined && kind !== 'ServiceAccount' && namespace !== undefined ? [fault('foreign-field', [...path, 'namespace'], `namespace means nothing to a ${kind}`, 'remove it')] : []
  }),
)
