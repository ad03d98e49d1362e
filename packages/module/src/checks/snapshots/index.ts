import type { Check } from '../check.ts'

export const snapshotsChecks: readonly Check[] = []
