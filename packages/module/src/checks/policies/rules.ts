import type { RuleExplanation } from '../rule-explanation.ts'

export const policiesRules: Readonly<Record<string, RuleExplanation>> = {}
