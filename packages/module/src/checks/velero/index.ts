import type { Check } from '../check.ts'

export const veleroChecks: readonly Check[] = []
