import type { DeclaredSecretSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveSecrets(_spec: DeclaredSpec): readonly DeclaredSecretSpec[] {
  return []
}
