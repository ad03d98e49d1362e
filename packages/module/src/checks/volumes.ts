/** Checks of spec.volumes: data that exists already must be named exactly. */
import { accessModeRefusal, didYouMean, serves, tryParseVolumeHandle, volumeHandleFault, type BackendKind } from '@stowage/core'
import { classesOf, fault, volumesOf, warning, type Check, type DraftVolume, type Fault, type Subject } from './check.ts'
import { kindOfBackend } from './backends.ts'

/** A volume's class is one of spec.classes. */
export const volumesNameAClass: Check = (subject) => {
  const known = classesOf(subject).map(([name]) => name)
  return volumesOf(subject).flatMap(([name, { class: className }]) =>
    className === undefined || known.includes(className)
      ? []
      : [fault('unknown-class', ['spec', 'volumes', name, 'class'], `volume ${name} names the class ${JSON.stringify(className)}, which is not declared`, didYouMean(className, known))],
  )
}

/** A volume says where its data is, in its backend's own terms. */
export const volumesPointAtData: Check = (subject) =>
  volumesOf(subject).flatMap(([name, volume]) => {
    const path = ['spec', 'volumes', name]
    const kind = kindOfVolume(subject, volume)
    if (kind === 'proxmox') return diskFaults(subject, volume, path)
    return kind === 'local' ? directoryFaults(subject, volume, path) : []
  })

function diskFaults(subject: Subject, volume: DraftVolume, path: readonly string[]): readonly Fault[] {
  const foreign = (['node', 'path'] as const).filter((key) => volume[key] !== undefined).map((key) => fault('foreign-field', [...path, key], `${key} means nothing to volume ${path.at(-1) ?? ''}, which is a Proxmox disk`, 'remove it; handle says where the disk is'))
  if (volume.handle === undefined) return [...foreign, fault('missing-field', [...path, 'handle'], `"handle" is missing in ${path.slice(1).join('.')}`, 'add handle: region/zone/storage/disk')]
  const trouble = volumeHandleFault(volume.handle)
  if (trouble !== undefined) return [...foreign, fault('invalid-handle', [...path, 'handle'], `handle ${JSON.stringify(volume.handle)} of volume ${path.at(-1) ?? ''}: ${trouble}`, 'write region/zone/storage/disk, e.g. pve/pve1/local-zfs/vm-9999-media; region//storage/disk for shared storage')]
  const region = regionOf(subject, volume)
  const handle = tryParseVolumeHandle(volume.handle)
  if (region === undefined || handle === undefined || handle.region === region) return foreign
  return [...foreign, fault('wrong-region', [...path, 'handle'], `handle ${JSON.stringify(volume.handle)} of volume ${path.at(-1) ?? ''} is in region ${handle.region}, and the backend of its class is in region ${region}`, `write ${region}/… or use a class of the other backend`)]
}

function directoryFaults(subject: Subject, volume: DraftVolume, path: readonly string[]): readonly Fault[] {
  const faults: Fault[] = []
  if (volume.handle !== undefined) faults.push(fault('foreign-field', [...path, 'handle'], `handle means nothing to volume ${path.at(-1) ?? ''}, which is a local directory`, 'remove it; node and path say where the directory is'))
  for (const key of ['node', 'path'] as const) {
    if (volume[key] === undefined) faults.push(fault('missing-field', [...path, key], `"${key}" is missing in ${path.slice(1).join('.')}`, key === 'node' ? 'add node: the node that holds the directory' : 'add path: the directory'))
  }
  const root = backendOf(subject, volume)?.local?.path
  if (root !== undefined && volume.path !== undefined && !volume.path.startsWith(`${root.replace(/\/$/, '')}/`)) {
    faults.push(fault('outside-backend', [...path, 'path'], `path ${volume.path} of volume ${path.at(-1) ?? ''} is not under ${root}, the directory of its backend`, `move or bind-mount the directory to ${root}/…`))
  }
  return faults
}

/** Adopted volumes, too, are read and written only as the backend can. */
export const volumeAccessModesCanBeServed: Check = (subject) =>
  volumesOf(subject).flatMap(([name, volume]) => {
    const kind = kindOfVolume(subject, volume)
    return (volume.accessModes ?? []).flatMap((mode, index) =>
      kind === undefined || mode === undefined || serves(kind, mode)
        ? []
        : [fault('access-mode', ['spec', 'volumes', name, 'accessModes', index], `volume ${name}: ${accessModeRefusal(kind, mode).replace(/; for [^;]*$/, '')}`, `remove ${mode}`)],
    )
  })

/** A claim is bound to one volume, and a disk is one volume. */
export const claimsAndDisksAreUnique: Check = (subject) => {
  const claims = new Map<string, string>()
  const places = new Map<string, string>()
  return volumesOf(subject).flatMap(([name, volume]) => [
    ...takenTwice(claims, volume.namespace === undefined ? undefined : `${volume.namespace}/${volume.claim ?? name}`, name, 'the claim', 'namespace'),
    ...takenTwice(places, placeOf(volume), name, 'the data at', volume.handle === undefined ? 'path' : 'handle'),
  ])
}

/** Ids of local volumes are made of the directory; the driver takes one spelling of each, and refuses the others. A slash at the end is taken off. */
export const directoriesHaveOneSpelling: Check = (subject) =>
  volumesOf(subject).flatMap(([name, volume]) =>
    kindOfVolume(subject, volume) === 'local' && volume.path !== undefined && volume.path.replace(/\/$/, '') !== plainPath(volume.path)
      ? [fault('invalid-value', ['spec', 'volumes', name, 'path'], `path ${volume.path} of volume ${name} is not spelled as the driver takes it`, `write ${plainPath(volume.path)}`)]
      : [],
  )

function plainPath(path: string): string {
  return `/${path.split('/').filter((part) => part !== '' && part !== '.').join('/')}`
}

/** What one pod deletes in a directory inside another volume is gone for the other. */
export const directoriesLieApart: Check = (subject) => {
  const all = volumesOf(subject).flatMap(([name, volume]) => (kindOfVolume(subject, volume) !== 'local' || volume.node === undefined || volume.path === undefined ? [] : [{ name, node: volume.node, path: plainPath(volume.path) }]))
  const owners = new Map(all.map((one) => [`${one.node}:${one.path}`, one]))
  return all.flatMap((one): readonly Fault[] => {
    const outer = parentsOf(one.path).flatMap((parent) => owners.get(`${one.node}:${parent}`) ?? [])[0]
    return outer === undefined ? [] : [warning('paths-collide', ['spec', 'volumes', one.name, 'path'], `volumes ${outer.name} (${outer.path}) and ${one.name} (${one.path}) lie one in the other`, 'adopt directories that lie beside each other, unless both pods are meant to see the same files')]
  })
}

/** `/a/b/c` → `/a/b`, `/a`. */
function parentsOf(path: string): readonly string[] {
  const parts = path.split('/').slice(1, -1)
  return parts.map((_, index) => `/${parts.slice(0, index + 1).join('/')}`).toReversed()
}

function takenTwice(owners: Map<string, string>, thing: string | undefined, name: string, what: string, field: string): readonly Fault[] {
  if (thing === undefined) return []
  const owner = owners.get(thing)
  owners.set(thing, owner ?? name)
  return owner === undefined ? [] : [fault('duplicate-volume', ['spec', 'volumes', name, field], `${what} ${thing} belongs to volume ${owner} already`, 'remove one of the two')]
}

function placeOf({ handle, node, path }: DraftVolume): string | undefined {
  return handle ?? (node === undefined || path === undefined ? undefined : `${node}:${plainPath(path)}`)
}

function kindOfVolume(subject: Subject, volume: DraftVolume): BackendKind | undefined {
  return kindOfBackend(subject, classOf(subject, volume)?.backend)
}

function classOf({ draft }: Subject, { class: name }: DraftVolume) {
  const classes = draft.spec?.classes
  return name === undefined || classes === undefined || !Object.hasOwn(classes, name) ? undefined : classes[name]
}

function backendOf(subject: Subject, volume: DraftVolume) {
  const name = classOf(subject, volume)?.backend
  return name === undefined ? undefined : subject.draft.spec?.backends?.[name]
}

function regionOf(subject: Subject, volume: DraftVolume): string | undefined {
  return backendOf(subject, volume)?.proxmox?.region
}
