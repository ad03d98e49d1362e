/**
 * What a person does once before `stowage apply`: a Proxmox user with a token, its privileges on the storages and the VMs,
 * and a Secret in the cluster that holds it.
 */
import type { KubernetesClient } from '@stowage/kubernetes'
import type { LabCredentials } from '@stowage/lab'

export const storageNamespace = 'storage-system'

/** Idempotent. `ca` is the CA of the Proxmox API, where it is not one of the system's. */
export async function storeCredentials(client: KubernetesClient, { tokenId, tokenSecret }: LabCredentials, ca?: string): Promise<void> {
  const namespace = { apiVersion: 'v1', kind: 'Namespace', metadata: { name: storageNamespace } }
  if ((await client.find({ ...namespace, name: storageNamespace })) === undefined) await client.create(namespace)
  await client.apply({
    apiVersion: 'v1',
    kind: 'Secret',
    metadata: { name: 'proxmox-csi', namespace: storageNamespace },
    stringData: { token_id: tokenId, token_secret: tokenSecret, ...(ca === undefined ? {} : { 'ca.crt': ca }) },
  } as Parameters<KubernetesClient['apply']>[0])
}
