import type { PoliciesSpec, QuotaSpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'
import { withoutUndefined } from '../without-undefined.ts'

type DeclaredQuota = NonNullable<NonNullable<DeclaredSpec['policies']>['quotas']>[string]

export function resolvePolicies({ policies = {} }: DeclaredSpec): PoliciesSpec {
  return {
    networkPolicies: policies.networkPolicies ?? false,
    nodeCIDRs: policies.nodeCIDRs ?? [],
    quotas: Object.entries(policies.quotas ?? {}).map(([namespace, quota]) => resolveQuota(namespace, quota)),
  }
}

function resolveQuota(namespace: string, { storage, claims, classes = {}, claim }: DeclaredQuota): QuotaSpec {
  return {
    namespace,
    hard: { ...(storage === undefined ? {} : { 'requests.storage': storage }), ...(claims === undefined ? {} : { persistentvolumeclaims: String(claims) }) },
    classes: Object.fromEntries(Object.entries(classes).map(([name, each]) => [name, withoutUndefined(each)])),
    ...(claim === undefined ? {} : { claim: withoutUndefined(claim) }),
  }
}
