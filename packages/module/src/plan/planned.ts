import { idOf, type KubernetesObject, type Phase, type PlannedObject } from './plan.ts'

/** One object of the plan; what is special about it is spread over this. */
export function planned(phase: Phase, object: KubernetesObject, reason: string, dependsOn: readonly string[], losing: string, holdsData = false): PlannedObject {
  return { id: idOf(object), phase, object, reason, dependsOn, holdsData, losing }
}
