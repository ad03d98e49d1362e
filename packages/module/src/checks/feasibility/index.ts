import type { Check } from '../check.ts'

export const feasibilityChecks: readonly Check[] = []
