/** Ceph that is there already: where its monitors are, and the profile whose name is the `clusterID` of classes. */
import type { CephBackendSpec } from '../../spec/ceph-spec.ts'
import type { Spec } from '../../spec/spec.ts'
import { labelsOf } from '../labels.ts'
import { planned } from '../planned.ts'
import { idOf, type Need, type PlannedObject } from '../plan.ts'
import { driversReleaseId } from './ids.ts'

export function connectionObjects(spec: Spec, { name, clusterID, monitors, subvolumeGroup, radosNamespace }: CephBackendSpec): readonly PlannedObject[] {
  // Both are named by the fsid: Rook calls the connection of its own cluster as its backend may be called.
  const metadata = { name: clusterID, namespace: spec.namespace, labels: labelsOf(spec, 'ceph') }
  const connection = { apiVersion: 'csi.ceph.io/v1', kind: 'CephConnection', metadata, spec: { monitors } }
  const profile = {
    apiVersion: 'csi.ceph.io/v1',
    kind: 'ClientProfile',
    metadata,
    spec: { cephConnectionRef: { name: clusterID }, cephFs: { subVolumeGroup: subvolumeGroup }, rbd: radosNamespace === undefined ? {} : { radosNamespace } },
  }
  const losing = `volumes of backend ${name} can neither be made nor mounted until it is back; mounted volumes stay mounted, no data is lost`
  return [
    planned('cluster', connection, `where the monitors of backend ${name} are`, [driversReleaseId(spec.namespace)], losing),
    planned('cluster', profile, `classes of backend ${name} name it as clusterID`, [idOf(connection)], losing),
  ]
}

export function connectionNeeds({ namespace }: Spec, { name, secrets }: CephBackendSpec): readonly Need[] {
  const users = [
    ['rbd', 'userID and userKey of a user that may make and map images'],
    ['cephfs', 'userID and userKey of a user that may make and mount subvolumes, and both again as adminID and adminKey'],
  ] as const
  return users.flatMap(([kind, what]) => {
    const secret = secrets[kind]
    return secret === undefined ? [] : [{ kind: 'Secret' as const, namespace, name: secret, reason: `${what} in backend ${name}; it is never part of a plan` }]
  })
}

/** What has to be on the cluster itself, where the plan does not reach. */
export function connectionNotes({ classes }: Spec, { name, subvolumeGroup }: CephBackendSpec): readonly string[] {
  const filesystems = [...new Set(classes.filter(({ backend, volumeKind }) => backend.name === name && volumeKind === 'cephfs').flatMap(({ parameters }) => parameters['fsName'] ?? []))]
  return filesystems.map((filesystem) => `backend ${name}: the filesystem ${filesystem} must have the subvolume group ${subvolumeGroup}; make it on the cluster with: ceph fs subvolumegroup create ${filesystem} ${subvolumeGroup}`)
}
