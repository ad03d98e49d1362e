import type { Check } from '../check.ts'

export const policiesChecks: readonly Check[] = []
