/** Further fields of a BackupSpec are held to Velero's own definition: an API server would prune a typo in silence. */
import { didYouMean, isMap } from '@stowage/core'
import { veleroCrds } from '@stowage/wire/crds/velero'
import { servedVersion } from '@stowage/wire/crds/served-version'
import { defaulted } from '@stowage/wire/structural-schema/defaults'
import { duplicateFaults } from '@stowage/wire/structural-schema/list-faults'
import { pruned } from '@stowage/wire/structural-schema/unknown-fields'
import { valueFaults } from '@stowage/wire/structural-schema/value-faults'
import type { StructuralSchema } from '@stowage/wire/crds'
import { fault, type Check, type Fault } from '../check.ts'
import { ofVelero, veleroPath } from './subject.ts'

/** Decided by the declaration's own fields. */
const decided: Readonly<Record<string, string>> = {
  ttl: 'ttl', includedNamespaces: 'includedNamespaces', excludedNamespaces: 'excludedNamespaces', labelSelector: 'labelSelector', storageLocation: 'storageLocation',
  snapshotMoveData: 'snapshotMoveData', snapshotVolumes: 'spec.backup.velero.enableSnapshotBackups', defaultVolumesToFsBackup: 'spec.backup.velero.enableFilesystemBackups',
  defaultVolumesToRestic: 'spec.backup.velero.enableFilesystemBackups', resourcePolicy: 'spec.backup.velero.exclusions', hooks: 'spec.backup.velero.hooks',
}

export const templatesAreKnown: Check = ofVelero(({ schedules }) => {
  if (schedules === undefined || schedules === 'gfs') return []
  return Object.entries(schedules).flatMap(([name, entry]) => (entry?.template === undefined ? [] : templateFaults([...veleroPath, 'schedules', name, 'template'], entry.template)))
})

function templateFaults(path: readonly string[], template: Readonly<Record<string, unknown>>): readonly Fault[] {
  const twice = Object.keys(template).filter((key) => Object.hasOwn(decided, key))
  const definition = veleroCrds.find(({ spec }) => spec.names.kind === 'Schedule')
  const schema = definition === undefined ? undefined : servedVersion(definition, 'velero.io/v1')?.schema?.openAPIV3Schema
  if (definition === undefined || schema === undefined || !isMap(template)) return []
  const rest = Object.fromEntries(Object.entries(template).filter(([key]) => !twice.includes(key)))
  const { value, unknown } = pruned(schema, JSON.parse(JSON.stringify({ apiVersion: 'velero.io/v1', kind: 'Schedule', metadata: { name: 'x' }, spec: { schedule: '@daily', template: rest } })))
  // Velero's Schedule carries no rules in CEL (a test holds it): their interpreter is not loaded for it.
  const faults = [...valueFaults(schema, defaulted(schema, value)), ...duplicateFaults(schema, value)]
  const below = (place: string): readonly string[] => place.replace(/^spec\.template\.?/, '').split(/[.[\]]+/).filter((part) => part !== '')
  return [
    ...twice.map((key) => fault('template-conflict', [...path, key], `${key} is decided outside of the template, so two would speak of it`, decided[key]?.includes('.') === true ? `write ${decided[key]}` : `write ${key} beside template`)),
    ...unknown.map((place) => fault('unknown-key', [...path, ...below(place)], `${JSON.stringify(below(place).at(-1))} is no field of Velero’s BackupSpec; it would be dropped without a word`, didYouMean(below(place).at(-1) ?? '', fieldNames(definition)))),
    ...faults.map((one) => fault('invalid-value', [...path, ...below(one.field)], `Velero’s BackupSpec refuses ${below(one.field).join('.')}: ${one.message}`, 'write it as Velero’s reference says')),
  ]
}

function fieldNames(definition: (typeof veleroCrds)[number]): readonly string[] {
  const schema: StructuralSchema | undefined = servedVersion(definition, 'velero.io/v1')?.schema?.openAPIV3Schema
  return Object.keys(schema?.properties?.['spec']?.properties?.['template']?.properties ?? {}).filter((key) => !Object.hasOwn(decided, key))
}
