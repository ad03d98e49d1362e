/** What restricts: quotas and limit ranges of applications' namespaces, network policies of the storage's own. */
import type { Spec } from '../../spec/spec.ts'
import { planned } from '../planned.ts'
import type { Contribution, Need, PlannedObject } from '../plan.ts'
import { networkPolicies } from './network-policies.ts'
import { limitRange, resourceQuota } from './quotas.ts'

export function policiesContribution(spec: Spec): Contribution {
  const { policies } = spec
  const own = new Set([spec.namespace, spec.velero?.namespace])
  const needs = policies.quotas.filter(({ namespace }) => !own.has(namespace)).map(({ namespace }): Need => ({ kind: 'Namespace', name: namespace, reason: 'its storage is limited; it belongs to its application' }))
  const nets = policies.networkPolicies ? networkPolicies(spec).map((object) => planned('policies', object, 'nobody opens connections there but those who must', [`Namespace/${object.metadata.namespace ?? ''}`], 'everybody may; no data is lost')) : []
  return { objects: [...quotas(spec), ...nets], needs, notes: notes(spec) }
}

function quotas(spec: Spec): readonly PlannedObject[] {
  const limited = 'claims that ask for more are refused'
  const free = 'claims may ask for anything; no data is lost'
  return spec.policies.quotas.flatMap((quota) => {
    const objects = [resourceQuota(spec, quota), limitRange(spec, quota)].filter((object) => object !== undefined)
    return objects.map((object) => planned('policies', object, limited, quota.namespace === spec.namespace ? [`Namespace/${spec.namespace}`] : [], free))
  })
}

function notes(spec: Spec): readonly string[] {
  const rook = spec.backends.some((backend) => backend.kind === 'rookCeph' && backend.network.provider !== 'host')
  if (!spec.policies.networkPolicies || !rook || spec.policies.nodeCIDRs.length > 0) return []
  return ['no NetworkPolicy is made for Ceph’s daemons: their clients are the nodes, whose addresses policies.nodeCIDRs would say']
}
