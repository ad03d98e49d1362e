import type { RuleExplanation } from '../rule-explanation.ts'

export const secretsRules: Readonly<Record<string, RuleExplanation>> = {}
