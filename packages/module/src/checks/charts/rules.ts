import type { RuleExplanation } from '../rule-explanation.ts'

export const chartsRules: Readonly<Record<string, RuleExplanation>> = {
  'unknown-chart-value': { means: 'A value that stands neither in the chart’s values, nor in their comments, nor in its schema.', why: 'Charts ignore what they do not know: the setting has no effect, and somebody relies on it.', fix: 'Write the key that is named, or remove it. Of another version of the chart this may be wrong.', acceptable: true },
}
