/** Checks of NFS backends, their classes and their volumes. */
import { didYouMean } from '@stowage/core'
import { cephParameters } from '../../spec/schema/ceph.ts'
import { localParameters, proxmoxParameters } from '../../spec/schema/classes.ts'
import { nfsParameters } from '../../spec/schema/nfs.ts'
import { valueAt } from '../../spec/value-at.ts'
import { backendsOf, classesOf, fault, volumesOf, warning, type Check, type DraftClass, type DraftVolume, type Fault, type Subject } from '../check.ts'
import { kindOfBackend } from '../backends.ts'
import { deletedDirectoriesAreOnesOwn } from './sub-dir.ts'

/** The driver of Stowage for NFS, and its agent, are not there yet: nobody may rely on them. */
const builtDriver: Check = (subject) =>
  backendsOf(subject).flatMap(([name, { nfs }]): readonly Fault[] => {
    if (nfs === undefined) return []
    const path = ['spec', 'backends', name, 'nfs']
    return [
      ...(nfs.driver === 'csi-driver-nfs' ? [] : [fault('not-built-yet', [...path, 'driver'], `not built yet: Stowage’s own driver for NFS, which would serve backend ${name}`, 'write driver: csi-driver-nfs, the upstream chart')]),
      ...(nfs.management === 'agent' ? [fault('not-built-yet', [...path, 'management'], 'not built yet: the agent that keeps the exports of an NFS server', 'remove it, and keep /etc/exports yourself')] : []),
    ]
  })

/** Volumes of one export would lie among those of the other. */
const exportsAreApart: Check = (subject) =>
  backendsOf(subject).flatMap(([name, { nfs }]) => {
    const exports = Object.entries(nfs?.exports ?? {})
    return exports.flatMap(([one, path], index) =>
      exports.slice(index + 1).flatMap(([other, otherPath]) => {
        if (!within(path, otherPath) && !within(otherPath, path)) return []
        const what = path === otherPath ? `exports ${one} and ${other} are both ${path}` : `of the exports ${one} (${path}) and ${other} (${otherPath}) one lies inside the other`
        return [fault('exports-collide', ['spec', 'backends', name, 'nfs', 'exports', other], what, 'export directories that lie beside each other, or name one of them only')]
      }),
    )
  })

/** One chart is released once. */
const oneRelease: Check = (subject) => {
  const all = backendsOf(subject).filter(([, { nfs }]) => nfs !== undefined)
  return all.slice(1).flatMap(([name, { nfs }]) =>
    nfs?.chart === undefined || JSON.stringify(nfs.chart) === JSON.stringify(all[0]?.[1].nfs?.chart)
      ? []
      : [fault('two-releases', ['spec', 'backends', name, 'nfs', 'chart'], `backends ${all[0]?.[0] ?? ''} and ${name} share one release of the chart csi-driver-nfs, and each describes it differently`, `write chart on backend ${all[0]?.[0] ?? ''} only`)],
  )
}

const classesNameAnExport: Check = (subject) =>
  classesOf(subject).flatMap(([name, { backend, export: chosen }]) => {
    if (kindOfBackend(subject, backend) !== 'nfs' || backend === undefined) return []
    // From the raw text: an export that is written wrongly is reported as that, and is there.
    const known = Object.keys(Object(valueAt(subject.raw, ['spec', 'backends', backend, 'nfs', 'exports'])))
    const path = ['spec', 'classes', name, 'export']
    if (chosen === undefined) return known.length <= 1 ? [] : [fault('missing-field', path, `"export" is missing in classes.${name}: backend ${backend} has ${known.join(', ')}`, `add export: ${known.join(' or ')}`)]
    return known.includes(chosen) ? [] : [fault('unknown-export', path, `class ${name} names the export ${JSON.stringify(chosen)}, which backend ${backend} does not have`, didYouMean(chosen, known))]
  })

const own = new Set(Object.keys(nfsParameters))
const others = [...new Set([proxmoxParameters, localParameters, cephParameters].flatMap((each) => Object.keys(each)))].filter((key) => !own.has(key))

/** A parameter that has no effect says something that is not so. */
const parametersFit: Check = (subject) =>
  classesOf(subject).flatMap(([name, declared]) => {
    const kind = kindOfBackend(subject, declared.backend)
    if (kind === undefined) return []
    const foreign = kind === 'nfs' ? [...others, 'fstype', 'driverName', 'allowedTopologies'] : [...own]
    return foreign.filter((key) => Object.hasOwn(declared, key)).map((key) => foreignParameter(name, key, declared, kind))
  })

function foreignParameter(name: string, key: string, { backend }: DraftClass, kind: string): Fault {
  return fault('foreign-parameter', ['spec', 'classes', name, key], `${key} means nothing to class ${name}: its backend ${backend ?? ''} is of kind ${kind}`, 'remove it, or use another backend')
}

/** Soft mounts give errors to the application and, says nfs(5), can corrupt data silently. */
const softMountsAreMeant: Check = (subject) =>
  classesOf(subject).flatMap(([name, { backend, mountOptions = [] }]) => {
    if (kindOfBackend(subject, backend) !== 'nfs') return []
    const at = mountOptions.findIndex((option) => option.split(',').includes('soft'))
    return at === -1 ? [] : [warning('soft-mount', ['spec', 'classes', name, 'mountOptions', at], `class ${name} mounts soft: when the server does not answer, writes fail, and data that the application takes for written can be lost`, 'keep it for data that can be made again; use hard for what matters, and a block class for databases')]
  })

/** A volume on NFS is a directory of the server, and lies under an export. */
const volumesLieInAnExport: Check = (subject) =>
  nfsVolumes(subject).flatMap(([name, volume, exports]): readonly Fault[] => {
    const path = ['spec', 'volumes', name]
    const foreign = (['handle', 'node', 'fstype'] as const).filter((key) => volume[key] !== undefined).map((key) => fault('foreign-field', [...path, key], `${key} means nothing to volume ${name}, which is a directory on NFS`, 'remove it; path says where the directory is'))
    if (volume.path === undefined) return [...foreign, fault('missing-field', [...path, 'path'], `"path" is missing in volumes.${name}`, 'add path: the directory on the server')]
    if (volume.volumeMode === 'Block') foreign.push(fault('foreign-field', [...path, 'volumeMode'], `volume ${name} is a directory on NFS, which is no block device`, 'remove volumeMode'))
    if (exports.some((root) => within(volume.path ?? '', root))) return foreign
    return [...foreign, warning('outside-export', [...path, 'path'], `path ${volume.path} of volume ${name} is under none of the exports of its backend (${exports.join(', ')})`, 'name the export, or see that the server exports this path, too: otherwise the mount is refused')]
  })

/** A directory inside another volume is seen, and changed, by both. */
const volumesLieApart: Check = (subject) => {
  const all = nfsVolumes(subject).flatMap(([name, { path, class: className }]) => (path === undefined ? [] : [{ name, path: path.replace(/\/+$/, ''), server: serverOf(subject, className) }]))
  return all.flatMap((one, index) =>
    all.slice(0, index).flatMap((other) => {
      if (one.server !== other.server || one.path === other.path || (!within(one.path, other.path) && !within(other.path, one.path))) return []
      return [warning('paths-collide', ['spec', 'volumes', one.name, 'path'], `of the volumes ${other.name} (${other.path}) and ${one.name} (${one.path}) one lies inside the other`, 'adopt directories that lie beside each other, unless both pods are meant to see the same files')]
    }),
  )
}

export const nfsChecks: readonly Check[] = [
  builtDriver, // the upstream chart serves NFS today
  exportsAreApart, // no export inside another
  oneRelease, // one release of the chart for all NFS backends
  classesNameAnExport, // and a class says which export
  parametersFit, // with parameters that have an effect
  deletedDirectoriesAreOnesOwn, // what one claim deletes is no other claim's
  softMountsAreMeant, // soft is for what can be made again
  volumesLieInAnExport, // adopted directories are exported
  volumesLieApart, // and not inside each other
]

function nfsVolumes(subject: Subject): readonly (readonly [string, DraftVolume, readonly string[]])[] {
  return volumesOf(subject).flatMap(([name, volume]) => {
    const backend = backendOfClass(subject, volume.class)
    return backend?.nfs === undefined ? [] : [[name, volume, Object.values(backend.nfs.exports ?? {}).filter((path) => path !== undefined)] as const]
  })
}

function backendOfClass({ draft }: Subject, className: string | undefined) {
  const name = className === undefined ? undefined : draft.spec?.classes?.[className]?.backend
  return name === undefined ? undefined : draft.spec?.backends?.[name]
}

function serverOf(subject: Subject, className: string | undefined): string | undefined {
  return backendOfClass(subject, className)?.nfs?.server
}

function within(path: string, root: string): boolean {
  return path === root || path.startsWith(`${root.replace(/\/+$/, '')}/`)
}
