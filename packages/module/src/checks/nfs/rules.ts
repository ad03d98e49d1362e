import type { RuleExplanation } from '../rule-explanation.ts'

export const nfsRules: Readonly<Record<string, RuleExplanation>> = {}
