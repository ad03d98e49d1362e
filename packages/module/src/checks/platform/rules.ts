import type { RuleExplanation } from '../rule-explanation.ts'

export const platformRules: Readonly<Record<string, RuleExplanation>> = {}
