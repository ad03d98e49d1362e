/**
 * Document 003's arguments as a declaration: each field moves to its place, whatever stands in it; the declaration's own schema
 * and checks judge it there, and their findings come back with the paths of 003.
 */
import type { Finding } from '@stowage/core'
import type { Path } from '../inputs/leaves.ts'
import { isInside } from '../inputs/tree.ts'
import { rookCephSchema } from '../spec/schema/ceph.ts'
import { veleroSchema } from '../spec/schema/velero.ts'
import { arrive, as, byName, each, inside, isTheKey, refused, together, under, type Move, type Moved, type Placed } from './move.ts'

/** Name of the only backend that these arguments can declare. */
export const cephBackend = 'ceph'
/** What 003 writes for its two engines. */
export const storageImplementation = 'rook-ceph'
export const backupImplementation = 'velero'

export interface AsDeclaration {
  readonly declaration: unknown
  readonly origin: (path: Path) => Path
  readonly findings: readonly Finding[]
}

export function declarationOf(name: string, args: unknown): AsDeclaration {
  const moved = together({ placed: fixed(name), findings: [] }, moduleArguments(args, [], ['spec']), needed(args))
  const { tree, origin } = arrive(moved.placed)
  return { declaration: tree, origin, findings: moved.findings }
}

/** Sections that stand beside 003's arguments are called `facts` there, not `spec.facts`. */
export function inWordsOf003(finding: Finding): Finding {
  const said = (text: string): string => text.replaceAll(/\bspec\.(?=(?:facts|accept|platform|snapshots|monitoring|policies)\b)/g, '')
  return { ...finding, message: said(finding.message), ...(finding.remedy === undefined ? {} : { remedy: said(finding.remedy) }) }
}

function fixed(name: string): readonly Placed[] {
  return [
    { to: ['apiVersion'], from: [], value: 'stowage.dev/v1alpha1' },
    { to: ['kind'], from: [], value: 'Storage' },
    { to: ['metadata', 'name'], from: ['name'], value: name },
    { to: ['spec', 'backends'], from: ['cephCluster'], value: {} },
    { to: ['spec', 'classes'], from: ['storageClasses'], value: {} },
  ]
}

const pool = {
  name: as('name'),
  failureDomain: as('failureDomain'),
  deviceClass: as('deviceClass'),
  replication: under(['replicated'], inside({ size: as('size'), requireSafeReplicaSize: as('requireSafeReplicaSize') })),
}
const dataPool = {
  ...pool,
  erasureCoding: under(['erasureCoded'], inside({ dataChunks: as('dataChunks'), codingChunks: as('codingChunks'), algorithm: as('algorithm') })),
  compression: inside({ algorithm: as('parameters', 'compression_algorithm'), mode: as('compressionMode') }),
}

const filesystem: Move = (value, from, to) =>
  together(
    // The class, the filesystem and the pools are called as 003 calls them.
    given(value, { to: [...to, 'preservePoolNames'], from, value: true }),
    inside({
      name: as('name'),
      metadataPool: under(['metadataPool'], inside(pool)),
      dataPools: under(['dataPools'], each(inside(dataPool))),
      metadataServer: as('metadataServer'),
    })(value, from, to),
  )

const storageClass: Move = (value, from, to) =>
  together(
    given(value, { to: [...to, 'backend'], from, value: cephBackend }),
    inside({
      name: isTheKey,
      renamedFrom: as('renamedFrom'),
      isDefault: as('default'),
      reclaimPolicy: as('reclaimPolicy'),
      volumeBindingMode: as('volumeBindingMode'),
      allowVolumeExpansion: as('allowVolumeExpansion'),
      filesystem: under(['filesystem'], filesystem),
    })(value, from, to),
  )

const cephCluster = inside({
  ...besides(Object.keys(rookCephSchema.shape), ['image', 'mon', 'filesystems', 'blockPools']),
  clusterName: as('clusterName'),
  cephImage: as('image'),
  dataDirHostPath: as('dataDirHostPath'),
  storage: as('storage'),
  monitorCount: as('mon', 'count'),
})

/** Fields of the declaration that 003 does not know: they stand beside its own, as they are there. */
function besides(known: readonly string[], otherwise: readonly string[]): Readonly<Record<string, Move>> {
  return Object.fromEntries(known.filter((key) => !otherwise.includes(key)).map((key) => [key, as(key)]))
}

const location = { name: isTheKey, renamedFrom: as('renamedFrom'), provider: as('provider'), region: as('region'), config: as('config'), credential: as('credential') }

const backupStrategy: Move = (value, from, to) =>
  together(
    // 003 has no field for it, and without it Velero would take a constant that everybody knows.
    isInside(value) && value['repositoryPassword'] !== undefined ? together() : given(value, { to: [...to, 'repositoryPassword'], from, value: { existing: true } }),
    inside({
      ...besides(Object.keys(veleroSchema.shape), ['locations', 'snapshotLocations']),
      enableSnapshotBackups: as('enableSnapshotBackups'),
      enableFilesystemBackups: as('enableFilesystemBackups'),
      defaultBackupTTL: as('defaultBackupTTL'),
      backupStorageLocations: under(['locations'], byName('backup storage location', inside({ ...location, bucket: as('bucket'), prefix: as('prefix'), default: as('default') }))),
      volumeSnapshotLocations: under(['snapshotLocations'], byName('volume snapshot location', inside(location))),
    })(value, from, to),
  )

const moduleArguments = inside({
  namespace: as('namespace'),
  storageImplementation: oneOf('storageImplementation', [storageImplementation]),
  backupImplementation: oneOf('backupImplementation', [backupImplementation]),
  cephCluster: under(['backends', cephBackend, 'rookCeph'], cephCluster),
  storageClasses: under(['classes'], byName('storage class', storageClass)),
  backupStrategy: under(['backup', 'velero'], backupStrategy),
  // Beyond 003: sections of the declaration, as they are there.
  facts: as('facts'),
  accept: as('accept'),
  platform: as('platform'),
  snapshots: as('snapshots'),
  monitoring: as('monitoring'),
  policies: as('policies'),
  // Not of the declaration.
  feasibility: oneOf('feasibility', ['warn', 'enforce']),
  secrets: isTheKey,
  import: isTheKey,
  today: isTheKey,
  wait: isTheKey,
})

/** What goes along with a map that is written; with nothing, nothing goes along. */
function given(value: unknown, along: Placed): Moved {
  return { placed: isInside(value) ? [along] : [], findings: [] }
}

/** Judged here: the declaration has no place for it. */
function oneOf(field: string, values: readonly string[]): Move {
  return (value, from) => {
    if (value === undefined || values.some((one) => one === value)) return together()
    if (typeof value === 'object' && value !== null) return refused('input-not-plain', 'an Output or a Promise stands here, and it decides which objects exist: preview and up could disagree', 'write a plain value, e.g. from pulumi.Config', from)
    const allowed = values.map((one) => JSON.stringify(one)).join(' or ')
    return refused('invalid-value', `${field} is ${JSON.stringify(value) ?? 'nothing'}, which is not ${allowed}`, `write ${allowed}`, from)
  }
}

/** What 003 has no meaning without. */
function needed(args: unknown): Moved {
  const has = (key: string): boolean => typeof args === 'object' && args !== null && Reflect.get(args, key) !== undefined
  const without = (key: string, message: string, remedy: string): Moved => (has(key) ? together() : refused('missing-field', message, remedy, [key]))
  return together(
    without('storageImplementation', '"storageImplementation" is missing', 'add storageImplementation: StorageImplementation.ROOK_CEPH'),
    has('storageClasses') ? without('cephCluster', 'there are storage classes and no cephCluster', 'add cephCluster: the nodes and devices that hold the data') : together(),
    has('backupStrategy') ? without('backupImplementation', 'there is a backupStrategy and no backupImplementation', 'add backupImplementation: BackupImplementation.VELERO') : together(),
  )
}
