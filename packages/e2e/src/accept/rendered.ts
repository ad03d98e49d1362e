/** A declaration and what Stowage renders of it, in every encoding that its text allows. */
import { encode, formats, planStorage, readDeclaration } from '@stowage/module'
import type { EncodedFile, Format, Plan, Spec } from '@stowage/module'

export interface Rendered {
  /** Of the declaration: `homelab`. */
  readonly name: string
  readonly plan: Plan
  /** Absent where the declaration does not say what the encoding needs to know. */
  readonly deliveries: ReadonlyMap<Format, readonly EncodedFile[]>
}

/** Throws with every fault when the declaration has some. */
export function rendered(name: string, file: string, text: string): Rendered {
  const { spec, findings } = readDeclaration([{ file, text }])
  if (spec === undefined) {
    const errors = findings.filter(({ severity }) => severity === 'error')
    throw new Error(errors.map(({ rule, message, position }) => `${file}:${position?.line ?? '?'}: ${rule}: ${message}`).join('\n'))
  }
  const plan = planStorage(spec)
  return { name, plan, deliveries: new Map(possibleFormats(spec, plan).map((format) => [format, encode(plan, format, spec.delivery)])) }
}

/** Argo CD and Flux must be told where they find the files; Secrets that `apply` makes are in no repository, which leaves kubectl. */
function possibleFormats({ delivery }: Spec, { secrets }: Plan): readonly Format[] {
  const told = formats.filter((format) => (format === 'argocd' ? delivery.argocd !== undefined : format === 'flux' ? delivery.flux !== undefined : true))
  return secrets.length === 0 ? told : told.filter((format) => format === 'kubectl' || format === 'yaml')
}

export function filesOf({ deliveries }: Rendered, format: Format): readonly EncodedFile[] {
  return deliveries.get(format) ?? []
}
