/**
 * Objects of the plan as a small chart of their own. Each template hands on a file, byte for byte: Helm's template language never sees what
 * is in an object, so `{{ $value }}` in an alert stays what it is.
 */
import type { PlannedObject } from '../../plan/plan.ts'
import { stowageVersion } from '../../version.ts'
import { annotated, mustStay } from '../delivery-annotations.ts'
import { documents } from '../documents.ts'
import { yamlFile, type EncodedFile } from '../encoded-file.ts'
import { printYaml } from '../print-yaml.ts'
import { refuseTooLarge } from './release-size.ts'

export interface LocalChart {
  /** A DNS label: name of the chart, of its folder and of its release. */
  readonly name: string
  readonly description: string
  readonly objects: readonly PlannedObject[]
}

/** Files below `folder`: Chart.yaml, values.yaml (there are none), the objects, and the template that hands them on. Throws `invalid` for more than Helm can keep. */
export function localChart({ name, description, objects }: LocalChart, folder: string): readonly EncodedFile[] {
  const stream = documents(objects, kept)
  refuseTooLarge(name, stream, objects.length)
  const metadata = { apiVersion: 'v2', name, description, type: 'application', version: stowageVersion, appVersion: stowageVersion }
  return [
    yamlFile(`${folder}/Chart.yaml`, printYaml(metadata)),
    yamlFile(`${folder}/values.yaml`, '# Nothing can be set here: what there is to decide is in the declaration.\n{}\n'),
    yamlFile(`${folder}/${objectsFile}`, stream),
    { path: `${folder}/templates/objects.yaml`, content: `{{- /* ${chartMark} */ -}}\n{{ .Files.Get "${objectsFile}" }}\n` },
  ]
}

const objectsFile = 'objects.yaml'
const chartMark = 'Made by stowage. The objects are handed on as they are: nothing in them is a template.'

/** Helm leaves it in the cluster when the release goes, or when it is no longer in the chart. */
function kept(planned: PlannedObject): PlannedObject['object'] {
  return mustStay(planned) ? annotated(planned.object, { 'helm.sh/resource-policy': 'keep' }) : planned.object
}
