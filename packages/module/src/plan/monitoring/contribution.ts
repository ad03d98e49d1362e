import type { Spec } from '../../spec/spec.ts'
import type { Contribution } from '../plan.ts'

export function monitoringContribution(_spec: Spec): Contribution {
  return {}
}
