import type { RuleExplanation } from '../rule-explanation.ts'

export const veleroRules: Readonly<Record<string, RuleExplanation>> = {}
