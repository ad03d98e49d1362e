import type { RuleExplanation } from '../rule-explanation.ts'

export const policiesRules: Readonly<Record<string, RuleExplanation>> = {
  'limits-cross': { means: 'No claim could satisfy the limits.', why: 'Every claim in the namespace would be refused.', fix: 'Raise the upper limit or lower the smallest claim.' },
  'quota-below-volumes': { means: 'A quota, or the size that one claim may have, does not let the adopted volumes of its namespace through.', why: 'The claims of those volumes would be refused.', fix: 'Write at least what the message says.' },
}
