import type { RuleExplanation } from '../rule-explanation.ts'

export const deliveryRules: Readonly<Record<string, RuleExplanation>> = {}
