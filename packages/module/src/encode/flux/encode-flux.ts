/**
 * Flux: a Kustomization for each step, in one chain, each waiting for the one before. A release is a step of its own, so that objects can
 * wait for it; where charts come from is the first step.
 */
import { StorageError } from '@stowage/core'
import type { Plan } from '../../plan/plan.ts'
import type { DeliverySpec } from '../../spec/cluster-spec.ts'
import { commentText } from '../comment-text.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { noMergeKeys } from '../merge-keys.ts'
import { printYaml } from '../print-yaml.ts'
import { pveumScripts } from '../proxmox/pveum-script.ts'
import { readme } from '../readme.ts'
import { referencesOnly } from '../references-only.ts'
import { stepsOf } from '../steps.ts'
import { documents } from '../documents.ts'
import { guarded } from './guards.ts'
import { helmRelease } from './helm-release.ts'
import { kustomizations } from './kustomizations.ts'
import { manual } from './manual.ts'
import { sources } from './sources.ts'

/** Throws `invalid` when the declaration does not say where the files will be found. */
export function encodeFlux(plan: Plan, { flux }: DeliverySpec): readonly EncodedFile[] {
  if (flux === undefined) throw new StorageError('invalid', 'Flux must be told where it finds what is rendered: write spec.delivery.flux with path')
  referencesOnly(plan, 'flux')
  noMergeKeys(plan, 'flux')
  const steps = stepsOf(plan)
  const made = sources(plan, flux)
  return [
    yamlFile('kustomization.yaml', printYaml(listing('kustomizations.yaml'))),
    yamlFile('kustomizations.yaml', kustomizations(plan, flux, steps, made.length > 0).map((one) => `---\n${printYaml(one)}`).join('')),
    ...(made.length === 0 ? [] : folder('sources', 'sources.yaml', made.map((one) => `---\n${printYaml(one)}`).join(''))),
    ...steps.flatMap((step) =>
      step.kind === 'objects' ? folder(step.name, 'objects.yaml', documents(step.objects, guarded)) : folder(step.name, 'release.yaml', `# ${commentText(step.release.reason)}\n${printYaml(helmRelease(plan, flux, step.release))}`),
    ),
    ...pveumScripts(plan),
    readme(plan, manual),
  ]
}

function folder(name: string, file: string, content: string): readonly EncodedFile[] {
  return [yamlFile(`steps/${name}/kustomization.yaml`, printYaml(listing(file))), yamlFile(`steps/${name}/${file}`, content)]
}

/** Named here, so that Flux does not go looking for files itself. */
function listing(file: string): object {
  return { apiVersion: 'kustomize.config.k8s.io/v1beta1', kind: 'Kustomization', resources: [file] }
}
