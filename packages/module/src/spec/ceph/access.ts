/** How a Ceph cluster is reached by its CSI drivers: driver names, the id in classes, and the Secrets. Pure names, never their content. */
import type { CephBackendSpec, RookCephBackendSpec } from '../ceph-spec.ts'

export type CephVolumeKind = 'cephfs' | 'rbd'

export interface CephAccess {
  /** `<namespace>.cephfs.csi.ceph.com`: Rook demands its operator's namespace in front (rook v1.20, Helm chart of the drivers). */
  readonly driverName: string
  /** `clusterID` of StorageClasses and VolumeSnapshotClasses: the name of a ClientProfile. */
  readonly clusterID: string
  readonly namespace: string
  /** Makes, grows, attaches and snapshots volumes. */
  readonly provisionerSecret: string
  /** Mounts them on nodes. */
  readonly nodeSecret: string
}

export function cephDriverName(kind: CephVolumeKind, namespace: string): string {
  return `${namespace}.${kind}.csi.ceph.com`
}

/** Rook makes the ClientProfile of its cluster under the cluster's namespace, and the Secrets under fixed names. */
export function cephAccess(backend: RookCephBackendSpec | CephBackendSpec, kind: CephVolumeKind, namespace: string): CephAccess {
  const driverName = cephDriverName(kind, namespace)
  if (backend.kind === 'rookCeph') return { driverName, clusterID: namespace, namespace, provisionerSecret: `rook-csi-${kind}-provisioner`, nodeSecret: `rook-csi-${kind}-node` }
  const secret = backend.secrets[kind] ?? ''
  return { driverName, clusterID: backend.clusterID, namespace, provisionerSecret: secret, nodeSecret: secret }
}

/** The secret parameters of a StorageClass, as the examples of rook v1.20 have them. */
export function classSecrets(kind: CephVolumeKind, { namespace, provisionerSecret, nodeSecret }: CephAccess): Readonly<Record<string, string>> {
  const uses = [
    ['provisioner', provisionerSecret],
    ['controller-expand', provisionerSecret],
    ['controller-publish', provisionerSecret],
    ['node-stage', nodeSecret],
    ...(kind === 'rbd' ? [['controller-modify', provisionerSecret] as const, ['node-publish', nodeSecret] as const] : []),
  ] as const
  return Object.fromEntries(uses.flatMap(([use, name]) => [[`csi.storage.k8s.io/${use}-secret-name`, name], [`csi.storage.k8s.io/${use}-secret-namespace`, namespace]]))
}

/** Volumes of a subvolume group other than `csi` are found by a ClientProfile of its own, under the id that the group declares. */
export function subvolumeGroupClusterID(namespace: string, filesystem: string, group: string): string {
  return group === 'csi' ? namespace : shortened(`${filesystem}-${group}`)
}

/** At most 36 characters: a longer id keeps its beginning and gets a sum of the whole (FNV-1a), so that two stay two. */
function shortened(text: string): string {
  const id = text.replaceAll(/[^a-zA-Z0-9_-]/g, '-')
  if (id.length <= 36 && id === text) return id
  let sum = 0x811c9dc5
  for (const character of text) sum = Math.imul(sum ^ (character.codePointAt(0) ?? 0), 0x01000193)
  return `${id.slice(0, 27)}-${(sum >>> 0).toString(16).padStart(8, '0')}`
}
