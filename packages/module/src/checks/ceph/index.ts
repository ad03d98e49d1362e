import type { Check } from '../check.ts'

export const cephChecks: readonly Check[] = []
