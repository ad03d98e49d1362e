import type { RuleExplanation } from '../rule-explanation.ts'

export const upstreamRules: Readonly<Record<string, RuleExplanation>> = {
  'conflicting-fields': { means: 'Two fields that exclude each other.', why: 'It would not be clear which one holds.', fix: 'Keep one.' },
  'wide-access': { means: 'A role for every virtual machine of the cluster.', why: 'Whoever holds the token could attach and detach disks of machines that are none of the cluster’s business.', fix: 'Name the ids of the node VMs, or a pool that holds them.' },
}
