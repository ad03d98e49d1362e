import type { RuleExplanation } from '../rule-explanation.ts'

export const feasibilityRules: Readonly<Record<string, RuleExplanation>> = {
  'unknown-fact': { means: 'A fact about something that is not asked of that object.', why: 'Nothing would read it, and what it was to settle stays unknown.', fix: 'Write the property that is named; docs/explanation/ceph-feasibility.md lists them.' },
}
