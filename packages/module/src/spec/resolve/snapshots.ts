/** Who brings the snapshot controller, and the VolumeSnapshotClasses that follow from the StorageClasses. */
import type { Facts } from '../../facts/facts.ts'
import type { Distribution, SnapshotClassSpec, SnapshotsSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'
import type { DeclaredSnapshots } from '../schema/snapshots.ts'
import { canSnapshot } from '../snapshot-capability.ts'
import type { ClassSpec } from '../spec.ts'

export const snapshotControllerImage = 'registry.k8s.io/sig-storage/snapshot-controller:v8.6.0'
/** RKE2 brings it as its own chart (rke2-snapshot-controller); the others of `distributions` do not. */
const bundling: ReadonlySet<Distribution> = new Set<Distribution>(['rke2'])

export interface SnapshotSurroundings {
  readonly distribution: Distribution
  readonly classes: readonly ClassSpec[]
  readonly facts: Facts
}

export function resolveSnapshots(spec: DeclaredSpec, { distribution, classes, facts }: SnapshotSurroundings): SnapshotsSpec {
  const declared = spec.snapshots ?? {}
  const controller = declared.controller ?? defaultController(spec)
  const deletionPolicy = declared.deletionPolicy ?? 'Delete'
  const made = controller === 'none' ? [] : snapshotClasses(declared, classes, deletionPolicy)
  return {
    controller,
    ...installation(controller, distribution, facts),
    image: declared.image ?? snapshotControllerImage,
    replicas: declared.replicas ?? 2,
    deletionPolicy,
    classes: made,
    defaultClasses: Object.fromEntries(made.filter(({ forBackups }) => forBackups).map(({ driverName, name }) => [driverName, name])),
  }
}

/** A section that is there asks for snapshots; so do backups that are snapshots. */
export function defaultController({ snapshots, backup }: Pick<DeclaredSpec, 'snapshots' | 'backup'>): 'auto' | 'none' {
  return snapshots !== undefined || backup?.velero?.enableSnapshotBackups === true ? 'auto' : 'none'
}

export function installation(controller: SnapshotsSpec['controller'], distribution: Distribution, facts: Facts): Pick<SnapshotsSpec, 'installed' | 'because'> {
  if (controller === 'install') return { installed: true, because: 'the declaration says so' }
  if (controller === 'external') return { installed: false, because: 'the declaration says that somebody else brings it' }
  if (controller === 'none') return { installed: false, because: 'the declaration asks for no snapshots' }
  if (bundling.has(distribution)) return { installed: false, because: `the distribution ${distribution} brings one` }
  const seen = facts.find(({ object, property, value }) => object === 'cluster' && property === 'snapshotController' && value !== false && value !== '')
  if (seen !== undefined) return { installed: false, because: `there is one already: ${String(seen.value)}, as ${seen.source.name} says` }
  return { installed: true, because: `the distribution ${distribution} brings none, and none was seen` }
}

function snapshotClasses(declared: DeclaredSnapshots, classes: readonly ClassSpec[], deletionPolicy: 'Delete' | 'Retain'): readonly SnapshotClassSpec[] {
  const groups = grouped(classes.filter(canSnapshot))
  const written = Object.entries(declared.classes ?? {}).flatMap(([name, { class: of, deletionPolicy: own, backups, renamedFrom }]) => {
    const members = [...groups.values()].find((group) => group.some((one) => one.name === of))
    return members === undefined ? [] : [{ ...snapshotClass(name, members, own ?? deletionPolicy), backups, ...(renamedFrom === undefined ? {} : { renamedFrom }) }]
  })
  const covered = new Set(written.map(({ driverName, parameters }) => keyOf(driverName, parameters['clusterID'])))
  const derived = [...groups].filter(([key]) => !covered.has(key)).map(([, members]) => ({ ...snapshotClass(automaticName(members, Object.keys(declared.classes ?? {})), members, deletionPolicy), backups: undefined }))
  return withOneForBackups([...written, ...derived])
}

type Unchosen = Omit<SnapshotClassSpec, 'forBackups'> & { readonly backups: boolean | undefined }

/** Velero takes the labelled class of a driver, and two labels are none: the one that is asked for, else the first that is not refused. */
function withOneForBackups(classes: readonly Unchosen[]): readonly SnapshotClassSpec[] {
  const chosen = new Map<string, string>()
  for (const wanted of [true, undefined]) {
    for (const { driverName, name, backups } of classes) if (backups === wanted && !chosen.has(driverName)) chosen.set(driverName, name)
  }
  return classes.map(({ backups, ...one }) => ({ ...one, forBackups: backups !== false && chosen.get(one.driverName) === one.name }))
}

/** By driver and cluster: what one VolumeSnapshotClass can serve. */
function grouped(classes: readonly ClassSpec[]): ReadonlyMap<string, readonly ClassSpec[]> {
  const groups = new Map<string, ClassSpec[]>()
  for (const one of classes) groups.set(groupOf(one), [...(groups.get(groupOf(one)) ?? []), one])
  return groups
}

function groupOf({ driverName, parameters }: ClassSpec): string {
  return keyOf(driverName, parameters['clusterID'])
}

function keyOf(driverName: string, clusterID: string | undefined): string {
  return `${driverName}\0${clusterID ?? ''}`
}

/** A name that somebody has written for another driver stays theirs. */
function automaticName([first]: readonly ClassSpec[], written: readonly string[]): string {
  const name = first === undefined ? '' : `${first.backend.name}-${first.volumeKind}`
  return written.includes(name) ? automaticNameBeside(name, written) : name
}

function automaticNameBeside(name: string, written: readonly string[]): string {
  const another = `${name}-snapshots`
  return written.includes(another) ? automaticNameBeside(another, written) : another
}

function snapshotClass(name: string, members: readonly ClassSpec[], deletionPolicy: 'Delete' | 'Retain'): Omit<SnapshotClassSpec, 'forBackups'> {
  const [first] = members
  return {
    name,
    driverName: first?.driverName ?? '',
    deletionPolicy,
    parameters: snapshotParameters(first?.parameters ?? {}),
    backend: first?.backend.name ?? '',
    storageClasses: members.map((one) => one.name),
  }
}

const csi = 'csi.storage.k8s.io'

/** Ceph CSI snapshots in the cluster of the volume, with the secret that makes its volumes (rook's deploy/examples/csi). NFS needs neither. */
function snapshotParameters(parameters: ClassSpec['parameters']): Readonly<Record<string, string>> {
  const clusterID = parameters['clusterID']
  const [secret, namespace] = [parameters[`${csi}/provisioner-secret-name`], parameters[`${csi}/provisioner-secret-namespace`]]
  return {
    ...(clusterID === undefined ? {} : { clusterID }),
    ...(secret === undefined || namespace === undefined ? {} : { [`${csi}/snapshotter-secret-name`]: secret, [`${csi}/snapshotter-secret-namespace`]: namespace }),
  }
}
