import type { Check } from '../check.ts'
import { hostBackupsAreBuilt } from '../sections.ts'

export const veleroChecks: readonly Check[] = [hostBackupsAreBuilt]
