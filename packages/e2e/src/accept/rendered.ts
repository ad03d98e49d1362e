/** A declaration and what Stowage renders of it, in every encoding that there is. */
import { readDeclaration, planStorage, encodeKubectl } from '@stowage/module'
import type { EncodedFile, Plan } from '@stowage/module'

export interface Rendered {
  /** Of the declaration: `homelab`. */
  readonly name: string
  readonly plan: Plan
  readonly deliveries: ReadonlyMap<DeliveryName, readonly EncodedFile[]>
}

/** What `stowage render -o` can write. */
export const deliveryNames = ['kubectl'] as const
export type DeliveryName = (typeof deliveryNames)[number]

const encoders: Readonly<Record<DeliveryName, (plan: Plan) => readonly EncodedFile[]>> = {
  kubectl: encodeKubectl,
}

/** Throws with every fault when the declaration has some. */
export function rendered(name: string, file: string, text: string): Rendered {
  const { spec, findings } = readDeclaration([{ file, text }])
  if (spec === undefined) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    throw new Error(errors.map(({ rule, message, position }) => `${file}:${position?.line ?? '?'}: ${rule}: ${message}`).join('\n'))
  }
  const plan = planStorage(spec)
  return { name, plan, deliveries: new Map(deliveryNames.map((delivery) => [delivery, encoders[delivery](plan)])) }
}
