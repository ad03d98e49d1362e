/** Objects as a stream of YAML documents, each with the reason why it exists. */
import type { KubernetesObject, PlannedObject } from '../plan/plan.ts'
import { commentText } from './comment-text.ts'
import { printYaml } from './print-yaml.ts'

/** `change` puts on what only this way of delivery needs. */
export function documents(objects: readonly PlannedObject[], change: (planned: PlannedObject) => KubernetesObject = ({ object }) => object): string {
  return objects.map((planned) => document(planned.reason, change(planned))).join('')
}

export function document(reason: string, object: object): string {
  return `---\n# ${commentText(reason)}\n${printYaml(object)}`
}
