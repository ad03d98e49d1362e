/** Every way to deliver a plan. All of them hold the same objects and the same releases; a test proves it. */
import type { Plan } from '../plan/plan.ts'
import type { DeliverySpec } from '../spec/cluster-spec.ts'
import { encodeArgocd } from './argocd/encode-argocd.ts'
import { yamlFile, type EncodedFile } from './encoded-file.ts'
import { encodeFlux } from './flux/encode-flux.ts'
import { encodeHelm } from './helm/encode-helm.ts'
import { encodeKubectl, encodeYaml } from './kubectl/encode-kubectl.ts'
import { encodeKustomize } from './kustomize/encode-kustomize.ts'
import { encodeTerraform } from './terraform/encode-terraform.ts'

export const formats = ['kubectl', 'yaml', 'kustomize', 'argocd', 'flux', 'terraform', 'helm'] as const
export type Format = (typeof formats)[number]

/** What an encoding makes of a plan. Throws `invalid`, in one sentence, when the plan cannot be delivered in this way. */
export type Encoding = (plan: Plan, delivery: DeliverySpec) => readonly EncodedFile[]

export const encodings: Readonly<Record<Format, Encoding>> = {
  kubectl: encodeKubectl, // numbered files, and a script that applies them in order
  yaml: (plan) => [yamlFile(`${plan.name}.yaml`, encodeYaml(plan))], // one stream
  kustomize: encodeKustomize, // one kustomization with its charts
  argocd: encodeArgocd, // Applications in waves
  flux: encodeFlux, // Kustomizations in a chain
  terraform: encodeTerraform, // helm_release, one after another
  helm: encodeHelm, // local charts
}

/** `encode(plan, 'flux', spec.delivery)`: the files of one folder. */
export function encode(plan: Plan, format: Format, delivery: DeliverySpec = {}): readonly EncodedFile[] {
  return encodings[format](plan, delivery)
}
