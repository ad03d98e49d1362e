import type { Check } from '../check.ts'

export const secretsChecks: readonly Check[] = []
