import type { Check } from '../check.ts'

export const platformChecks: readonly Check[] = []
