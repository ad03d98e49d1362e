import type { Check } from '../check.ts'

export const monitoringChecks: readonly Check[] = []
