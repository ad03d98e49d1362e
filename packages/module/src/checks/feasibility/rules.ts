import type { RuleExplanation } from '../rule-explanation.ts'

export const feasibilityRules: Readonly<Record<string, RuleExplanation>> = {}
