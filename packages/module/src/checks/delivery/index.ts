import type { Check } from '../check.ts'

export const deliveryChecks: readonly Check[] = []
