import type { Ready } from '../plan/plan.ts'

/**
 * What Pulumi's provider (4.18 and newer; older ones leave it alone) waits for: `condition=Ready`, `jsonpath={.status.phase}=Ready`,
 * or a JSON list of these. Source: pulumi-kubernetes, changelog of 4.18.0.
 */
export const waitForAnnotation = 'pulumi.com/waitFor'

export function waitFor({ conditions = [], fields = {} }: Ready): string {
  const all = [...conditions.map((condition) => `condition=${condition}`), ...Object.entries(fields).map(([path, value]) => `jsonpath={.${path}}=${value}`)]
  const [only] = all
  return all.length === 1 && only !== undefined ? only : JSON.stringify(all)
}
