/** Ceph backends and their classes, with every default filled in. Only for a declaration without errors. */
import { StorageError } from '@stowage/core'
import { chartVersions } from '../ceph/versions.ts'
import { cephAccess, classSecrets, subvolumeGroupClusterID, type CephVolumeKind } from '../ceph/access.ts'
import type { CephBackendSpec, CephBlockPoolSpec, CephFilesystemSpec, RookCephBackendSpec } from '../ceph-spec.ts'
import type { DeclaredBackend, DeclaredClass, DeclaredSpec } from '../schema/declaration.ts'
import type { ClassOfKind } from '../spec.ts'
import { chartOf } from './chart.ts'
import { resolveRookCeph } from './rook-ceph.ts'

/** undefined when it is a backend of another kind. Filesystems and pools that classes declare in place are gathered from `spec`. */
export function resolveCephBackend(name: string, { rookCeph, ceph }: DeclaredBackend, spec: DeclaredSpec): RookCephBackendSpec | CephBackendSpec | undefined {
  if (rookCeph !== undefined) return resolveRookCeph(name, rookCeph, Object.entries(spec.classes))
  if (ceph === undefined) return undefined
  const { clusterID, monitors, secrets, subvolumeGroup = 'csi', radosNamespace, charts = {} } = ceph
  return {
    kind: 'ceph',
    name,
    clusterID,
    monitors,
    secrets: { ...(secrets.rbd === undefined ? {} : { rbd: secrets.rbd }), ...(secrets.cephfs === undefined ? {} : { cephfs: secrets.cephfs }) },
    subvolumeGroup,
    ...(radosNamespace === undefined ? {} : { radosNamespace }),
    charts: { operator: chartOf(charts.operator, chartVersions.csiOperator), csiDrivers: chartOf(charts.csiDrivers, chartVersions.csiDrivers) },
  }
}

export function resolveCephClass(name: string, declared: DeclaredClass, backend: RookCephBackendSpec | CephBackendSpec, namespace: string): ClassOfKind {
  const place = backend.kind === 'rookCeph' ? placeInRook(name, declared, backend, namespace) : placeOutside(name, declared)
  const access = cephAccess(backend, place.volumeKind, namespace)
  const { clusterID = access.clusterID, ...parameters } = place.parameters
  const own = place.volumeKind === 'rbd' ? imageParameters(declared) : {}
  const mounter = declared.mounter === undefined ? {} : { mounter: declared.mounter }
  return { volumeKind: place.volumeKind, driverName: access.driverName, parameters: { clusterID, ...parameters, ...own, ...mounter, ...classSecrets(place.volumeKind, access) } }
}

interface Place {
  readonly volumeKind: CephVolumeKind
  readonly parameters: Readonly<Record<string, string>>
}

function placeInRook(name: string, declared: DeclaredClass, { filesystems, blockPools }: RookCephBackendSpec, namespace: string): Place {
  const { filesystem, fsName, blockPool, pool, dataPool } = declared
  if (filesystem !== undefined || fsName !== undefined) {
    const found = byName(filesystems, fsName ?? filesystem?.name ?? name, name)
    const { name: group } = found.subvolumeGroup
    return { volumeKind: 'cephfs', parameters: { clusterID: subvolumeGroupClusterID(namespace, found.name, group), fsName: found.name, pool: dataPoolOf(found, pool, name) } }
  }
  const { name: inCeph } = byName(blockPools, blockPool === undefined ? (pool ?? '') : (blockPool.name ?? name), name)
  return { volumeKind: 'rbd', parameters: { pool: inCeph, ...(dataPool === undefined ? {} : { dataPool: byName(blockPools, dataPool, name).name }) } }
}

function placeOutside(name: string, { fsName, pool, dataPool }: DeclaredClass): Place {
  if (fsName !== undefined) return { volumeKind: 'cephfs', parameters: { fsName, ...(pool === undefined ? {} : { pool }) } }
  if (pool === undefined) throw notFound(name)
  return { volumeKind: 'rbd', parameters: { pool, ...(dataPool === undefined ? {} : { dataPool }) } }
}

/** A data pool by the name that was written, or by its name in Ceph; the first when none was named. */
function dataPoolOf({ dataPools }: CephFilesystemSpec, pool: string | undefined, className: string): string {
  const found = pool === undefined ? dataPools[0] : (dataPools.find(({ name }) => name === pool) ?? dataPools.find(({ writtenName }) => writtenName === pool))
  if (found === undefined) throw notFound(className)
  return found.name
}

/** Rook's own example classes: images of format 2 with layering, which every kernel can map. */
function imageParameters({ imageFeatures = ['layering'], mapOptions, fstype = 'ext4' }: DeclaredClass): Readonly<Record<string, string>> {
  return { imageFormat: '2', imageFeatures: imageFeatures.join(','), ...(mapOptions === undefined ? {} : { mapOptions }), 'csi.storage.k8s.io/fstype': fstype }
}

function byName<T extends CephFilesystemSpec | CephBlockPoolSpec>(all: readonly T[], wanted: string, className: string): T {
  const found = all.find(({ name }) => name === wanted)
  if (found === undefined) throw notFound(className)
  return found
}

function notFound(className: string): StorageError {
  return new StorageError('internal', `class ${className} passed the checks without a filesystem or pool; report this with the declaration`)
}
