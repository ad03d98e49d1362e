/** The plan as files for `kubectl apply --server-side -f`, numbered by phase, and as one stream. Both hold the same objects. */
import { phases, type Plan, type PlannedObject } from '../../plan/plan.ts'
import { printYaml } from '../print-yaml.ts'

export interface EncodedFile {
  /** Relative, one level: `10-namespace.yaml`. */
  readonly path: string
  readonly content: string
}

/** First line of every file that was made here; a file without it is somebody else's and is never replaced. */
export const fileMark = '# Made by stowage from the declaration; changes here are lost.'

/** One file for each phase that has objects; `kubectl apply -f DIR` reads them in this order. */
export function encodeKubectl(plan: Plan): readonly EncodedFile[] {
  return phases.flatMap((phase, index) => {
    const objects = plan.objects.filter((planned) => planned.phase === phase)
    return objects.length === 0 ? [] : [{ path: `${String((index + 1) * 5).padStart(2, '0')}-${phase}.yaml`, content: `${fileMark}\n${documents(objects)}` }]
  })
}

/** The whole plan as one stream of YAML documents, in order. */
export function encodeYaml(plan: Plan): string {
  return documents(plan.objects)
}

function documents(objects: readonly PlannedObject[]): string {
  return objects.map(({ reason, object }) => `---\n# ${reason}\n${printYaml(object)}`).join('')
}
