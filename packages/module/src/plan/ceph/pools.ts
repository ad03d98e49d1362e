/** Filesystems, their subvolume groups, and block pools. */
import { subvolumeGroupClusterID } from '../../spec/ceph/access.ts'
import type { CephBlockPoolSpec, CephFilesystemSpec, CephPoolSpec, RookCephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import type { KubernetesObject, PlannedObject } from '../plan.ts'
import { unlessEmpty } from './cluster.ts'
import { clusterId, filesystemId } from './ids.ts'

const ready = { fields: { 'status.phase': 'Ready' } } as const

export function cephFilesystem(spec: Spec, backend: RookCephBackendSpec, filesystem: CephFilesystemSpec): PlannedObject {
  const { name, metadataPool, dataPools, metadataServer, preservePoolNames, preserveFilesystemOnDelete } = filesystem
  const { resources, placement, ...counts } = metadataServer
  const object = ofRook(spec, 'CephFilesystem', name, {
    metadataPool: poolOf(metadataPool),
    dataPools: dataPools.map(poolOf),
    preservePoolNames,
    preserveFilesystemOnDelete,
    metadataServer: { ...counts, ...unlessEmpty('resources', resources), ...unlessEmpty('placement', placement) },
  })
  const losing = preserveFilesystemOnDelete
    ? 'its metadata servers stop, and every volume in it cannot be reached; the pools keep the data'
    : 'the filesystem and its pools are deleted, with every volume in them'
  return { ...planned('pools', object, `the filesystem ${name}: metadata on ${metadataPool.name}, data on ${dataPools.map((pool) => pool.name).join(', ')}`, [clusterId(spec.namespace, backend)], losing, true), ready }
}

/** Named `<filesystem>-<group>`, as Rook names the group csi that it would make by itself. */
export function subvolumeGroup(spec: Spec, { name: filesystem, subvolumeGroup: group }: CephFilesystemSpec): PlannedObject {
  const { name, pinning, quota } = group
  const clusterID = subvolumeGroupClusterID(spec.namespace, filesystem, name)
  const object = ofRook(spec, 'CephFilesystemSubVolumeGroup', `${filesystem}-${name}`, {
    filesystemName: filesystem,
    name,
    ...(name === 'csi' ? {} : { clusterID }),
    pinning,
    ...(quota === undefined ? {} : { quota }),
  })
  const losing = 'Rook refuses to delete a group that holds volumes; once it is gone, claims of its classes cannot be served'
  return { ...planned('pools', object, `the directory of ${filesystem} that holds the volumes of claims`, [filesystemId(spec.namespace, { name: filesystem })], losing, true), ready }
}

export function cephBlockPool(spec: Spec, backend: RookCephBackendSpec, pool: CephBlockPoolSpec): PlannedObject {
  const { name: _name, ...fields } = poolOf({ ...pool, named: false })
  const object = ofRook(spec, 'CephBlockPool', pool.name, { ...fields, enableRBDStats: pool.enableRBDStats })
  return { ...planned('pools', object, `the pool ${pool.name} for images of RBD`, [clusterId(spec.namespace, backend)], 'the pool is deleted, with every image in it', true), ready }
}

/** Ceph makes .mgr by itself; this says where it is. */
export function mgrPool(spec: Spec, backend: RookCephBackendSpec, pool: CephPoolSpec): PlannedObject {
  const object = ofRook(spec, 'CephBlockPool', 'builtin-mgr', poolOf(pool))
  return { ...planned('pools', object, 'where the managers keep metrics of devices: on one device class, as every other pool, so that the placement group autoscaler works', [clusterId(spec.namespace, backend)], 'the managers may lose the metrics of devices that they kept; no volume is in it', true), ready }
}

function poolOf({ writtenName, named, failureDomain, deviceClass, replicated, erasureCoded, enableCrushUpdates, compressionMode, parameters, quotas }: CephPoolSpec): Readonly<Record<string, unknown>> {
  return {
    ...(named && writtenName !== undefined ? { name: writtenName } : {}),
    failureDomain,
    ...(deviceClass === undefined ? {} : { deviceClass }),
    ...(replicated === undefined ? {} : { replicated }),
    ...(erasureCoded === undefined ? {} : { erasureCoded }),
    ...(enableCrushUpdates === undefined ? {} : { enableCrushUpdates }),
    ...(compressionMode === undefined ? {} : { compressionMode }),
    ...unlessEmpty('parameters', parameters),
    ...(quotas === undefined ? {} : { quotas }),
  }
}

function ofRook(spec: Spec, kind: string, name: string, of: Readonly<Record<string, unknown>>): KubernetesObject {
  return { apiVersion: 'ceph.rook.io/v1', kind, metadata: { name, namespace: spec.namespace, labels: labelsOf(spec, 'ceph') }, spec: of }
}
