/** The four users of the CSI drivers, as Rook keeps them. The keys open nothing: there is no Ceph behind them. */
import type { Random } from '@stowage/effects'
import type { JsonObject } from '../../api/json.ts'
import { core } from '../cluster-api.ts'
import type { ClusterApi } from '../cluster-api.ts'
import { nameOf, namespaceOf } from '../objects.ts'

const users = ['rbd-provisioner', 'rbd-node', 'cephfs-provisioner', 'cephfs-node']

export async function ensureSecrets(api: ClusterApi, cluster: JsonObject, random: Random): Promise<void> {
  const namespace = namespaceOf(cluster)
  for (const user of users) {
    const name = `rook-csi-${user}`
    if ((await api.get(core.secrets, name, namespace)) !== undefined) continue
    const encoded = (text: string): string => Buffer.from(text).toString('base64')
    const key = `AQ${Buffer.from(random.bytes(26)).toString('base64')}==`
    await api.create(core.secrets, {
      apiVersion: 'v1',
      kind: 'Secret',
      type: 'kubernetes.io/rook',
      metadata: { name, namespace, ownerReferences: [ownerOf(cluster)] },
      data: { userID: encoded(`csi-${user}`), userKey: encoded(key) },
    })
  }
}

function ownerOf(cluster: JsonObject): JsonObject {
  const metadata = cluster['metadata']
  const uid = typeof metadata === 'object' && metadata !== null && 'uid' in metadata ? String(metadata['uid']) : ''
  return { apiVersion: 'ceph.rook.io/v1', kind: 'CephCluster', name: nameOf(cluster), uid, controller: true, blockOwnerDeletion: true }
}
