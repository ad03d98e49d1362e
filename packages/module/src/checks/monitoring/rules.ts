import type { RuleExplanation } from '../rule-explanation.ts'

export const monitoringRules: Readonly<Record<string, RuleExplanation>> = {}
