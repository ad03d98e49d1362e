/** Taints and tolerations, as component-helpers matches them. Pure. */
import type { Taint, Toleration } from 'kubernetes-types/core/v1'
import type { Pod } from '../controllers/objects.ts'

export function tolerates(toleration: Toleration, taint: Taint): boolean {
  if (toleration.effect !== undefined && toleration.effect !== '' && toleration.effect !== taint.effect) return false
  if (toleration.key !== undefined && toleration.key !== '' && toleration.key !== taint.key) return false
  switch (toleration.operator ?? 'Equal') {
    case 'Exists':
      return true
    case 'Equal':
    case '':
      return (toleration.value ?? '') === (taint.value ?? '')
    default:
      return false
  }
}

/** The first taint of these effects that the pod does not tolerate. */
export function untolerated(pod: Pod, taints: readonly Taint[] | undefined, effects: readonly string[]): Taint | undefined {
  const tolerations = pod.spec.tolerations ?? []
  return taints?.find((taint) => effects.includes(taint.effect) && !tolerations.some((each) => tolerates(each, taint)))
}
