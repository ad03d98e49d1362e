/** Ids of what the Ceph section plans; whatever is built on it depends on these. */
import type { CephBackendSpec, RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { ClassSpec } from '../../spec/spec.ts'
import { helmId } from '../helm-release.ts'

type Named = { readonly name: string }

export const driversReleaseId = (namespace: string): string => helmId(namespace, 'ceph-csi-drivers')
export const filesystemId = (namespace: string, { name }: Named): string => `ceph.rook.io/CephFilesystem/${namespace}/${name}`
export const subvolumeGroupId = (namespace: string, filesystem: string, group: string): string => `ceph.rook.io/CephFilesystemSubVolumeGroup/${namespace}/${filesystem}-${group}`
export const blockPoolId = (namespace: string, { name }: Named): string => `ceph.rook.io/CephBlockPool/${namespace}/${name}`
export const clientProfileId = (namespace: string, { clusterID }: CephBackendSpec): string => `csi.ceph.io/ClientProfile/${namespace}/${clusterID}`

/** What filesystems and pools stand on: the CephCluster, or the release that brings it. */
export function clusterId(namespace: string, { clusterName, deliverCluster }: RookCephBackendSpec): string {
  return deliverCluster === 'chart' ? helmId(namespace, 'rook-ceph-cluster') : `ceph.rook.io/CephCluster/${namespace}/${clusterName}`
}

/** What must be there before claims of a class can be served; none for a class of another backend. */
export function cephClassDependencies({ backend, parameters }: ClassSpec, namespace: string): readonly string[] {
  const drivers = driversReleaseId(namespace)
  if (backend.kind === 'ceph') return [drivers, clientProfileId(namespace, backend)]
  if (backend.kind !== 'rookCeph') return []
  const filesystem = backend.filesystems.find(({ name }) => name === parameters['fsName'])
  if (filesystem !== undefined) return [drivers, filesystemId(namespace, filesystem), subvolumeGroupId(namespace, filesystem.name, filesystem.subvolumeGroup.name)]
  return [drivers, ...backend.blockPools.filter(({ name }) => name === parameters['pool'] || name === parameters['dataPool']).map((pool) => blockPoolId(namespace, pool))]
}
