import type { VeleroSpec } from '../velero-spec.ts'
import type { DeclaredSpec } from '../schema/declaration.ts'

export function resolveVelero(_spec: DeclaredSpec): VeleroSpec | undefined {
  return undefined
}
