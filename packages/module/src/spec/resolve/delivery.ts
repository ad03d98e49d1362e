import type { DeliverySpec } from '../cluster-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveDelivery(_spec: DeclaredSpec): DeliverySpec {
  return {}
}
