import type { Step } from './step.ts'
import { again } from './steps/again.ts'
import { apply } from './steps/apply.ts'
import { edited } from './steps/edited.ts'
import { recreate } from './steps/recreate.ts'
import { removal } from './steps/removal.ts'

/** In their order: each finds the cluster as the one before it left it. */
export const steps: readonly Step[] = [apply, again, edited, recreate, removal]
