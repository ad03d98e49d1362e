import type { DeclaredSecretSpec } from '../cluster-spec.ts'
import { defaultNamespace } from '../default-namespace.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'
import type { SecretSpec } from '../velero-spec.ts'

export function resolveSecrets({ secrets = {}, namespace = defaultNamespace }: DeclaredSpec): readonly DeclaredSecretSpec[] {
  return Object.entries(secrets).map(([name, declared]) => ({
    namespace: declared.namespace ?? namespace,
    name,
    refreshInterval: declared.externalSecret?.refreshInterval ?? '1h',
    keys: [
      ...externalKeys(name, declared.externalSecret),
      ...Object.entries(declared.environment ?? {}).map(([key, variable]): SecretSpec => ({ from: 'environment', name, key, variable })),
      ...Object.entries(declared.file ?? {}).map(([key, path]): SecretSpec => ({ from: 'file', name, key, path })),
    ],
  }))
}

type DeclaredSecret = NonNullable<DeclaredSpec['secrets']>[string]

function externalKeys(name: string, external: DeclaredSecret['externalSecret']): readonly SecretSpec[] {
  if (external === undefined) return []
  const store = { kind: external.store.kind ?? 'ClusterSecretStore', name: external.store.name } as const
  return Object.entries(external.data).map(([key, { key: remoteKey, property }]): SecretSpec => ({
    from: 'externalSecret',
    name,
    key,
    store,
    remote: { key: remoteKey, ...(property === undefined ? {} : { property }) },
  }))
}
