import type { RuleExplanation } from '../rule-explanation.ts'

export const cephRules: Readonly<Record<string, RuleExplanation>> = {}
