/** The External Secrets operator's own object: it says where a Secret's content is, and holds none of it. */
import type { SecretSpec } from '../../spec/velero-spec.ts'
import type { KubernetesObject } from '../plan.ts'

export type ExternalKey = Extract<SecretSpec, { from: 'externalSecret' }>

export interface ExternalSecretOptions {
  readonly namespace: string
  readonly name: string
  readonly labels: Readonly<Record<string, string>>
  readonly refreshInterval: string
  /** At least one; all of one store. */
  readonly keys: readonly [ExternalKey, ...ExternalKey[]]
}

/** external-secrets.io/v1, served since the operator's 0.16. The Secret stays when the ExternalSecret goes. */
export function externalSecret({ namespace, name, labels, refreshInterval, keys }: ExternalSecretOptions): KubernetesObject {
  return {
    apiVersion: 'external-secrets.io/v1',
    kind: 'ExternalSecret',
    metadata: { name, namespace, labels },
    spec: {
      refreshInterval,
      secretStoreRef: keys[0].store,
      target: { name, creationPolicy: 'Orphan', deletionPolicy: 'Retain' },
      data: keys.map(({ key, remote }) => ({ secretKey: key, remoteRef: remote })),
    },
  }
}
