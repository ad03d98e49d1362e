/** A declaration and what Stowage renders of it, in every encoding that its text allows. */
import { readDeclaration, planStorage } from '@stowage/module'
import type { Plan, Spec } from '@stowage/module'
import { encodeArgocd } from '@stowage/module/encode/argocd/encode-argocd'
import type { EncodedFile } from '@stowage/module/encode/encoded-file'
import { encodeKubectl } from '@stowage/module/encode/kubectl/encode-kubectl'
import { encodeKustomize } from '@stowage/module/encode/kustomize/encode-kustomize'

export interface Rendered {
  /** Of the declaration: `homelab`. */
  readonly name: string
  readonly spec: Spec
  readonly plan: Plan
  /** Absent where the declaration does not say what the encoding needs to know. */
  readonly deliveries: ReadonlyMap<DeliveryName, readonly EncodedFile[]>
}

export type DeliveryName = 'kubectl' | 'kustomize' | 'argocd'

/** What `stowage render -o` can write. Secrets that `apply` makes are in no repository: then kubectl is all there is. */
const encoders: readonly { readonly name: DeliveryName; readonly possible: (spec: Spec, plan: Plan) => boolean; readonly encode: (plan: Plan, spec: Spec) => readonly EncodedFile[] }[] = [
  { name: 'kubectl', possible: () => true, encode: encodeKubectl },
  { name: 'kustomize', possible: (_, { secrets }) => secrets.length === 0, encode: encodeKustomize },
  { name: 'argocd', possible: ({ delivery }, { secrets }) => delivery.argocd !== undefined && secrets.length === 0, encode: (plan, { delivery }) => encodeArgocd(plan, delivery) },
]

/** Throws with every fault when the declaration has some. */
export function rendered(name: string, file: string, text: string): Rendered {
  const { spec, findings } = readDeclaration([{ file, text }])
  if (spec === undefined) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    throw new Error(errors.map(({ rule, message, position }) => `${file}:${position?.line ?? '?'}: ${rule}: ${message}`).join('\n'))
  }
  const plan = planStorage(spec)
  const possible = encoders.filter((encoder) => encoder.possible(spec, plan))
  return { name, spec, plan, deliveries: new Map(possible.map((encoder) => [encoder.name, encoder.encode(plan, spec)])) }
}

export function filesOf({ deliveries }: Rendered, delivery: DeliveryName): readonly EncodedFile[] {
  return deliveries.get(delivery) ?? []
}
