import type { PoliciesSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolvePolicies(_spec: DeclaredSpec): PoliciesSpec {
  return { networkPolicies: false, quotas: [] }
}
