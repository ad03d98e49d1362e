import type { Resources } from '../pod-spec.ts'
import type { DeclaredDriver } from '../schema/declaration.ts'
import { withoutUndefined } from '../without-undefined.ts'

export function resourcesOf(declared: DeclaredDriver['controllerResources'], fallback: Resources): Resources {
  if (declared === undefined) return fallback
  return {
    ...(declared.requests === undefined ? {} : { requests: withoutUndefined(declared.requests) }),
    ...(declared.limits === undefined ? {} : { limits: withoutUndefined(declared.limits) }),
  }
}
