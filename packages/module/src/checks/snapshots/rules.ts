import type { RuleExplanation } from '../rule-explanation.ts'

export const snapshotsRules: Readonly<Record<string, RuleExplanation>> = {}
