/** Ceph in the plan: operator, drivers, cluster, filesystems and pools; or, for Ceph that is there already, drivers and the way to it. */
import type { CephBackendSpec, RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import type { Contribution, HelmRelease, PlannedObject } from '../plan.ts'
import { cephCluster, clusterRelease } from './cluster.ts'
import { connectionNeeds, connectionNotes, connectionObjects } from './connection.ts'
import { cephBlockPool, cephFilesystem, mgrPool, subvolumeGroup } from './pools.ts'
import { csiOperatorRelease, driversRelease, rookRelease } from './releases.ts'
import { toolbox } from './toolbox.ts'

export function cephContribution(spec: Spec): Contribution {
  const rook = spec.backends.find((backend): backend is RookCephBackendSpec => backend.kind === 'rookCeph')
  const outside = spec.backends.filter((backend): backend is CephBackendSpec => backend.kind === 'ceph')
  const first = rook ?? outside[0]
  if (first === undefined) return {}
  const operator = first.kind === 'rookCeph' ? rookRelease(spec, first) : csiOperatorRelease(spec, first)
  return {
    helmReleases: [operator, driversRelease(spec, first, operator.id), ...(rook === undefined ? [] : releasesOf(spec, rook))],
    objects: [...(rook === undefined ? [] : objectsOf(spec, rook)), ...outside.flatMap((backend) => connectionObjects(spec, backend))],
    needs: outside.flatMap((backend) => connectionNeeds(spec, backend)),
    notes: outside.flatMap((backend) => connectionNotes(spec, backend)),
  }
}

function releasesOf(spec: Spec, backend: RookCephBackendSpec): readonly HelmRelease[] {
  return backend.deliverCluster === 'chart' ? [clusterRelease(spec, backend)] : []
}

function objectsOf(spec: Spec, backend: RookCephBackendSpec): readonly PlannedObject[] {
  const asObjects = backend.deliverCluster === 'objects'
  return [
    ...(asObjects ? [cephCluster(spec, backend)] : []),
    ...(asObjects && backend.toolbox ? [toolbox(spec, backend)] : []),
    ...(backend.mgrPool === undefined ? [] : [mgrPool(spec, backend, backend.mgrPool)]),
    ...backend.filesystems.map((filesystem) => cephFilesystem(spec, backend, filesystem)),
    ...backend.filesystems.map((filesystem) => subvolumeGroup(spec, filesystem)),
    ...backend.blockPools.map((pool) => cephBlockPool(spec, backend, pool)),
  ]
}
