/** Checks of spec.classes. */
import { accessModeRefusal, didYouMean, fstypeKey, isDriverName, parseLocalParameters, parseProxmoxParameters, serves } from '@stowage/core'
import { driverNameOf } from '../spec/driver-names.ts'
import { localParameters, proxmoxParameters } from '../spec/schema/classes.ts'
import { storageClassParameters } from '../spec/storage-class-parameters.ts'
import { backendsOf, classesOf, fault, warning, type Check, type Fault } from './check.ts'
import { kindOfBackend } from './backends.ts'

/** Exactly one class is the default, or none: two are both ignored by some versions of Kubernetes and picked by age in others. */
export const defaultClassIsUnique: Check = (subject) => {
  const defaults = classesOf(subject).filter(([, { default: isDefault }]) => isDefault === true)
  const [first] = defaults
  return defaults
    .slice(1)
    .map(([name]) => fault('two-default-classes', ['spec', 'classes', name, 'default'], `class ${name} is the default, and ${first?.[0] ?? ''} is already`, 'keep default: true on one class'))
}

/** The server's own words for the default class would make a second one beside `default`, and nothing here would see it. */
export const defaultIsSaidOnce: Check = (subject) =>
  classesOf(subject).flatMap(([name, { annotations }]) =>
    Object.keys(annotations ?? {})
      .filter((key) => /^storageclass(?:\.beta)?\.kubernetes\.io\/is-default-class$/.test(key))
      .map((key) => fault('conflicting-fields', ['spec', 'classes', name, 'annotations', key], `the annotation ${key} of class ${name} decides what default decides`, 'remove it, and write default: true where it belongs')),
  )

/** A class's backend is one of spec.backends. */
export const classesNameABackend: Check = (subject) => {
  const known = backendsOf(subject).map(([name]) => name)
  return classesOf(subject).flatMap(([name, { backend }]) =>
    backend === undefined || known.includes(backend)
      ? []
      : [fault('unknown-backend', ['spec', 'classes', name, 'backend'], `class ${name} names the backend ${JSON.stringify(backend)}, which is not declared`, didYouMean(backend, known))],
  )
}

/** What claims of the class will ask for must be something the backend can serve. */
export const accessModesCanBeServed: Check = (subject) =>
  classesOf(subject).flatMap(([name, { backend, accessModes = [] }]) => {
    const kind = kindOfBackend(subject, backend)
    if (kind === undefined) return []
    return accessModes.flatMap((mode, index) =>
      mode === undefined || serves(kind, mode)
        ? []
        : [fault('access-mode', ['spec', 'classes', name, 'accessModes', index], `class ${name}: ${accessModeRefusal(kind, mode).replace(/; for [^;]*$/, '')}`, servedElsewhere(kind, mode))],
    )
  })

function servedElsewhere(kind: Parameters<typeof accessModeRefusal>[0], mode: Parameters<typeof accessModeRefusal>[1]): string {
  return /; (for [^;]*)$/.exec(accessModeRefusal(kind, mode))?.[1] ?? `remove ${mode}`
}

const parameterKeys = { proxmox: Object.keys(proxmoxParameters), local: Object.keys(localParameters) } as const

/** `cache` on a class of a local backend would have no effect: it is refused, not ignored. */
export const parametersFitTheBackend: Check = (subject) =>
  classesOf(subject).flatMap(([name, declared]) => {
    const kind = kindOfBackend(subject, declared.backend)
    if (kind !== 'proxmox' && kind !== 'local') return []
    const foreign = parameterKeys[kind === 'proxmox' ? 'local' : 'proxmox']
    return foreign
      .filter((key) => !parameterKeys[kind].includes(key) && Object.hasOwn(declared, key))
      .map((key) => fault('foreign-parameter', ['spec', 'classes', name, key], `${key} means nothing to class ${name}: its backend ${declared.backend ?? ''} is of kind ${kind}`, 'remove it, or use another backend'))
  })

/** The driver's own reading of the parameters, so that what passes here passes there. */
export const parametersAreAccepted: Check = (subject) =>
  classesOf(subject).flatMap(([name, declared]): readonly Fault[] => {
    const kind = kindOfBackend(subject, declared.backend)
    if (kind !== 'proxmox' && kind !== 'local') return []
    const path = ['spec', 'classes', name]
    const parameters = storageClassParameters(kind, declared)
    const { findings } = kind === 'proxmox' ? parseProxmoxParameters(parameters, path) : parseLocalParameters(parameters, path)
    return findings.map((found) => ({ ...found, message: `class ${name}: ${found.message.replaceAll(fstypeKey, 'fstype')}`, path: fieldPath(found.path) }))
  })

function fieldPath(path: Fault['path']): Fault['path'] {
  return path.at(-1) === fstypeKey ? [...path.slice(0, -1), 'fstype'] : path
}

/** Delete on the class that everybody gets without asking. */
export const deletedDataIsMeant: Check = (subject) =>
  classesOf(subject)
    .filter(([, declared]) => declared.default === true && declared.reclaimPolicy === 'Delete')
    .map(([name]) =>
      warning('delete-by-default', ['spec', 'classes', name, 'reclaimPolicy'], `class ${name} is the default and deletes the data with the claim`, 'use Retain, or make a class with Delete that is asked for by name'),
    )

/** A second driver name is a valid one, and no other backend's. */
export const driverNamesAreFree: Check = (subject) => {
  const owners = new Map<string, string>([
    [driverNameOf('proxmox'), 'proxmox'],
    [driverNameOf('local'), 'local'],
  ])
  return classesOf(subject).flatMap(([name, { driverName, backend }]) => {
    const kind = kindOfBackend(subject, backend)
    if (driverName === undefined || kind === undefined || !isDriverName(driverName)) return []
    const owner = owners.get(driverName) ?? kind
    owners.set(driverName, owner)
    return owner === kind
      ? []
      : [fault('driver-name-taken', ['spec', 'classes', name, 'driverName'], `driver name ${driverName} already serves backends of kind ${owner}, and class ${name} is of kind ${kind}`, 'give each kind of backend its own name')]
  })
}
