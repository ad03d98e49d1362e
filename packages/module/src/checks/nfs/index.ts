import type { Check } from '../check.ts'

export const nfsChecks: readonly Check[] = []
